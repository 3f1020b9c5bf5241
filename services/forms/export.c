/* What came in as CSV and as lines of JSON. */
#include <inttypes.h>
#include <string.h>

#include "id.h"
#include "rules.h"

static const struct json_value *
parse(struct request *req, struct doc text)
{
	struct json_error wrong;

	return text.json ? json_parse(req->arena, text.json, text.len, NULL, &wrong) : NULL;
}

/* ---- CSV (RFC 4180) ---- */

/* A text that begins like a formula is none to a spreadsheet behind an apostrophe. */
static void
add_cell(struct buf *out, const char *text, size_t n, bool is_text)
{
	bool is_formula = is_text && n > 0 && strchr("=+-@\t\r", text[0]);
	bool is_quoted = is_formula;

	for (size_t i = 0; i < n; i++)
		is_quoted |= strchr("\",\r\n", text[i]) != NULL;
	if (!is_quoted) {
		buf_add(out, text, n);
		return;
	}
	buf_add_text(out, is_formula ? "\"'" : "\"");
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"')
			buf_add_char(out, '"');
		buf_add_char(out, text[i]);
	}
	buf_add_char(out, '"');
}

static void
add_value(struct request *req, struct buf *out, const struct json_value *value)
{
	struct buf text;

	if (!value || value->type == JSON_NULL)
		return;
	if (value->type == JSON_TEXT) {
		add_cell(out, value->text, value->n, true);
		return;
	}
	buf_init(&text, req->arena, 64);
	json_write(&text, value);
	add_cell(out, text.bytes, text.len, false);
}

void
export_csv_names(struct request *req, struct buf *out, struct doc fields)
{
	const struct json_value *list = parse(req, fields);

	buf_add_text(out, "id,createdAt,status,verdict,contentItemId,reviewTaskId");
	for (size_t i = 0; list && i < list->n; i++) {
		const struct json_value *name = json_get(&list->items[i], "name");
		buf_add_char(out, ',');
		add_cell(out, name->text, name->n, true);
	}
	buf_add_text(out, "\r\n");
}

static void
add_id(struct buf *out, const int64_t *id)
{
	buf_add_char(out, ',');
	if (id)
		buf_add_int(out, *id);
}

void
export_csv_row(struct request *req, struct buf *out, const struct submission_export_row *row, struct doc fields)
{
	const struct json_value *list = parse(req, fields), *data = parse(req, row->data);
	char time[TIME_TEXT_BYTES];

	time_format(time, row->created_at);
	buf_printf(out, "%" PRId64 ",%s,%s,%s", row->id, time, row->status, row->verdict);
	add_id(out, row->content_item_id);
	add_id(out, row->review_task_id);
	for (size_t i = 0; list && i < list->n; i++) {
		buf_add_char(out, ',');
		add_value(req, out, data && data->type == JSON_OBJECT ? json_get(data, json_get(&list->items[i], "name")->text) : NULL);
	}
	buf_add_text(out, "\r\n");
}

/* ---- lines of JSON ---- */

static void
add_member(struct buf *out, const char *name, const int64_t *id)
{
	buf_printf(out, ",\"%s\":", name);
	if (id)
		buf_add_int(out, *id);
	else
		buf_add_text(out, "null");
}

void
export_json_row(struct request *req, struct buf *out, const struct submission_export_row *row)
{
	const struct json_value *data = parse(req, row->data);
	char time[TIME_TEXT_BYTES];

	time_format(time, row->created_at);
	buf_printf(out, "{\"id\":%" PRId64 ",\"createdAt\":\"%s\",\"status\":\"%s\",\"verdict\":\"%s\"", row->id, time, row->status, row->verdict);
	add_member(out, "contentItemId", row->content_item_id);
	add_member(out, "reviewTaskId", row->review_task_id);
	buf_add_text(out, ",\"data\":");
	if (data)
		json_write(out, data); /* on one line, however it was sent */
	else
		buf_add_text(out, "null");
	buf_add_text(out, "}\n");
}
