/* Which types the artifacts are made of. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "artifacts/artifacts.h"
#include "content.h"
#include "model/extensions.h"
#include "secret.h"
#include "store.h"

enum { TYPES_MAX = 200, PAGE = 50, SCHEMAS_BYTES_MAX = 1024 * 1024 };

/* Is slug one of those that are listed with commas? */
static bool
is_wanted(const char *slugs, const char *slug)
{
	size_t n = strlen(slug);

	for (const char *at = slugs; at && *at;) {
		size_t n_item = strcspn(at, ",");
		if (n_item == n && memcmp(at, slug, n) == 0)
			return true;
		at += n_item + (at[n_item] == ',');
	}
	return !slugs;
}

/* home-page -> HomePage; what begins with a digit gets a letter in front. */
static const char *
pascal_of(struct arena *arena, const char *slug)
{
	char *name = arena_alloc(arena, strlen(slug) + 2);
	size_t n = 0;
	bool is_start = true;

	if (slug[0] >= '0' && slug[0] <= '9')
		name[n++] = 'T';
	for (; *slug; slug++) {
		bool is_joint = *slug == '-' || *slug == '_';
		if (!is_joint)
			name[n++] = is_start && *slug >= 'a' && *slug <= 'z' ? (char)(*slug - 'a' + 'A') : *slug;
		is_start = is_joint;
	}
	return name;
}

static int
compare_slugs(const void *a, const void *b)
{
	return strcmp(((const struct artifact_type *)a)->slug, ((const struct artifact_type *)b)->slug);
}

struct collection {
	struct artifact_type types[TYPES_MAX];
	size_t n, n_bytes;
};

static const struct error *
add_type(struct request *req, const struct content_type_row *row, struct collection *collection)
{
	struct json_error problem;
	struct localization localization = { .locales = NULL };

	collection->n_bytes += strlen(row->schema);
	if (collection->n == TYPES_MAX || collection->n_bytes > SCHEMAS_BYTES_MAX)
		return FAIL_AT(req, VALIDATION_ERROR, "/contentTypeSlugs", "the types are more than %d, or their schemas more than %d bytes: name some of them", TYPES_MAX, SCHEMAS_BYTES_MAX);
	const struct json_value *schema = json_parse(req->arena, row->schema, strlen(row->schema), NULL, &problem);
	if (!schema)
		return FAIL(req, INTERNAL_SERVER_ERROR, "a stored schema does not parse: %s", problem.message);
	if (schema->type == JSON_OBJECT)
		(void)extensions_localization(schema, &localization); /* without: locales stays NULL */
	collection->types[collection->n++] = (struct artifact_type){ .id = row->id, .slug = row->slug, .pascal = pascal_of(req->arena, row->slug),
		.is_singleton = strcmp(row->kind, "singleton") == 0, .schema = schema, .locales = localization.locales, .default_locale = localization.default_locale };
	return NULL;
}

static const struct error *
collect(struct request *req, const char *slugs, struct collection *collection)
{
	struct type_list page = { .limit = PAGE };
	struct shape_list rows = { .n = PAGE };
	int64_t total = 0;

	while (rows.n == PAGE) {
		const struct error *error = store_types(req, &page, &rows, &total);
		const struct content_type_row *row = rows.items;
		for (size_t i = 0; !error && i < rows.n; i++) {
			page.after = row[i].id;
			if (is_wanted(slugs, row[i].slug))
				error = add_type(req, &row[i], collection);
		}
		if (error)
			return error;
	}
	return NULL;
}

/* Slugs that differ in their joints only would have one name. */
static void
tell_apart(struct arena *arena, struct collection *collection)
{
	for (size_t i = 0; i < collection->n; i++) {
		for (size_t k = i + 1; k < collection->n; k++) {
			if (strcmp(collection->types[i].pascal, collection->types[k].pascal) == 0)
				collection->types[k].pascal = arena_printf(arena, "%s%" PRId64, collection->types[k].pascal, collection->types[k].id);
		}
	}
}

static const char *
hash_of(struct arena *arena, const struct artifact_type *types, size_t n)
{
	char *hash = arena_alloc(arena, SHA256_HEX_BYTES);
	struct buf all;

	buf_init(&all, arena, 4096);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&all, "%" PRId64 " %s %d ", types[i].id, types[i].slug, types[i].is_singleton);
		json_write(&all, types[i].schema);
		buf_add_char(&all, '\n');
	}
	sha256_hex(hash, all.bytes, all.len);
	return hash;
}

const struct error *
content_types_artifacts(struct request *req, const struct content_types_artifacts_request *in, struct content_types_artifacts_response *out)
{
	struct collection *collection = ARENA_NEW(req->arena, struct collection);

	const struct error *error = collect(req, in->content_type_slugs, collection);
	if (error)
		return error;
	if (collection->n == 0)
		return FAIL_AT(req, CONTENT_TYPE_NOT_FOUND, "/contentTypeSlugs", in->content_type_slugs ? "no content type has one of the slugs" : "there are no content types yet");
	qsort(collection->types, collection->n, sizeof(collection->types[0]), compare_slugs);
	tell_apart(req->arena, collection);
	struct artifact_types types = { .list = collection->types, .n = collection->n, .package_name = in->package_name ? in->package_name : "wordclaw-generated",
		.hash = hash_of(req->arena, collection->types, collection->n) };
	*out = (struct content_types_artifacts_response){ .files = artifacts_make(req->arena, &types), .schema_hash = types.hash, .package_name = types.package_name };
	return NULL;
}
