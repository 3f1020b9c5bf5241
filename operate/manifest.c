/* What a backup says of itself. */
#include "manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "report.h"

void
manifest_add_counts(struct buf *json, const struct operate *operate, struct session_rows services)
{
	const struct session *session = &operate->session;
	bool is_first = true;

	buf_add_char(json, '{');
	for (size_t i = 0; i < services.n; i++) {
		struct session_rows tables = session_list(session,
		    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
		    "WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname",
		    (const char *const[]){ services.list[i].columns[0], NULL });
		for (size_t t = 0; t < tables.n; t++) {
			const char *table = tables.list[t].columns[0];
			const char *count = session_text(session, arena_printf(operate->arena, "SELECT count(*) FROM %s", table), NULL);
			buf_add_text(json, is_first ? "" : ",");
			buf_add_json_text(json, table, strlen(table));
			buf_printf(json, ":%s", count);
			is_first = false;
		}
	}
	buf_add_char(json, '}');
}

const struct json_value *
manifest_get(const struct json_value *manifest, const char *name, enum json_type type)
{
	const struct json_value *value = json_get(manifest, name);

	if (!value || value->type != type)
		report_fail("the manifest has no usable \"%s\": it was changed, or made by another version", name);
	return value;
}

static void
check_part(struct arena *arena, const char *directory, const struct json_value *part)
{
	const char *name = manifest_get(part, "name", JSON_TEXT)->text;
	const char *path = arena_printf(arena, "%s/%s", directory, name);
	int64_t n_bytes = manifest_get(part, "bytes", JSON_INT)->integer;
	struct file_sum sum;

	if (!file_sum(path, &sum))
		report_fail("%s: %s", path, strerror(errno));
	if (sum.n_bytes != n_bytes)
		report_fail("%s has %" PRId64 " bytes, the manifest says %" PRId64 ": the backup is damaged", path, sum.n_bytes, n_bytes);
	if (strcmp(sum.sha256, manifest_get(part, "sha256", JSON_TEXT)->text) != 0)
		report_fail("%s is not what was written: its SHA-256 is %s", path, sum.sha256);
}

const struct json_value *
manifest_check(struct arena *arena, const char *directory)
{
	const char *path = arena_printf(arena, "%s/" MANIFEST_NAME, directory);
	struct json_error problem;
	size_t n;
	const char *text = file_read(arena, path, MANIFEST_BYTES_MAX, &n);

	if (!text)
		report_fail("%s: %s: a directory without it is no finished backup", path, strerror(errno));
	const struct json_value *manifest = json_parse(arena, text, n, NULL, &problem);
	if (!manifest || manifest->type != JSON_OBJECT)
		report_fail("%s: %s", path, manifest ? "it holds no object" : problem.message);
	const char *format = manifest_get(manifest, "format", JSON_TEXT)->text;
	if (strcmp(format, MANIFEST_FORMAT) != 0)
		report_fail("%s: the format is '%s', this program reads '" MANIFEST_FORMAT "'", path, format);
	const struct json_value *parts = manifest_get(manifest, "parts", JSON_LIST);
	for (uint32_t i = 0; i < parts->n; i++)
		check_part(arena, directory, &parts->items[i]);
	return manifest;
}
