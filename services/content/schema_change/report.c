/* The report of a schema change: counted, with a few of the items that it would break. */
#include "schema_change/report.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "codec/json.h"
#include "licensing/gate.h"
#include "schema_change/chain.h"
#include "schema_change/widening.h"
#include "schema/json_schema.h"
#include "store.h"
#include "utf8.h"
#include "validation.h"

enum {
	ITEMS_MAX = 5000,
	PAGE_ITEMS = 200,
	PAGE_BYTES = 1024 * 1024,
	DATA_BYTES_TOTAL_MAX = 32 * 1024 * 1024,
	SCRATCH_BYTES = 64 * 1024 * 1024,
	SAMPLES_MAX = 5,
	SAMPLE_BYTES = 256,
	PREVIEWS_MAX = 5,
	PREVIEW_BYTES = 64 * 1024, /* of an item before and after */
};

struct sample {
	int64_t id, version;
	char path[SAMPLE_BYTES], message[SAMPLE_BYTES];
};

struct count {
	struct request *req;
	struct json_schema *before, *after;
	int64_t type_id;
	const struct schema_chain *chain;
	struct arena *scratch, *kept;
	struct schema_migration_preview previews[PREVIEWS_MAX];
	size_t n_previews;
	struct json_schema_errors *errors;
	int64_t n_checked, n_breaking, n_invalid, n_bytes;
	bool is_complete;
	struct sample samples[SAMPLES_MAX];
	size_t n_samples;
};

static void
keep_text(char kept[SAMPLE_BYTES], const char *text)
{
	size_t n = utf8_cut(text, SAMPLE_BYTES - 1);

	memcpy(kept, text, n);
	kept[n] = '\0';
}

static void
add_sample(struct count *count, const struct content_checked_row *row, const struct json_value *data)
{
	struct sample *sample = &count->samples[count->n_samples];

	if (count->n_samples == SAMPLES_MAX)
		return;
	*count->errors = (struct json_schema_errors){ .n = 0 };
	(void)json_schema_validate(count->after, data, count->scratch, count->errors); /* known to fail: this run says why */
	const struct json_schema_error *first = count->errors->n > 0 ? &count->errors->list[0] : NULL;
	sample->id = row->id;
	sample->version = row->version;
	keep_text(sample->path, first && first->pointer[0] ? first->pointer : "/");
	keep_text(sample->message, first ? first->message : "takes too much work to check");
	count->n_samples++;
}

/* ---- what a dry run shows ---- */

static void
show_item(struct count *count, const struct content_checked_row *row, const struct json_value *after, bool is_valid)
{
	struct schema_migration_preview *preview = &count->previews[count->n_previews];
	struct buf text;

	if (!count->kept || count->n_previews == PREVIEWS_MAX)
		return;
	count->n_previews++;
	*preview = (struct schema_migration_preview){ .content_item_id = row->id, .version = row->version, .is_valid = is_valid,
		.before = { "null", 4 }, .after = { "null", 4 } };
	if (row->data.len + json_size(after, PREVIEW_BYTES) < PREVIEW_BYTES) {
		buf_init(&text, count->kept, row->data.len + 256);
		json_write(&text, after);
		preview->before = (struct doc){ arena_strndup(count->kept, row->data.json, row->data.len), row->data.len };
		preview->after = (struct doc){ text.bytes, text.len };
	}
	if (is_valid)
		return;
	*count->errors = (struct json_schema_errors){ .n = 0 };
	(void)json_schema_validate(count->after, after, count->scratch, count->errors);
	const struct json_schema_error *first = count->errors->n > 0 ? &count->errors->list[0] : NULL;
	preview->path = first && first->pointer[0] ? arena_strdup(count->kept, first->pointer) : "/";
	preview->message = first ? arena_strdup(count->kept, first->message) : "takes too much work to check";
}

static struct doc
copied(struct arena *arena, struct doc doc)
{
	return (struct doc){ arena_strndup(arena, doc.json, doc.len), doc.len };
}

/* What is sold is shown to nobody who would not read it. */
static const struct error *
shown_previews(struct count *count, struct shape_list *ret_previews)
{
	struct request *req = count->req;
	struct schema_migration_preview *shown = ARENA_ARRAY(req->arena, struct schema_migration_preview, PREVIEWS_MAX);
	const struct error *error = NULL;

	for (size_t i = 0; !error && i < count->n_previews; i++) {
		bool is_withheld = false;
		shown[i] = count->previews[i];
		error = gate_withholds(req, shown[i].content_item_id, count->type_id, &is_withheld);
		shown[i].before = is_withheld ? (struct doc){ "null", 4 } : copied(req->arena, shown[i].before);
		shown[i].after = is_withheld ? (struct doc){ "null", 4 } : copied(req->arena, shown[i].after);
		shown[i].path = shown[i].path ? arena_strdup(req->arena, shown[i].path) : NULL;
		shown[i].message = shown[i].message ? arena_strdup(req->arena, shown[i].message) : NULL;
	}
	*ret_previews = (struct shape_list){ .items = shown, .n = count->n_previews };
	return error;
}

/* ---- items ---- */

static void
check_item(struct count *count, const struct content_checked_row *row)
{
	struct json_error problem;
	const struct json_value *data = json_parse(count->scratch, row->data.json, row->data.len, NULL, &problem);
	const struct json_value *after = data && count->chain ? chain_apply(count->scratch, count->chain, row->schema_version, data) : data;
	bool is_valid = after && json_schema_validate(count->after, after, count->scratch, NULL);

	count->n_checked++;
	count->n_bytes += (int64_t)row->data.len;
	if (after)
		show_item(count, row, after, is_valid);
	if (!is_valid && data && json_schema_validate(count->before, data, count->scratch, NULL)) {
		count->n_breaking++;
		add_sample(count, row, after);
	} else if (!is_valid) {
		count->n_invalid++;
	}
	arena_reset(count->scratch);
}

/* Half of the request's time is for this. */
static bool
may_go_on(const struct count *count)
{
	int64_t half_us = (count->req->deadline_us - count->req->now_us) / 2;
	return count->n_checked < ITEMS_MAX && count->n_bytes < DATA_BYTES_TOTAL_MAX && clock_now_us() < count->req->now_us + half_us;
}

static const struct error *
check_page(struct count *count, int64_t type_id, struct row_place *after, bool *ret_is_last)
{
	struct shape_list rows = { .n = 0 };
	const struct error *error = store_type_items_data(count->req, type_id, after, PAGE_ITEMS, PAGE_BYTES, &rows);
	if (error)
		return error;
	const struct content_checked_row *row = rows.items;
	size_t n = 0;
	while (n < rows.n && row[n].data.json)
		check_item(count, &row[n++]);
	if (n > 0)
		*after = (struct row_place){ row[n - 1].updated_at, row[n - 1].id };
	*ret_is_last = rows.n < PAGE_ITEMS && n == rows.n;
	return n == 0 && rows.n > 0 ? FAIL(count->req, INTERNAL_SERVER_ERROR, "an item is larger than a page") : NULL;
}

static const struct error *
check_items(struct count *count, int64_t type_id)
{
	struct row_place after = { INT64_C(253402300799999999), INT32_MAX };

	while (!count->is_complete && may_go_on(count)) {
		struct arena_mark mark = arena_mark(count->req->arena);
		const struct error *error = check_page(count, type_id, &after, &count->is_complete);
		if (error)
			return error;
		arena_rewind(count->req->arena, mark);
	}
	return NULL;
}

/* ---- the report ---- */

static struct shape_list
shown_samples(struct request *req, const struct count *count)
{
	struct schema_change_sample *shown = ARENA_ARRAY(req->arena, struct schema_change_sample, SAMPLES_MAX);

	for (size_t i = 0; i < count->n_samples; i++)
		shown[i] = (struct schema_change_sample){ .content_item_id = count->samples[i].id, .version = count->samples[i].version,
			.path = arena_strdup(req->arena, count->samples[i].path), .message = arena_strdup(req->arena, count->samples[i].message) };
	return (struct shape_list){ .items = shown, .n = count->n_samples };
}

static bool
is_widening(struct request *req, const struct content_type_row *before, const struct content_type_row *after)
{
	struct json_error problem;
	const struct json_value *old = json_parse(req->arena, before->schema, strlen(before->schema), NULL, &problem);
	const struct json_value *new = json_parse(req->arena, after->schema, strlen(after->schema), NULL, &problem);

	return old && new && schema_widens(old, new);
}

static const struct error *
count_items(struct request *req, const struct content_type_row *before, const struct content_type_row *after, struct count *count)
{
	const struct error *error = validation_program(req, before->schema, &count->before);
	if (!error)
		error = validation_program(req, after->schema, &count->after);
	if (!error)
		error = check_items(count, before->id);
	json_schema_unref(count->before);
	json_schema_unref(count->after);
	return error;
}

const struct error *
change_report(struct request *req, const struct content_type_row *before, const struct content_type_row *after, const struct schema_chain *chain,
    const struct schema_change **ret_change)
{
	struct count *count = ARENA_NEW(req->arena, struct count);
	struct schema_change *change = ARENA_NEW(req->arena, struct schema_change);
	struct shape_list previews = { .n = 0 };
	int64_t n_items = 0;

	*count = (struct count){ .req = req, .errors = ARENA_NEW(req->arena, struct json_schema_errors), .type_id = before->id, .chain = chain };
	const struct error *error = store_type_items_count(req, before->id, LIST_TOTAL_MAX, &n_items);
	if (error)
		return error;
	count->scratch = arena_new(SCRATCH_BYTES);
	count->kept = chain && req->dry_run ? arena_new((size_t)4 * PREVIEWS_MAX * PREVIEW_BYTES) : NULL;
	error = count_items(req, before, after, count);
	if (!error && count->kept)
		error = shown_previews(count, &previews);
	arena_free(count->scratch);
	arena_free(count->kept);
	if (error)
		return error;
	bool is_safe = count->n_breaking == 0 && is_widening(req, before, after);
	*change = (struct schema_change){ .compatibility = is_safe ? "compatible" : count->n_breaking > 0 ? "breaking" : "warning",
		.item_count = n_items < count->n_checked ? count->n_checked : n_items, .checked_count = count->n_checked, .is_exact = count->is_complete,
		.breaking_count = count->n_breaking, .invalid_count = count->n_invalid, .samples = shown_samples(req, count), .preview = previews };
	*ret_change = change;
	return NULL;
}

bool
change_is_breaking(const struct schema_change *change)
{
	return change->breaking_count > 0;
}

const char *
change_context(struct request *req, const struct schema_change *change)
{
	struct buf buf;

	buf_init(&buf, req->arena, 1024);
	codec_json_write(&buf, &schema_change_shape, change);
	return buf.bytes;
}
