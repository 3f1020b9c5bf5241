/* Any text as the records of an import: what a record is said to have can be stored without looking again, and a record that is written out is read as the
 * same record.  Schemas and recorded steps that are taken are those that a type could have had. */
#include <assert.h>
#include <string.h>

#include "codec/json.h"
#include "json/json.h"
#include "model/source.h"
#include "rules.h"
#include "transfer/transfer.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, INPUT_BYTES_MAX = 16384 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

/* What the statements read through pointers. */
static void
check_parts(struct request *req, const struct transfer_record *record)
{
	struct content_type_row row = { .id = 0 };
	struct shape_list warnings = { .n = 0 };

	assert(record->id > 0);
	if (record_is(record, RECORD_ASSET)) {
		assert(record->created_at && record->filename && record->original_filename && record->mime_type && record->size_bytes && record->access_mode && record->status);
		return;
	}
	if (record_is(record, RECORD_MIGRATION)) {
		assert(record->schema_version && record->steps && record->updated_by && record->created_at);
		return;
	}
	assert(record->version);
	if (!record_is(record, RECORD_TYPE)) {
		assert(record->data.json && record->status && (record_is(record, RECORD_VERSION) || (record->content_type_id && record->created_at)));
		return;
	}
	assert(rules_slug_is_valid(record->slug) && record->name && record->content_kind && record->created_at);
	const struct error *error = source_take(req, &(struct schema_source){ .schema = { record->schema, strlen(record->schema) } }, &row, &warnings);
	assert(error ? error->info->status == 400 && error->message[0] : strcmp(row.schema, record->schema) == 0);
}

static void
check_written(struct arena *arena, const struct transfer_record *record)
{
	struct transfer_record again = { .kind = NULL };
	struct violations *violations = ARENA_NEW(arena, struct violations);
	struct json_limits limits = { .allow_big_numbers = true };
	struct json_error wrong;
	struct buf text, anew;

	buf_init(&text, arena, 1024);
	buf_init(&anew, arena, 1024);
	codec_json_write(&text, &transfer_record_shape, record);
	const struct json_value *value = json_parse(arena, text.bytes, text.len, &limits, &wrong);
	assert(value && codec_json_read_all(arena, &transfer_record_shape, arena_strndup(arena, text.bytes, text.len), value, &again, violations));
	codec_json_write(&anew, &transfer_record_shape, &again);
	assert(anew.len == text.len && memcmp(anew.bytes, text.bytes, text.len) == 0);
}

static bool
has_member(const char *name)
{
	for (size_t i = 0; i < transfer_record_shape.n_fields; i++) {
		if (strcmp(transfer_record_shape.fields[i].name, name) == 0)
			return true;
	}
	return false;
}

static void
check_line(struct request *req, const char *line)
{
	struct transfer_record record = { .kind = NULL };
	struct violations *violations = ARENA_NEW(req->arena, struct violations);
	struct json_limits limits = { .allow_big_numbers = true };
	struct json_error wrong;

	const struct json_value *value = json_parse(req->arena, line, strlen(line), &limits, &wrong);
	if (!value || value->type != JSON_OBJECT || !codec_json_read_all(req->arena, &transfer_record_shape, line, value, &record, violations))
		return;
	check_written(req->arena, &record);
	const char *lacking = record_lacks(req, &record);
	if (!lacking)
		check_parts(req, &record);
	assert(!lacking || has_member(lacking));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct request req = { .now_us = 1000000 };

	if (n_bytes > INPUT_BYTES_MAX)
		return 0;
	req.arena = arena_new(ARENA_BYTES);
	const char *text = arena_strndup(req.arena, (const char *)bytes, n_bytes);
	for (size_t n; *text; text += n + (text[n] != '\0')) {
		n = strcspn(text, "\n");
		check_line(&req, arena_strndup(req.arena, text, n));
	}
	arena_free(req.arena);
	return 0;
}
