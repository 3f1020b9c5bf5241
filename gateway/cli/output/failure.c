/* Errors of every kind as one envelope, and the envelope as lines. */
#include "cli/output/failure.h"

#include <string.h>

#include "error_codes.h"
#include "cli/output/output.h"

#define UNREACHABLE "UNREACHABLE"
enum { CONTEXT_SHOWN_BYTES = 300, VIOLATIONS_SHOWN_MAX = 20 };

static bool
wants_json(const struct cli *cli)
{
	const struct preference_value *output = &cli->preferences.values[PREFERENCE_OUTPUT];
	return output->is_chosen && strcmp(output->text, "table") != 0;
}

static bool
is_coloured(const struct cli *cli)
{
	return cli->is_err_terminal && output_may_colour(cli);
}

/* A line of text from elsewhere must not steer the terminal. */
static void
print_text(struct cli *cli, const char *text)
{
	struct buf buf;

	buf_init(&buf, cli->arena, strlen(text) + 1);
	output_add_printable(&buf, text, strlen(text));
	(void)fputs(buf.bytes, cli->err); /* there is nowhere to complain about standard error */
}

static void
print_labelled(struct cli *cli, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	(void)fprintf(cli->err, "  %s: ", label);
	print_text(cli, text);
	(void)fputc('\n', cli->err);
}

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = object && object->type == JSON_OBJECT ? json_get(object, name) : NULL;
	return value && value->type == JSON_TEXT ? value->text : NULL;
}

/* ---- violations ---- */

static bool
is_violation_list(const struct json_value *value)
{
	return value->type == JSON_LIST && value->n > 0 && text_of(&value->items[0], "message");
}

static void
print_violation(struct cli *cli, const struct json_value *violation)
{
	const char *pointer = text_of(violation, "pointer"), *message = text_of(violation, "message");
	const struct json_value *example = json_get(violation, "example");

	if (!pointer)
		pointer = text_of(violation, "path"); /* of a document's own schema */
	(void)fputs("  - ", cli->err);
	print_text(cli, pointer && *pointer ? pointer : "/");
	(void)fputs(": ", cli->err);
	print_text(cli, message ? message : "is not allowed");
	if (example) {
		struct buf buf;
		buf_init(&buf, cli->arena, 64);
		json_write(&buf, example);
		(void)fputs(", such as ", cli->err);
		print_text(cli, buf.bytes);
	}
	(void)fputc('\n', cli->err);
}

static void
print_violations(struct cli *cli, const struct json_value *list)
{
	for (uint32_t i = 0; i < list->n && i < VIOLATIONS_SHOWN_MAX; i++)
		if (list->items[i].type == JSON_OBJECT)
			print_violation(cli, &list->items[i]);
	if (list->n > VIOLATIONS_SHOWN_MAX)
		(void)fprintf(cli->err, "  and %u more\n", list->n - VIOLATIONS_SHOWN_MAX);
}

/* ---- context ---- */

static void
print_context_member(struct cli *cli, const struct json_member *member)
{
	struct buf buf;

	buf_init(&buf, cli->arena, 64);
	if (member->value.type == JSON_TEXT)
		buf_add(&buf, member->value.text, member->value.n);
	else
		json_write(&buf, &member->value);
	if (buf.len > CONTEXT_SHOWN_BYTES) {
		buf.len = CONTEXT_SHOWN_BYTES;
		while (buf.len > 0 && (buf.bytes[buf.len] & 0xc0) == 0x80)
			buf.len--; /* not in the middle of a character */
		buf.bytes[buf.len] = '\0';
		buf_add_text(&buf, " ...");
	}
	print_labelled(cli, member->name, buf.bytes);
}

static bool
is_shown_otherwise(const char *name)
{
	return strcmp(name, "pointer") == 0 || strcmp(name, "requestId") == 0;
}

static void
print_context(struct cli *cli, const struct json_value *context)
{
	print_labelled(cli, "field", text_of(context, "pointer"));
	for (uint32_t i = 0; i < context->n; i++) {
		const struct json_member *member = &context->members[i];
		if (is_violation_list(&member->value))
			print_violations(cli, &member->value);
		else if (!is_shown_otherwise(member->name))
			print_context_member(cli, member);
	}
}

static void
print_lines(struct cli *cli, const struct json_value *envelope)
{
	const struct json_value *context = json_get(envelope, "context");
	const char *code = text_of(envelope, "code"), *message = text_of(envelope, "message"), *title = text_of(envelope, "error");
	bool is_red = is_coloured(cli);

	(void)fputs(is_red ? "\033[31mwordclaw:\033[0m " : "wordclaw: ", cli->err);
	if (code && strcmp(code, "USAGE") != 0)
		(void)fprintf(cli->err, is_red ? "\033[1m%s\033[0m: " : "%s: ", code);
	print_text(cli, message ? message : title ? title : "refused without a reason");
	(void)fputc('\n', cli->err);
	if (context && context->type == JSON_OBJECT)
		print_context(cli, context);
	print_labelled(cli, "do", text_of(envelope, "remediation"));
	print_labelled(cli, "request", text_of(context, "requestId"));
}

static void
report(struct cli *cli, const struct json_value *envelope)
{
	if (wants_json(cli)) {
		struct buf buf;
		buf_init(&buf, cli->arena, 512);
		(void)output_write(cli, &buf, envelope, NULL); /* no table: it has room */
		(void)fputs(buf.bytes, cli->err);
		return;
	}
	print_lines(cli, envelope);
}

/* ---- errors of our own ---- */

static void
add_member(struct buf *buf, const char *name, const char *text)
{
	if (!text)
		return;
	if (buf->bytes[buf->len - 1] != '{')
		buf_add_char(buf, ',');
	buf_add_json_text(buf, name, strlen(name));
	buf_add_char(buf, ':');
	buf_add_json_text(buf, text, strlen(text));
}

/* context: JSON text or NULL. */
static void
report_own(struct cli *cli, const char *title, const char *code, const char *message, const char *remediation, const char *context)
{
	struct json_error problem;
	struct json_limits limits = { .allow_nul = true };
	struct buf buf;

	buf_init(&buf, cli->arena, 512);
	buf_add_char(&buf, '{');
	add_member(&buf, "error", title);
	add_member(&buf, "code", code);
	add_member(&buf, "message", message);
	add_member(&buf, "remediation", remediation);
	if (context)
		buf_printf(&buf, ",\"context\":%s", context);
	buf_add_char(&buf, '}');
	const struct json_value *envelope = json_parse(cli->arena, buf.bytes, buf.len, &limits, &problem);
	if (envelope)
		report(cli, envelope);
	else /* arguments need not be UTF-8 */
		(void)fprintf(cli->err, "wordclaw: %s: the arguments are not valid UTF-8\n", code);
}

int
failure_usage(struct cli *cli, const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *message = arena_vprintf(cli->arena, format, args);
	va_end(args);
	report_own(cli, "Bad Usage", "USAGE", message, hint, NULL);
	return CLI_USAGE;
}

int
failure_unreachable(struct cli *cli, const char *remediation, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *message = arena_vprintf(cli->arena, format, args);
	va_end(args);
	report_own(cli, "Unreachable", UNREACHABLE, message, remediation, NULL);
	return CLI_UNAVAILABLE;
}

static const struct error_info *
info_of(const struct shape *shape, const struct violation *violation)
{
	const char *name = *violation->pointer == '/' ? violation->pointer + 1 : "";
	size_t n = strcspn(name, "/");

	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		const struct error_info *info = strlen(field->name) == n && memcmp(field->name, name, n) == 0 && field->code ? error_find(field->code) : NULL;
		if (info)
			return info;
	}
	return &error_catalogue[ERROR_VALIDATION_ERROR];
}

static const char *
violations_context(struct arena *arena, const struct violations *violations)
{
	struct buf buf;

	buf_init(&buf, arena, 512);
	buf_add_char(&buf, '{');
	add_member(&buf, "pointer", violations->list[0].pointer);
	buf_add_text(&buf, ",\"validation\":[");
	for (size_t i = 0; i < violations->n; i++) {
		const struct violation *violation = &violations->list[i];
		buf_add_text(&buf, i ? ",{" : "{");
		add_member(&buf, "pointer", violation->pointer);
		add_member(&buf, "keyword", violation->keyword);
		add_member(&buf, "message", violation->message);
		add_member(&buf, "expected", violation->expected);
		if (violation->example)
			buf_printf(&buf, ",\"example\":%s", violation->example);
		buf_add_char(&buf, '}');
	}
	buf_add_text(&buf, "]}");
	return buf.bytes;
}

int
failure_violations(struct cli *cli, const struct command *command, const struct violations *violations)
{
	const struct error_info *info = info_of(command->operation->request, &violations->list[0]);

	report_own(cli, info->title, info->code, violations->list[0].message,
	    arena_printf(cli->arena, "'wordclaw help %s' says what it takes.", command->name), violations_context(cli->arena, violations));
	return CLI_USAGE;
}

/* ---- errors of the gateway ---- */

static int
exit_status(int status)
{
	if (status == 401 || status == 403)
		return CLI_DENIED;
	if (status == 409)
		return CLI_CONFLICT;
	if (status >= 500 || status == 408 || status == 429)
		return CLI_UNAVAILABLE;
	return CLI_NO;
}

int
failure_refusal(struct cli *cli, const struct refusal *refusal)
{
	const struct error_info *info = refusal->code ? error_find(refusal->code) : NULL;
	struct buf context;

	if (refusal->code && strcmp(refusal->code, UNREACHABLE) == 0)
		return failure_unreachable(cli, refusal->remediation, "%s", refusal->message ? refusal->message : "no answer");
	buf_init(&context, cli->arena, 256);
	buf_add_char(&context, '{');
	add_member(&context, "pointer", refusal->pointer);
	add_member(&context, "requestId", refusal->request_id);
	if (refusal->violations) {
		buf_add_text(&context, context.len > 1 ? ",\"validation\":" : "\"validation\":");
		json_write(&context, refusal->violations);
	}
	buf_add_char(&context, '}');
	report_own(cli, info ? info->title : "Refused", refusal->code ? refusal->code : "REFUSED", refusal->message ? refusal->message : "refused without a reason",
	    refusal->remediation, context.bytes);
	return info ? exit_status(info->status) : CLI_NO;
}

/* What came instead of an envelope, as far as it is worth showing. */
static const char *
answer_text(struct arena *arena, int status, const struct json_value *body)
{
	struct buf buf;

	if (!body)
		return arena_printf(arena, "status %d without an error envelope", status);
	buf_init(&buf, arena, 256);
	json_write(&buf, body);
	return buf.len <= CONTEXT_SHOWN_BYTES ? arena_printf(arena, "status %d: %s", status, buf.bytes) : arena_printf(arena, "status %d", status);
}

int
failure_answer(struct cli *cli, int status, const struct json_value *envelope, const char *remark)
{
	if (text_of(envelope, "code"))
		report(cli, envelope);
	else
		report_own(cli, "Unexpected Answer", "UNEXPECTED_ANSWER", answer_text(cli->arena, status, envelope),
		    "Check that --base-url leads to a WordClaw gateway.", NULL);
	if (remark && !wants_json(cli))
		(void)fprintf(cli->err, "  %s\n", remark);
	return exit_status(status);
}
