/* What is shown of migrations. */
#include <inttypes.h>
#include <string.h>

#include "codec/json.h"
#include "cursor.h"
#include "schema_change/chain.h"
#include "schema_change/migration_store.h"
#include "schema_change/view.h"
#include "store.h"
#include "validation.h"

static const struct error *
read_samples(struct request *req, const char *text, struct shape_list *ret_samples)
{
	struct violations *violations = ARENA_NEW(req->arena, struct violations);
	const struct json_value *list = NULL;
	const struct error *error = validation_stored_data(req, (struct doc){ text, strlen(text) }, &list);

	if (error)
		return error;
	struct schema_change_sample *samples = ARENA_ARRAY(req->arena, struct schema_change_sample, MIGRATION_SAMPLES_MAX + 1);
	size_t n = 0;
	for (uint32_t i = 0; list->type == JSON_LIST && i < list->n && n < MIGRATION_SAMPLES_MAX; i++) {
		*violations = (struct violations){ .n = 0 }; /* of one object each */
		if (!codec_json_read_all(req->arena, &schema_change_sample_shape, text, &list->items[i], &samples[n], violations))
			return FAIL(req, INTERNAL_SERVER_ERROR, "recorded samples cannot be read");
		n++;
	}
	*ret_samples = (struct shape_list){ .items = samples, .n = n };
	return NULL;
}

const struct error *
samples_with(struct request *req, const char *samples, const struct schema_change_sample *sample, const char **ret_samples)
{
	struct shape_list list = { .n = 0 };
	struct buf buf;
	const struct error *error = read_samples(req, samples, &list);

	*ret_samples = samples;
	if (error || list.n == MIGRATION_SAMPLES_MAX)
		return error;
	struct schema_change_sample *all = (struct schema_change_sample *)list.items; /* made above, with room for one more */
	all[list.n++] = *sample;
	buf_init(&buf, req->arena, 512);
	for (size_t i = 0; i < list.n; i++) {
		buf_add_char(&buf, i ? ',' : '[');
		codec_json_write(&buf, &schema_change_sample_shape, &all[i]);
	}
	buf_add_char(&buf, ']');
	*ret_samples = buf.bytes;
	return NULL;
}

const struct error *
migration_view(struct request *req, const struct content_schema_migration_row *row, struct schema_migration *ret_migration)
{
	struct shape_list steps = { .n = 0 }, samples = { .n = 0 };
	const struct error *error = chain_stored_steps(req, row->steps, &steps);

	if (!error)
		error = read_samples(req, row->samples, &samples);
	if (error)
		return error;
	*ret_migration = (struct schema_migration){ .id = row->id, .content_type_id = row->content_type_id, .schema_version = row->schema_version,
		.status = row->status, .steps = steps, .total = row->total, .done = row->done, .changed = row->changed, .failed = row->failed, .samples = samples,
		.started_by = row->started_by, .started_at = row->started_at, .ended_at = row->ended_at };
	return NULL;
}

const struct error *
content_migrations_get(struct request *req, const struct content_migrations_get_request *in, struct schema_migration *out)
{
	const struct content_schema_migration_row *row = NULL;
	const struct error *error = store_migration(req, in->migration_id, &row);

	if (error)
		return error;
	if (!row)
		return FAIL(req, SCHEMA_MIGRATION_NOT_FOUND, "migration %" PRId64 " does not exist", in->migration_id);
	return migration_view(req, row, out);
}

const struct error *
content_migrations_list(struct request *req, const struct content_migrations_list_request *in, struct content_migrations_list_response *out)
{
	const char *of = arena_printf(req->arena, "migrations-%" PRId64, in->id);
	struct shape_list rows = { .n = 0 }, types = { .n = 0 };
	int64_t below = INT32_MAX;

	if (in->cursor && !cursor_read_rows(req->arena, in->cursor, of, &below))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", "the cursor is invalid: send a nextCursor as it was received, or none");
	const struct error *error = store_types_by_id(req, &in->id, 1, &types);
	if (!error && types.n == 0)
		error = FAIL(req, CONTENT_TYPE_NOT_FOUND, "content type %" PRId64 " does not exist", in->id);
	if (!error)
		error = store_migrations(req, in->id, below, *in->limit + 1, &rows);
	if (error)
		return error;
	size_t n = rows.n > (size_t)*in->limit ? (size_t)*in->limit : rows.n;
	struct schema_migration *migrations = ARENA_ARRAY(req->arena, struct schema_migration, n + 1);
	for (size_t i = 0; !error && i < n; i++)
		error = migration_view(req, (const struct content_schema_migration_row *)rows.items + i, &migrations[i]);
	*out = (struct content_migrations_list_response){ .migrations = { .items = migrations, .n = n }, .limit = *in->limit, .has_more = rows.n > n,
		.next_cursor = rows.n > n && n > 0 ? cursor_of_rows(req->arena, of, migrations[n - 1].schema_version) : NULL };
	return error;
}
