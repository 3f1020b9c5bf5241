/* Error envelopes. */
#include "rest/answer.h"

#include <string.h>

#include "dispatch/dispatch.h"
#include "json/json.h"
#include "lightning/l402.h"
#include "pages/page.h"

#define JSON_TYPE "application/json; charset=utf-8"

static void
add_text(struct buf *buf, const char *key, const char *text)
{
	if (!text)
		return;
	buf_add_json_text(buf, key, strlen(key));
	buf_add_char(buf, ':');
	buf_add_json_text(buf, text, strlen(text));
	buf_add_char(buf, ',');
}

/* The members of a JSON object's text without its braces, followed by a comma. */
static void
add_members(struct buf *buf, const char *object)
{
	size_t n = object ? strlen(object) : 0;
	if (n <= 2 || object[0] != '{' || object[n - 1] != '}')
		return;
	buf_add(buf, object + 1, n - 2);
	buf_add_char(buf, ',');
}

void
answer_write_context(struct buf *buf, const struct exchange *exchange, const struct error *error, const char *validation)
{
	const char *request_id = exchange->request_id ? exchange->request_id : "";

	buf_add_text(buf, "\"context\":{");
	add_members(buf, error->context);
	add_text(buf, "pointer", error->pointer);
	if (validation)
		buf_printf(buf, "\"validation\":%s,", validation);
	buf_add_text(buf, "\"requestId\":");
	buf_add_json_text(buf, request_id, strlen(request_id));
	buf_add_char(buf, '}');
}

/* validation: JSON list text or NULL. */
static void
write_error(struct buf *buf, const struct exchange *exchange, const struct error *error, const char *validation)
{
	const char *remediation = error->remediation ? error->remediation : error->info->remediation;

	buf_add_char(buf, '{');
	add_text(buf, "error", error->info->title);
	add_text(buf, "code", error->info->code);
	add_text(buf, "message", error->message);
	add_text(buf, "remediation", remediation);
	answer_write_context(buf, exchange, error, validation);
	buf_add_text(buf, ",\"meta\":{");
	add_members(buf, exchange->error_meta);
	add_text(buf, "recommendedNextAction", remediation);
	buf_add_text(buf, "\"availableActions\":[],\"actionPriority\":\"high\"}}");
}

static const char *
challenge(const struct exchange *exchange)
{
	const char *path = exchange->page ? exchange->page->challenge_path : NULL;
	if (!path)
		return "Bearer realm=\"wordclaw\"";
	return arena_printf(exchange->arena, "Bearer realm=\"wordclaw\", resource_metadata=\"%s%s\"", exchange_base_url(exchange), path);
}

/* The context of a challenge holds its parts; other answers of 402 ask for no payment. */
static const char *
payment_challenge(const struct exchange *exchange, const struct error *error)
{
	struct json_error wrong;
	const struct json_value *context = error->context ? json_parse(exchange->arena, error->context, strlen(error->context), NULL, &wrong) : NULL;
	const struct json_value *macaroon = context ? json_get(context, "macaroon") : NULL, *invoice = context ? json_get(context, "invoice") : NULL;

	if (!macaroon || macaroon->type != JSON_TEXT || !invoice || invoice->type != JSON_TEXT)
		return NULL;
	return l402_challenge(exchange->arena, macaroon->text, invoice->text);
}

static void
answer_with(struct exchange *exchange, const struct error *error, const char *validation)
{
	const char *content_type = JSON_TYPE;
	struct buf buf;

	/* What memory was too short for looks as if the client had sent it wrong. */
	if (error->info->status < 500 && arena_is_short(exchange->arena, 0))
		error = dispatch_no_room(exchange->arena, 0);
	buf_init(&buf, exchange->arena, 1024);
	if (exchange->page && exchange->page->write_error)
		content_type = exchange->page->write_error(&buf, exchange, error);
	else
		write_error(&buf, exchange, error, validation);
	if (error->info->is_retryable && !exchange->has_retry_after)
		exchange_set_header(exchange, "Retry-After", "1");
	if (error->info->status == 401)
		exchange_set_header(exchange, "WWW-Authenticate", challenge(exchange));
	const char *payment = error->info->status == 402 ? payment_challenge(exchange, error) : NULL;
	if (payment)
		exchange_set_header(exchange, "WWW-Authenticate", payment);
	exchange->code = error->info->code;
	exchange->cause = error->cause ? error->cause : error->message;
	exchange_answer(exchange, error->info->status, content_type, buf.bytes, buf.len);
}

void
answer_error(struct exchange *exchange, const struct error *error)
{
	answer_with(exchange, error, NULL);
}

static void
add_violation(struct buf *buf, const struct violation *violation)
{
	buf_add_char(buf, '{');
	add_text(buf, "pointer", violation->pointer);
	add_text(buf, "keyword", violation->keyword);
	add_text(buf, "message", violation->message);
	add_text(buf, "expected", violation->expected);
	if (violation->example)
		buf_printf(buf, "\"example\":%s,", violation->example);
	buf->len--; /* the last comma */
	buf_add_char(buf, '}');
}

/* The code that the field of a violation asks for, or VALIDATION_ERROR. */
static const struct error_info *
code_of(const struct shape *shape, const struct violation *violation)
{
	const char *name = violation->pointer[0] == '/' ? violation->pointer + 1 : "";
	for (size_t i = 0; shape && i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		size_t n = strlen(field->name);
		bool is_it = strncmp(field->name, name, n) == 0 && (name[n] == '\0' || name[n] == '/');
		const struct error_info *info = is_it && field->code ? error_find(field->code) : NULL;
		if (info)
			return info;
	}
	return &error_catalogue[ERROR_VALIDATION_ERROR];
}

const struct error *
violations_error(struct arena *arena, const struct shape *shape, const struct violations *violations)
{
	const struct violation *first = &violations->list[0];
	struct error *error = error_make(arena, code_of(shape, first), ERROR_WHERE, "%s", first->message);

	error->pointer = first->pointer;
	return error;
}

const char *
violations_json(struct arena *arena, const struct violations *violations)
{
	struct buf list;

	buf_init(&list, arena, 512);
	for (size_t i = 0; i < violations->n; i++) {
		buf_add_char(&list, i > 0 ? ',' : '[');
		add_violation(&list, &violations->list[i]);
	}
	buf_add_char(&list, ']');
	return list.bytes;
}

void
answer_violations(struct exchange *exchange, const struct shape *shape, const struct violations *violations)
{
	answer_with(exchange, violations_error(exchange->arena, shape, violations), violations_json(exchange->arena, violations));
}

void
answer_json(struct exchange *exchange, int status, const struct buf *json)
{
	exchange_answer(exchange, status, JSON_TYPE, json->bytes, json->len);
}
