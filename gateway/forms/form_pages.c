/* Public forms for browsers: the page, what it sends, and the script for other pages.  The forms service makes what is shown; here it is carried. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "access/access.h"
#include "dispatch/dispatch.h"
#include "forms/visit.h"
#include "forms_proto.h"
#include "http/header.h"
#include "pages/page.h"
#include "rest/answer.h"

#define HTML_TYPE "text/html; charset=utf-8"
#define SCRIPT_TYPE "text/javascript; charset=utf-8"

enum { BODY_BYTES_MAX = 256 * 1024, FIELDS_MAX = 200, LOCALE_CHARS_MAX = 35, MESSAGE_BYTES_MAX = 2000, CONTEXT_BYTES_MAX = 65536 };

/* ---- what was asked ---- */

/* "de-AT,de;q=0.9": the first language, which most people have put there. */
static const char *
first_language(struct exchange *exchange)
{
	const char *accepted = exchange_header(exchange, "accept-language");
	size_t n = accepted ? strcspn(accepted, ",; ") : 0;

	for (size_t i = 0; i < n; i++) {
		char c = accepted[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!is_letter && c != '-' && (i < 2 || c < '0' || c > '9'))
			return NULL;
	}
	return n >= 2 && n <= 11 && accepted[n - 1] != '-' ? arena_strndup(exchange->arena, accepted, n) : NULL;
}

static bool
is_language(const char *text)
{
	size_t n = strlen(text);

	return n >= 2 && n <= LOCALE_CHARS_MAX && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == n;
}

static bool
read_id(const char *text, int64_t *ret_id)
{
	char *end;

	if (text[0] < '1' || text[0] > '9' || strlen(text) > 10)
		return false;
	*ret_id = strtoll(text, &end, 10);
	return *end == '\0' && *ret_id <= INT32_MAX;
}

/* NULL, or what is wrong. */
static const char *
read_query(struct visit *visit)
{
	struct exchange *exchange = visit->exchange;

	for (size_t i = 0; i < exchange->query.n; i++) {
		const char *name = exchange->query.list[i].name, *value = exchange->query.list[i].value;
		if (strcmp(name, "domainId") == 0 && !read_id(value, &visit->domain_id))
			return "'domainId' must be an integer between 1 and 2147483647, for example 1";
		else if (strcmp(name, "locale") == 0)
			visit->locale = value;
		else if (strcmp(name, "startToken") == 0)
			visit->start_token = value;
		else if (strcmp(name, "work") == 0)
			visit->work = value;
		else if (strcmp(name, "domainId") != 0)
			return arena_printf(exchange->arena, "unknown query parameter '%.64s'; there are domainId, locale, startToken and work", name);
	}
	if (!visit->domain_id)
		return "'domainId' is missing: the number of the tenant, for example domainId=1";
	if (visit->locale && !is_language(visit->locale))
		return "'locale' must be a language tag, for example de";
	if (!visit->locale)
		visit->locale = first_language(exchange);
	return NULL;
}

struct visit *
visit_new(struct exchange *exchange, const char *kind)
{
	struct visit *visit = ARENA_NEW(exchange->arena, struct visit);
	const struct route_variable *slug = &exchange->match.variables[0];

	*visit = (struct visit){ .exchange = exchange, .kind = kind, .status = 200 };
	if (!access_take_anonymous(exchange))
		return NULL;
	visit->slug = uri_decode(exchange->arena, slug->text, slug->n, false);
	const char *problem = visit->slug && *visit->slug && strlen(visit->slug) <= 100 ? read_query(visit) : "the form's name in the path cannot be read";
	if (!problem)
		return visit;
	ANSWER_FAIL(exchange, VALIDATION_ERROR, "%s", problem);
	return NULL;
}

/* ---- what is shown ---- */

static bool
is_script(const struct visit *visit)
{
	return strcmp(visit->kind, "script") == 0;
}

static void
on_rendered(void *context, const struct dispatch_reply *reply)
{
	struct visit *visit = context;
	struct exchange *exchange = visit->exchange;
	const struct forms_pages_render_response *page = reply->output;
	const char *if_none_match = exchange_header(exchange, "if-none-match");

	if (reply->error) {
		answer_error(exchange, reply->error);
		return;
	}
	bool is_read = visit->sent.json == NULL;
	const char *etag = arena_printf(exchange->arena, "\"%s\"", page->revision);
	exchange_set_header(exchange, "Vary", "Accept-Language");
	exchange_set_header(exchange, "Cache-Control", is_read ? "no-cache" : "no-store");
	if (is_read)
		exchange_set_header(exchange, "ETag", etag);
	if (is_script(visit))
		exchange_set_header(exchange, "Cross-Origin-Resource-Policy", "cross-origin");
	if (is_read && if_none_match && header_names_etag(if_none_match, etag)) {
		exchange_answer(exchange, 304, NULL, "", 0);
		return;
	}
	if (!is_script(visit))
		exchange_set_header(exchange, "Content-Security-Policy", page->policy);
	if (visit->error) {
		exchange->code = visit->error->info->code;
		exchange->cause = visit->error->message;
	}
	exchange_answer(exchange, visit->status, is_script(visit) ? SCRIPT_TYPE : HTML_TYPE, page->content, strlen(page->content));
}

static void
ask(struct visit *visit, const struct operation *operation, const void *input, const struct principal *principal, dispatch_done done)
{
	struct exchange *exchange = visit->exchange;

	exchange_wait(exchange);
	dispatch(exchange->gateway, &(struct dispatch_request){ .operation = operation, .input = input, .principal = principal,
	    .request_id = exchange->request_id, .trace_parent = exchange->trace_parent, .surface = "rest", .is_kept = true, .arena = exchange->arena,
	    .done = done, .context = visit });
}

static const char *
cut(struct arena *arena, const char *text, size_t n_max)
{
	return text && strlen(text) > n_max ? arena_strndup(arena, text, n_max) : text;
}

static void
render(struct visit *visit)
{
	struct exchange *exchange = visit->exchange;
	const struct error *error = visit->error;
	struct forms_pages_render_request *in = ARENA_NEW(exchange->arena, struct forms_pages_render_request);

	*in = (struct forms_pages_render_request){ .domain_id = visit->domain_id, .slug = visit->slug, .locale = visit->locale, .kind = visit->kind };
	if (error) {
		in->values = visit->sent;
		in->problem_code = error->info->code;
		in->problem_pointer = error->pointer && strlen(error->pointer) <= 1000 ? error->pointer : NULL;
		in->problem_context = error->context && strlen(error->context) <= CONTEXT_BYTES_MAX ? error->context : NULL;
		in->problem_message = cut(exchange->arena, error->message, MESSAGE_BYTES_MAX);
	}
	ask(visit, &operation_forms_pages_render, in, &dispatch_system_principal, on_rendered);
}

static void
answer_page(struct exchange *exchange)
{
	struct visit *visit = visit_new(exchange, "page");

	if (visit)
		render(visit);
}

static void
answer_script(struct exchange *exchange)
{
	struct visit *visit = visit_new(exchange, "script");

	if (visit)
		render(visit);
}

/* ---- what is sent ---- */

static void
on_submitted(void *context, const struct dispatch_reply *reply)
{
	struct visit *visit = context;

	visit->error = reply->error;
	visit->kind = reply->error ? "page" : "done";
	visit->status = reply->error ? reply->error->info->status : 201;
	if (reply->error && reply->error->info->is_retryable) {
		exchange_set_header(visit->exchange, "Retry-After", "1");
		visit->exchange->has_retry_after = true;
	}
	render(visit);
}

static void
on_read(void *context, const struct dispatch_reply *reply)
{
	struct visit *visit = context;
	struct exchange *exchange = visit->exchange;
	const struct forms_pages_read_response *read = reply->output;
	struct forms_submissions_create_request *in = ARENA_NEW(exchange->arena, struct forms_submissions_create_request);

	if (reply->error) {
		answer_error(exchange, reply->error);
		return;
	}
	*in = (struct forms_submissions_create_request){ .slug = visit->slug, .domain_id = visit->domain_id, .data = read->data, .start_token = visit->start_token,
		.work = visit->work };
	ask(visit, &operation_forms_submissions_create, in, &exchange->principal, on_submitted);
}

/* The last of several values with one name counts.  NULL, or what is wrong. */
static const char *
read_pairs(struct exchange *exchange, const char *names[], const char *values[], size_t *ret_n)
{
	const char *at = exchange->body.len > 0 ? exchange->body.bytes : "", *end = at + exchange->body.len;
	size_t n = 0;

	while (at < end) {
		const char *stop = memchr(at, '&', (size_t)(end - at));
		size_t n_pair = (size_t)((stop ? stop : end) - at);
		const char *equals = memchr(at, '=', n_pair);
		size_t n_name = equals ? (size_t)(equals - at) : n_pair;
		const char *name = uri_decode(exchange->arena, at, n_name, true);
		const char *value = equals ? uri_decode(exchange->arena, equals + 1, n_pair - n_name - 1, true) : "";
		size_t i = 0;
		at += n_pair + (stop ? 1 : 0);
		if (!name || !value)
			return "the body is no form: an escape is malformed, or a text is not UTF-8";
		while (i < n && strcmp(names[i], name) != 0)
			i++;
		if (i == FIELDS_MAX)
			return "the body has too many fields";
		names[i] = name;
		values[i] = value;
		n += i == n;
	}
	*ret_n = n;
	return NULL;
}

static const char *
read_body(struct visit *visit)
{
	struct exchange *exchange = visit->exchange;
	const char *type = exchange_header(exchange, "content-type"), *names[FIELDS_MAX + 1], *values[FIELDS_MAX + 1];
	struct buf json;
	size_t n = 0;

	if (!type || strncasecmp(type, "application/x-www-form-urlencoded", strlen("application/x-www-form-urlencoded")) != 0)
		return "the body is no form: send it as application/x-www-form-urlencoded";
	const char *problem = read_pairs(exchange, names, values, &n);
	if (problem)
		return problem;
	buf_init(&json, exchange->arena, exchange->body.len + 64);
	buf_add_char(&json, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(&json, ',');
		buf_add_json_text(&json, names[i], strlen(names[i]));
		buf_add_char(&json, ':');
		buf_add_json_text(&json, values[i], strlen(values[i]));
	}
	buf_add_char(&json, '}');
	visit->sent = (struct doc){ json.bytes, json.len };
	return NULL;
}

static void
answer_sent(struct exchange *exchange)
{
	struct visit *visit = visit_new(exchange, "page");
	const char *problem = visit ? read_body(visit) : NULL;

	if (!visit)
		return;
	if (problem) {
		ANSWER_FAIL(exchange, UNSUPPORTED_MEDIA_TYPE, "%s", problem);
		return;
	}
	struct forms_pages_read_request *in = ARENA_NEW(exchange->arena, struct forms_pages_read_request);
	*in = (struct forms_pages_read_request){ .domain_id = visit->domain_id, .slug = visit->slug, .sent = visit->sent };
	ask(visit, &operation_forms_pages_read, in, &dispatch_system_principal, on_read);
}

/* ---- what could not be shown ---- */

static void
add_html(struct buf *buf, const char *text)
{
	for (; *text; text++) {
		if (strchr("&<>\"'", *text))
			buf_printf(buf, "&#%d;", *text);
		else
			buf_add_char(buf, *text);
	}
}

/* Somebody looks at it, so it is words. */
static const char *
write_error(struct buf *buf, const struct exchange *exchange, const struct error *error)
{
	(void)exchange;
	buf_add_text(buf, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>");
	add_html(buf, error->info->title);
	buf_add_text(buf, "</title></head><body><main><h1>");
	add_html(buf, error->info->title);
	buf_add_text(buf, "</h1><p>");
	add_html(buf, error->message);
	buf_add_text(buf, "</p></main></body></html>\n");
	return HTML_TYPE;
}

const struct page form_page = { .method = "GET", .path = "/api/public/forms/{slug}/page", .name = "forms.page", .answer = answer_page, .write_error = write_error };
const struct page form_sent_page = { .method = "POST", .path = "/api/public/forms/{slug}/page", .name = "forms.page.sent", .body_max = BODY_BYTES_MAX,
	.answer = answer_sent, .write_error = write_error };
const struct page form_script_page = { .method = "GET", .path = "/api/public/forms/{slug}/embed.js", .name = "forms.script", .answer = answer_script,
	.is_cross_origin = true };
