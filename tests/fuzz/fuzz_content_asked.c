/* Any text as a cursor of either kind, as conditions on fields and as a token: what is taken is taken the same way when it is written out again, what is
 * refused is the caller's fault, and a token that was not made here opens nothing. */
#include <assert.h>
#include <string.h>

#include "codec/json.h"
#include "id.h"
#include "query/conditions.h"
#include "query/list.h"
#include "tokens/token.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, INPUT_BYTES_MAX = 8192 };
#define SCHEMA "{\"type\":\"object\",\"properties\":{\"price\":{\"type\":\"number\"},\"on\":{\"type\":\"boolean\"},\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}," \
	"\"seo\":{\"properties\":{\"title\":{\"type\":\"string\"}}}}}"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void
check_cursors(struct request *req, const char *text)
{
	struct item_filter filter, again;
	struct row_place place, there;
	struct list_asked asked, anew;
	int64_t id = 0;

	if (cursor_read_items(req->arena, text, &filter, &place)) {
		assert(cursor_read_items(req->arena, cursor_of_items(req->arena, &filter, &place), &again, &there));
		assert(there.key == place.key && there.id == place.id && again.is_published_view == filter.is_published_view && again.order.sort == filter.order.sort);
		assert((again.q && filter.q && strcmp(again.q, filter.q) == 0) || (!again.q && !filter.q));
	}
	if (list_cursor_read(req->arena, text, &asked)) {
		assert(list_cursor_read(req->arena, list_cursor(req->arena, &asked), &anew));
		assert(strcmp(list_order_text(req->arena, &asked), list_order_text(req->arena, &anew)) == 0);
		assert(strcmp(list_conditions_text(req->arena, &asked), list_conditions_text(req->arena, &anew)) == 0);
	}
	if (cursor_read_rows(req->arena, text, "types", &id))
		assert(cursor_read_rows(req->arena, cursor_of_rows(req->arena, "types", id), "types", &id));
}

/* The text itself, and what a cursor would be that says it. */
static void
check_cursor_texts(struct request *req, const char *text)
{
	check_cursors(req, text);
	check_cursors(req, base64url_encode(req->arena, text, strlen(text)));
}

static void
check_conditions(struct request *req, const char *text)
{
	static const struct field_codes codes = { ERROR_CONTENT_ITEMS_FIELD_QUERY_REQUIRES_CONTENT_TYPE, ERROR_CONTENT_ITEMS_FIELD_QUERY_CONTENT_TYPE_NOT_FOUND,
		ERROR_CONTENT_ITEMS_FIELD_FILTER_INCOMPLETE, ERROR_CONTENT_ITEMS_FIELD_FILTER_FIELD_UNKNOWN, ERROR_CONTENT_ITEMS_FIELD_FILTER_OPERATOR_UNSUPPORTED,
		ERROR_CONTENT_ITEMS_FIELD_FILTER_VALUE_INVALID };
	struct json_error wrong;
	struct query_type type = { .id = 1, .schema = json_parse(req->arena, SCHEMA, strlen(SCHEMA), NULL, &wrong) };
	const struct json_value *list = json_parse(req->arena, text, strlen(text), NULL, &wrong);
	struct item_condition *asked = ARENA_ARRAY(req->arena, struct item_condition, CONDITIONS_MAX);
	struct condition conditions[CONDITIONS_MAX];
	size_t n = 0;

	for (uint32_t i = 0; list && list->type == JSON_LIST && i < list->n && n < CONDITIONS_MAX; i++) {
		struct violations *violations = ARENA_NEW(req->arena, struct violations);
		n += codec_json_read_all(req->arena, &item_condition_shape, text, &list->items[i], &asked[n], violations);
	}
	if (n == 0)
		return;
	const struct error *error = conditions_read(req, &type, &(struct shape_list){ .items = asked, .n = n }, &codes, conditions);
	assert(!error || (error->info->status >= 400 && error->info->status < 500 && error->message[0]));
	if (error)
		return;
	struct doc json = conditions_json(req->arena, conditions, n);
	assert(json_parse(req->arena, json.json, json.len, NULL, &wrong));
}

static void
check_tokens(struct request *req, const char *text)
{
	struct token_claims claims, made = { .mode = TOKEN_PREVIEW, .domain_id = 1, .expires_at = 2000000, .slug = text, .draft = true };
	const char *token;

	assert(token_read(req, TOKEN_PREVIEW, text, &claims) == TOKEN_INVALID);
	assert(token_read(req, TOKEN_PUBLIC_WRITE, text, &claims) == TOKEN_INVALID);
	if (strlen(text) > TOKEN_BYTES_MAX / 8)
		return;
	token = token_make(req, &made);
	assert(token_read(req, TOKEN_PUBLIC_WRITE, token, &claims) == TOKEN_INVALID);
	if (token_read(req, TOKEN_PREVIEW, token, &claims) == TOKEN_GOOD)
		assert(strcmp(claims.slug, text) == 0 && claims.domain_id == 1 && claims.draft);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct request req = { .now_us = 1000000 };

	if (n_bytes > INPUT_BYTES_MAX)
		return 0;
	for (size_t i = 0; i < content_n_settings; i++) {
		if (strcmp(content_settings[i].name, "WORDCLAW_PREVIEW_TOKEN_SECRET") == 0 || strcmp(content_settings[i].name, "WORDCLAW_PUBLIC_WRITE_SECRET") == 0)
			*(const char **)content_settings[i].target = "a secret for this";
	}
	req.arena = arena_new(ARENA_BYTES);
	const char *text = arena_strndup(req.arena, (const char *)bytes, n_bytes);
	check_cursor_texts(&req, text);
	check_conditions(&req, text);
	check_tokens(&req, text);
	arena_free(req.arena);
	return 0;
}
