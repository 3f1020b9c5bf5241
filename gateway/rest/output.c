/* The success envelope, written straight behind the output: documents are spliced, never parsed. */
#include <string.h>

#include "access/session_cookie.h"
#include "rest/answer.h"
#include "codec/json.h"
#include "rest/etag.h"
#include "http/header.h"
#include "contract/policy.h"
#include "rest/rest.h"

enum { BODY_BYTES = 4096 };

static bool
may(const struct exchange *exchange, const struct operation *operation)
{
	if (!operation || operation->flags & OPERATION_PUBLIC)
		return true;
	struct policy_question question = { .principal = &exchange->principal, .operation = operation->policy,
		.resource_type = operation->resource_type };
	return policy_decide(&question).is_allowed;
}

static void
write_actions(struct buf *buf, const struct exchange *exchange, const void *output)
{
	const struct rest_plan *plan = exchange->plan;
	bool is_first = true;

	buf_add_text(buf, ",\"availableActions\":[");
	for (size_t i = 0; i < plan->n_actions; i++) {
		if (!may(exchange, plan->action_operations[i]))
			continue;
		if (!is_first)
			buf_add_char(buf, ',');
		is_first = false;
		template_write(buf, &plan->actions[i], output, exchange->input);
	}
	buf_add_char(buf, ']');
}

static bool
is_beside_data(const struct rest_plan *plan, const struct shape_field *field)
{
	return plan->list ? field != plan->list : (field->flags & SHAPE_META) != 0;
}

static bool
is_shown(const struct shape_field *field, const void *output)
{
	return codec_json_has_field(field, output) || field->flags & SHAPE_NULLABLE;
}

static void
write_field(struct buf *buf, const struct shape_field *field, const void *output)
{
	buf_add_json_text(buf, field->name, strlen(field->name));
	buf_add_char(buf, ':');
	codec_json_write_field(buf, field, output);
}

/* The response's other fields beside a list (total, hasMore, nextCursor), and those that are about the data. */
static void
write_extras(struct buf *buf, const struct rest_plan *plan, const void *output)
{
	const struct shape *shape = plan->operation->response;

	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (!is_beside_data(plan, field) || !is_shown(field, output))
			continue;
		buf_add_char(buf, ',');
		write_field(buf, field, output);
	}
}

static void
write_data(struct buf *buf, const struct rest_plan *plan, const void *output)
{
	const struct shape *shape = plan->operation->response;
	bool is_first = true;

	if (plan->list) {
		codec_json_write_field(buf, plan->list, output);
		return;
	}
	buf_add_char(buf, '{');
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (is_beside_data(plan, field) || !is_shown(field, output))
			continue;
		if (!is_first)
			buf_add_char(buf, ',');
		is_first = false;
		write_field(buf, field, output);
	}
	buf_add_char(buf, '}');
}

static void
write_meta(struct buf *buf, const struct exchange *exchange, const struct invoked *result)
{
	const struct rest_plan *plan = exchange->plan;

	buf_add_text(buf, ",\"meta\":{\"recommendedNextAction\":");
	template_write(buf, &plan->next_action, result->output, exchange->input);
	write_actions(buf, exchange, result->output);
	buf_add_text(buf, ",\"actionPriority\":\"");
	buf_add_text(buf, plan->operation->priority ? plan->operation->priority : "low");
	buf_add_text(buf, "\",\"cost\":");
	buf_add_int(buf, exchange->dry_run ? 0 : plan->operation->cost);
	write_extras(buf, plan, result->output);
	if (exchange->dry_run)
		buf_add_text(buf, ",\"dryRun\":true");
	if (result->effects) {
		buf_add_text(buf, ",\"effects\":");
		buf_add_text(buf, result->effects);
	}
	if (result->budget) {
		buf_add_text(buf, ",\"budget\":");
		buf_add_text(buf, result->budget);
	}
	buf_add_char(buf, '}');
}

static void
write_body(struct buf *buf, const struct exchange *exchange, const struct invoked *result)
{
	const struct rest_plan *plan = exchange->plan;

	if (plan->operation->flags & OPERATION_BARE) {
		codec_json_write(buf, plan->operation->response, result->output);
		return;
	}
	buf_add_text(buf, "{\"data\":");
	write_data(buf, plan, result->output);
	write_meta(buf, exchange, result);
	buf_add_char(buf, '}');
}

static bool
is_unchanged(const struct exchange *exchange, const char *etag)
{
	const char *if_none_match = exchange_header(exchange, "if-none-match");
	return if_none_match && header_names_etag(if_none_match, etag);
}

static void
answer_unchanged(struct exchange *exchange, const char *etag)
{
	exchange_set_header(exchange, "ETag", etag);
	exchange_set_header(exchange, "Cache-Control", "private, no-cache");
	exchange_answer(exchange, 304, NULL, "", 0);
}

/* Only of the head does the version say everything: what is shown of another version changes with the head too. */
static bool
shows_head(const struct rest_plan *plan, const struct invoked *result)
{
	return !plan->head_version
	    || shape_get_int(plan->head_version, result->output) == shape_get_int(plan->version, result->output);
}

void
rest_answer(struct exchange *exchange, const struct invoked *result)
{
	const struct rest_plan *plan = exchange->plan;
	bool is_read = strcmp(plan->route->method, "GET") == 0;
	const char *etag = NULL;
	struct buf buf;

	if (plan->etag)
		etag = arena_printf(exchange->arena, "\"%s\"", shape_get_text(plan->etag, result->output));
	else if (plan->version && !exchange->dry_run && shows_head(plan, result))
		etag = etag_of_version(exchange->arena, shape_get_int(plan->version, result->output));
	if (is_read && etag && is_unchanged(exchange, etag)) {
		answer_unchanged(exchange, etag);
		return;
	}
	buf_init(&buf, exchange->arena, BODY_BYTES);
	write_body(&buf, exchange, result);
	if (is_read && !etag)
		etag = etag_of_bytes(exchange->arena, buf.bytes, buf.len);
	if (is_read && is_unchanged(exchange, etag)) {
		answer_unchanged(exchange, etag);
		return;
	}
	session_cookie_answer(exchange, plan->operation, result->output);
	if (etag)
		exchange_set_header(exchange, "ETag", etag);
	exchange_set_header(exchange, "Cache-Control", is_read ? "private, no-cache" : "no-store");
	if (plan->route->is_deprecated)
		exchange_set_header(exchange, "Deprecation", "true");
	answer_json(exchange, exchange->dry_run ? 200 : plan->operation->status, &buf);
}
