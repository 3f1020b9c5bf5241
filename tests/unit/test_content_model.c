/* Manifests against golden schemas, extensions, near misses, and data in one language. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "localisation/localise.h"
#include "model/expand.h"
#include "model/extensions.h"
#include "model/manifest.h"
#include "model/near_miss.h"
#include "schema_change/steps.h"
#include "schema_change/widening.h"
#include "regex.h"

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(16 * 1024 * 1024);
}

static void
teardown(void)
{
	arena_free(arena);
}

static const struct json_value *
parse(const char *text)
{
	struct json_error problem;
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &problem);
	ck_assert_msg(value != NULL, "%s: %s", text, value ? "" : problem.message);
	return value;
}

/* ---- golden files ---- */

static const char *const types[] = { "text", "textarea", "number", "checkbox", "select", "asset", "asset-list", "content-ref",
	"content-ref-list", "group", "array", "block-set", "sections" };

static char *
file_text(const char *name, const char *suffix)
{
	const char *path = arena_printf(arena, "tests/unit/manifests/%s.%s.json", name, suffix);
	char *text = arena_alloc(arena, 65536);
	FILE *file = fopen(path, "r");

	ck_assert_msg(file != NULL, "%s cannot be opened", path);
	size_t n = fread(text, 1, 65535, file);
	(void)fclose(file);
	text[n] = '\0';
	return text;
}

/* MANIFESTS_WRITE=1 writes what is compiled instead of comparing it: look at the difference before it is committed. */
static void
write_golden(const char *name, const struct buf *schema)
{
	FILE *file = fopen(arena_printf(arena, "tests/unit/manifests/%s.schema.json", name), "w");

	ck_assert(file != NULL);
	(void)fprintf(file, "%s\n", schema->bytes);
	(void)fclose(file);
}

START_TEST(each_field_type_compiles_to_its_golden_schema)
{
	const char *name = types[_i];
	struct model_problem problem = { "", "" };
	struct buf schema, line;

	buf_init(&schema, arena, 1024);
	ck_assert_msg(manifest_compile(arena, parse(file_text(name, "manifest")), &schema, &problem), "%s: %s %s", name, problem.path, problem.message);
	ck_assert_int_eq(extensions_check(arena, parse(schema.bytes), &problem), EXTENSION_NONE);
	ck_assert_uint_eq(near_misses(arena, parse(schema.bytes)).n, 0);
	if (getenv("MANIFESTS_WRITE")) {
		write_golden(name, &schema);
		return;
	}
	buf_init(&line, arena, schema.len + 2);
	buf_printf(&line, "%s\n", schema.bytes);
	ck_assert_str_eq(line.bytes, file_text(name, "schema"));
}
END_TEST

/* ---- manifests that are none ---- */

static const struct refused_row {
	const char *manifest, *path, *message;
} refused[] = {
	{ "{}", "/fields", "must be a list of at least one field" },
	{ "{\"fields\":[]}", "/fields", "must be a list of at least one field" },
	{ "{\"fields\":[1]}", "/fields/0", "must be an object such as" },
	{ "{\"fields\":[{\"type\":\"text\"}]}", "/fields/0/name", "must be a text that is not empty" },
	{ "{\"fields\":[{\"name\":\" \",\"type\":\"text\"}]}", "/fields/0/name", "must be a text that is not empty" },
	{ "{\"fields\":[{\"name\":\"a\"}]}", "/fields/a/type", "must be a text that is not empty" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"txt\"}]}", "/fields/a/type", "must be text, textarea, number" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"text\"},{\"name\":\" a \",\"type\":\"text\"}]}", "/fields/a", "the name 'a' is taken" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"text\",\"required\":1}]}", "/fields/a/required", "must be true or false" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"text\",\"label\":1}]}", "/fields/a/label", "must be text" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"text\",\"queryable\":1}]}", "/fields/a/queryable", "must be true or false" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"asset\",\"queryable\":true}]}", "/fields/a/queryable", "is for text, textarea" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"text\",\"queryable\":true,\"localized\":true}]}", "/fields/a/queryable", "is for text, textarea" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"number\",\"min\":\"1\"}]}", "/fields/a/min", "must be a number" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"number\",\"min\":2,\"max\":1}]}", "/fields/a/min", "must not be greater than max" },
	{ "{\"fields\":[{\"name\":\"title\",\"type\":\"select\"}]}", "/fields/title/options", "must be a list of at least one option" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"select\",\"options\":[\"x\",{\"value\":\"x\"}]}]}", "/fields/a/options/1", "the value 'x' is among" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"asset-list\",\"minItems\":-1}]}", "/fields/a/minItems", "must be an integer of at least 0" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"asset-list\",\"minItems\":2,\"maxItems\":1}]}", "/fields/a/minItems", "must not be greater than maxItems" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"content-ref\",\"allowedContentTypeIds\":[0]}]}", "/fields/a/allowedContentTypeIds/0", "must be the id" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"group\"}]}", "/fields/a/fields", "must be a list of at least one field" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"array\"}]}", "/fields/a", "an array has fields" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"array\",\"itemType\":\"group\"}]}", "/fields/a/itemType", "must be text, textarea" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"array\",\"itemType\":\"select\"}]}", "/fields/a/itemOptions", "must be a list of at least one option" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"block-set\",\"blocks\":[]}]}", "/fields/a/blocks", "must be a list of 1 to" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"block-set\",\"blocks\":[{\"type\":\"q\",\"fields\":[{\"name\":\"blockType\",\"type\":\"text\"}]}]}]}",
	    "/fields/a/blocks/q/fields/blockType", "the name 'blockType' is taken" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"block-set\",\"blocks\":[{\"type\":\"q\",\"fields\":[{\"name\":\"b\",\"type\":\"text\"}]},{\"type\":\"q\","
	  "\"fields\":[{\"name\":\"b\",\"type\":\"text\"}]}]}]}", "/fields/a/blocks/1", "the type 'q' is taken" },
	{ "{\"version\":0,\"fields\":[{\"name\":\"a\",\"type\":\"text\"}]}", "/version", "must be an integer of at least 1" },
	{ "{\"lifecycle\":1,\"fields\":[{\"name\":\"a\",\"type\":\"text\"}]}", "/lifecycle", "must be an object" },
};

START_TEST(manifest_is_refused_with_the_place)
{
	const struct refused_row *row = &refused[_i];
	struct model_problem problem = { "", "" };
	struct buf schema;

	buf_init(&schema, arena, 1024);
	ck_assert_msg(!manifest_compile(arena, parse(row->manifest), &schema, &problem), "%s", row->manifest);
	ck_assert_str_eq(problem.path, row->path);
	ck_assert_msg(strncmp(problem.message, row->message, strlen(row->message)) == 0, "%s: %s", row->manifest, problem.message);
}
END_TEST

/* ---- extensions ---- */

#define LOCALES "\"x-wordclaw-localization\":{\"supportedLocales\":[\"en\",\"de\"],\"defaultLocale\":\"en\"}"
#define REF "\"type\":\"object\",\"properties\":{\"contentItemId\":{\"type\":\"integer\"}},\"required\":[\"contentItemId\"],\"x-wordclaw-field-kind\":\"content-ref\""

static const struct extension_row {
	const char *schema;
	enum extension misused;
	const char *path;
} extensions[] = {
	{ "{\"type\":\"object\",\"properties\":{}," LOCALES "}", EXTENSION_NONE, "" },
	{ "{\"x-wordclaw-lifecycle\":{\"ttlSeconds\":60}}", EXTENSION_NONE, "" },
	{ "{\"x-wordclaw-lifecycle\":{\"ttlSeconds\":59}}", EXTENSION_LIFECYCLE, "/x-wordclaw-lifecycle/ttlSeconds" },
	{ "{\"x-wordclaw-lifecycle\":{\"ttlSeconds\":60,\"archiveStatus\":\"published\"}}", EXTENSION_LIFECYCLE, "/x-wordclaw-lifecycle/archiveStatus" },
	{ "{\"x-wordclaw-lifecycle\":{\"ttlSeconds\":60,\"clock\":\"now\"}}", EXTENSION_LIFECYCLE, "/x-wordclaw-lifecycle/clock" },
	{ "{\"x-wordclaw-lifecycle\":[]}", EXTENSION_LIFECYCLE, "/x-wordclaw-lifecycle" },
	{ "{\"x-wordclaw-public-write\":{\"subjectField\":\"a\"},\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"]}", EXTENSION_NONE, "" },
	{ "{\"x-wordclaw-public-write\":{\"subjectField\":\"a\"},\"properties\":{\"a\":{\"type\":\"string\"}}}", EXTENSION_PUBLIC_WRITE,
	    "/x-wordclaw-public-write/subjectField" },
	{ "{\"x-wordclaw-public-write\":{\"subjectField\":\"a\",\"allowedOperations\":[\"delete\"]},\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"]}",
	    EXTENSION_PUBLIC_WRITE, "/x-wordclaw-public-write/allowedOperations" },
	{ "{" LOCALES "}", EXTENSION_LOCALIZATION, "/x-wordclaw-localization" },
	{ "{\"type\":\"object\",\"properties\":{},\"x-wordclaw-localization\":{\"supportedLocales\":[\"en\"],\"defaultLocale\":\"de\"}}", EXTENSION_LOCALIZATION,
	    "/x-wordclaw-localization/defaultLocale" },
	{ "{\"type\":\"object\",\"properties\":{},\"x-wordclaw-localization\":{\"supportedLocales\":[\"en\",\"en\"],\"defaultLocale\":\"en\"}}",
	    EXTENSION_LOCALIZATION, "/x-wordclaw-localization/supportedLocales/1" },
	{ "{\"properties\":{\"a\":{\"x-wordclaw-localized\":true}}}", EXTENSION_LOCALIZATION, "/properties/a/x-wordclaw-localized" },
	{ "{\"type\":\"object\",\"properties\":{\"a\":{\"oneOf\":[{},{\"x-wordclaw-localized\":1}]}}," LOCALES "}", EXTENSION_LOCALIZATION,
	    "/properties/a/oneOf/1/x-wordclaw-localized" },
	{ "{\"type\":\"object\",\"properties\":{},\"x-wordclaw-localized\":true," LOCALES "}", EXTENSION_LOCALIZATION, "/x-wordclaw-localized" },
	{ "{\"definitions\":{\"a\":{\"x-wordclaw-field-kind\":\"asset\"}}}", EXTENSION_ASSET, "/definitions/a/x-wordclaw-field-kind" },
	{ "{\"properties\":{\"a\":{\"x-wordclaw-field-kind\":\"picture\"}}}", EXTENSION_ASSET, "/properties/a/x-wordclaw-field-kind" },
	{ "{\"properties\":{\"a\":{" REF "}}}", EXTENSION_NONE, "" },
	{ "{\"properties\":{\"a\":{" REF ",\"allowedContentTypeIds\":[\"x\"]}}}", EXTENSION_CONTENT_REFERENCE, "/properties/a/allowedContentTypeIds" },
	{ "{\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/r\"},\"x-wordclaw-field-kind\":\"content-ref-list\"}},"
	  "\"definitions\":{\"r\":{" REF "}}}", EXTENSION_NONE, "" },
};

START_TEST(extension_is_checked_wherever_it_stands)
{
	const struct extension_row *row = &extensions[_i];
	struct model_problem problem = { "", "" };

	ck_assert_msg(extensions_check(arena, parse(row->schema), &problem) == row->misused, "%s: %s %s", row->schema, problem.path, problem.message);
	ck_assert_str_eq(problem.path, row->path);
}
END_TEST

/* ---- near misses ---- */

static const struct miss_row {
	const char *schema, *keyword, *suggestion;
} misses[] = {
	{ "{\"type\":\"object\",\"requird\":[\"a\"]}", "requird", "required" },
	{ "{\"properties\":{\"a\":{\"type\":\"string\",\"minlength\":2}}}", "minlength", "minLength" },
	{ "{\"allOf\":[{\"propertis\":{}}]}", "propertis", "properties" },
	{ "{\"title\":\"string\"}", "title", "{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\"}}}" },
	{ "{\"body\":{\"type\":\"string\"}}", "body", "{\"type\":\"object\",\"properties\":{\"body\":{...}}}" },
	{ "{\"fields\":[{\"name\":\"title\",\"type\":\"text\"}]}", "fields", "schemaManifest" },
	{ "{\"type\":\"object\",\"properties\":{\"fields\":{\"type\":\"array\"}}}", NULL, NULL },
	{ "{\"type\":\"object\",\"x-wordclaw-localised\":true}", "x-wordclaw-localised", "x-wordclaw-localized" },
	{ "{\"type\":\"object\",\"title\":\"string\"}", NULL, NULL },
	{ "{\"type\":\"object\",\"properties\":{\"requird\":{\"type\":\"string\"}}}", NULL, NULL },
	{ "{\"enum\":[{\"requird\":1}],\"x-ours\":1,\"internalNote\":\"kept\"}", NULL, NULL },
};

START_TEST(near_miss_names_what_was_meant)
{
	const struct miss_row *row = &misses[_i];
	struct shape_list found = near_misses(arena, parse(row->schema));
	const struct schema_warning *warning = found.items;

	ck_assert_msg(found.n == (row->keyword ? 1 : 0), "%s: %zu warnings", row->schema, found.n);
	if (row->keyword) {
		ck_assert_str_eq(warning->keyword, row->keyword);
		ck_assert_str_eq(warning->suggestion, row->suggestion);
	}
}
END_TEST

/* ---- locales ---- */

static const char localized_schema[] = "{\"type\":\"object\"," LOCALES ",\"required\":[\"title\",\"named\"],\"properties\":{"
	"\"title\":{\"type\":\"string\",\"maxLength\":5,\"x-wordclaw-localized\":true},"
	"\"named\":{\"$ref\":\"#/definitions/name\"},\"n\":{\"type\":\"integer\"},"
	"\"hero\":{\"type\":\"object\",\"x-wordclaw-localized\":true,\"properties\":{\"alt\":{\"type\":\"string\",\"x-wordclaw-localized\":true}}},"
	"\"blocks\":{\"type\":\"array\",\"items\":{\"oneOf\":["
	"{\"type\":\"object\",\"properties\":{\"blockType\":{\"const\":\"text\"},\"body\":{\"type\":\"string\",\"x-wordclaw-localized\":true}}},"
	"{\"type\":\"object\",\"properties\":{\"blockType\":{\"const\":\"map\"},\"body\":{\"type\":\"object\"}}}]}}},"
	"\"patternProperties\":{\"^x_\":{\"type\":\"string\",\"x-wordclaw-localized\":true}},"
	"\"definitions\":{\"name\":{\"type\":\"string\",\"x-wordclaw-localized\":true}}}";

static const struct locale_row {
	const char *locale, *fallback, *data, *expected;
	int64_t localized, resolved, by_fallback;
	const char *unresolved; /* the first one, or NULL */
} reads[] = {
	{ "de", NULL, "{\"title\":{\"en\":\"a\",\"de\":\"b\"},\"n\":1.50}", "{\"title\":\"b\",\"n\":1.50}", 1, 1, 0, NULL },
	{ "de", NULL, "{\"title\":{\"en\":\"a\"},\"n\":1}", "{\"title\":\"a\",\"n\":1}", 1, 0, 1, NULL },
	{ "fr", "de", "{\"title\":{\"en\":\"a\",\"de\":\"b\"}}", "{\"title\":\"b\"}", 1, 0, 1, NULL },
	{ "fr", "de", "{\"title\":{\"en\":\"a\"}}", "{\"title\":null}", 1, 0, 0, "/title" },
	{ "de", NULL, "{\"named\":{\"de\":\"n\"}}", "{\"named\":\"n\"}", 1, 1, 0, NULL },
	{ "de", NULL, "{\"hero\":{\"de\":{\"alt\":{\"de\":\"x\"}}}}", "{\"hero\":{\"alt\":\"x\"}}", 2, 2, 0, NULL },
	{ "de", NULL, "{\"x_a\":{\"de\":\"p\"},\"y\":{\"de\":\"q\"}}", "{\"x_a\":\"p\",\"y\":{\"de\":\"q\"}}", 1, 1, 0, NULL },
	{ "de", NULL, "{\"blocks\":[{\"blockType\":\"text\",\"body\":{\"de\":\"t\"}},{\"blockType\":\"map\",\"body\":{\"de\":\"m\"}}]}",
	    "{\"blocks\":[{\"blockType\":\"text\",\"body\":\"t\"},{\"blockType\":\"map\",\"body\":{\"de\":\"m\"}}]}", 1, 1, 0, NULL },
	{ "fr", "fr", "{\"blocks\":[{\"blockType\":\"text\",\"body\":{\"de\":\"t\"}}]}", "{\"blocks\":[{\"blockType\":\"text\",\"body\":null}]}", 1, 0, 0, "/blocks/0/body" },
};

START_TEST(data_is_read_in_one_locale)
{
	const struct locale_row *row = &reads[_i];
	struct content_locale_resolution resolution;
	struct doc data = { .json = NULL }, text = { row->data, strlen(row->data) };

	ck_assert(localise(arena, parse(localized_schema), text, parse(row->data), &(struct locale_wish){ row->locale, row->fallback }, &data, &resolution));
	ck_assert_str_eq(arena_strndup(arena, data.json, data.len), row->expected);
	ck_assert_int_eq(resolution.localized_field_count, row->localized);
	ck_assert_int_eq(resolution.resolved_field_count, row->resolved);
	ck_assert_int_eq(resolution.fallback_field_count, row->by_fallback);
	ck_assert_uint_eq(resolution.unresolved_fields.n, row->unresolved ? 1 : 0);
	if (row->unresolved)
		ck_assert_str_eq(*(const char *const *)resolution.unresolved_fields.items, row->unresolved);
}
END_TEST

static const struct valid_row {
	const char *data;
	bool is_valid;
} stored[] = {
	{ "{\"title\":{\"en\":\"a\"},\"named\":{\"en\":\"b\"}}", true },
	{ "{\"title\":{\"en\":\"a\",\"de\":\"b\"},\"named\":{\"en\":\"b\"}}", true },
	{ "{\"title\":{\"de\":\"b\"},\"named\":{\"en\":\"b\"}}", false },                   /* the default locale is required */
	{ "{\"title\":{\"en\":\"a\"},\"named\":{\"de\":\"b\"}}", false },                   /* also behind a reference */
	{ "{\"title\":{\"en\":\"a\",\"fr\":\"b\"},\"named\":{\"en\":\"b\"}}", false },      /* a locale that is not supported */
	{ "{\"title\":\"a\",\"named\":{\"en\":\"b\"}}", false },
	{ "{\"title\":{\"en\":\"longer\"},\"named\":{\"en\":\"b\"}}", false },
	{ "{\"title\":{\"en\":\"a\"},\"named\":{\"en\":\"b\"},\"hero\":{\"de\":{\"alt\":{\"de\":\"x\"}}}}", true },
	{ "{\"title\":{\"en\":\"a\"},\"named\":{\"en\":\"b\"},\"hero\":{\"de\":{\"alt\":\"x\"}}}", false },
	{ "{\"title\":{\"en\":\"a\"},\"named\":{\"en\":\"b\"},\"blocks\":[{\"blockType\":\"text\",\"body\":{\"de\":\"t\"}}]}", true },
	{ "{\"title\":{\"en\":\"a\"},\"named\":{\"en\":\"b\"},\"blocks\":[{\"blockType\":\"text\",\"body\":\"t\"}]}", false },
};

START_TEST(stored_data_has_maps_of_locales)
{
	struct json_schema_options options = { .assert_format = true, .regex = &regex_engine };
	struct json_schema_error problem = { .message = "" };
	struct json_schema *schema = json_schema_compile(arena, expand_localized(arena, parse(localized_schema)), &options, &problem);

	ck_assert_msg(schema != NULL, "%s %s", problem.schema_pointer, problem.message);
	ck_assert_msg(json_schema_validate(schema, parse(stored[_i].data), arena, NULL) == stored[_i].is_valid, "%s", stored[_i].data);
	json_schema_unref(schema);
}
END_TEST

/* ---- changes ---- */

static const struct change_row {
	const char *before, *after;
	bool widens;
} changes[] = {
	{ "{}", "{\"title\":\"T\",\"x-ours\":1}", true },
	{ "{}", "{\"type\":\"object\"}", false },
	{ "{\"type\":\"object\"}", "{}", true },
	{ "{\"type\":\"integer\"}", "{\"type\":[\"number\",\"null\"]}", true },
	{ "{\"type\":\"number\"}", "{\"type\":\"integer\"}", false },
	{ "{\"properties\":{\"a\":{}}}", "{\"properties\":{\"a\":{},\"b\":{\"type\":\"string\"}}}", true },
	{ "{\"properties\":{\"a\":{}}}", "{\"properties\":{\"a\":{\"type\":\"string\"}}}", false },
	{ "{\"properties\":{\"a\":{}}}", "{\"properties\":{}}", true },
	{ "{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"properties\":{},\"additionalProperties\":false}", false },
	{ "{\"additionalProperties\":false}", "{\"additionalProperties\":true}", true },
	{ "{}", "{\"additionalProperties\":false}", false },
	{ "{\"required\":[\"a\",\"b\"]}", "{\"required\":[\"a\"]}", true },
	{ "{\"required\":[\"a\"]}", "{\"required\":[\"b\"]}", false },
	{ "{\"enum\":[1]}", "{\"enum\":[1,2]}", true },
	{ "{\"enum\":[1,2]}", "{\"enum\":[1]}", false },
	{ "{\"maxLength\":5}", "{\"maxLength\":6}", true },
	{ "{\"minimum\":5}", "{\"minimum\":6}", false },
	{ "{\"items\":{\"maximum\":1}}", "{\"items\":{\"maximum\":2}}", true },
	{ "{\"oneOf\":[{}]}", "{\"oneOf\":[{},{}]}", false },
	{ "{\"pattern\":\"a\"}", "{\"pattern\":\"b\"}", false },
	{ "{\"x-wordclaw-localized\":false}", "{\"x-wordclaw-localized\":true}", false },
};

START_TEST(change_takes_more_when_that_is_plain)
{
	ck_assert_msg(schema_widens(parse(changes[_i].before), parse(changes[_i].after)) == changes[_i].widens, "%s -> %s", changes[_i].before, changes[_i].after);
}
END_TEST

/* ---- steps from one schema to the next ---- */

static const struct step_row {
	enum step_op op;
	const char *path, *to, *type, *value, *before, *after;
} step_rows[] = {
	{ STEP_OP_RENAME, "a", "b", NULL, NULL, "{\"a\":1,\"c\":2}", "{\"b\":1,\"c\":2}" },
	{ STEP_OP_RENAME, "a", "c", NULL, NULL, "{\"a\":1,\"c\":2}", "{\"a\":1,\"c\":2}" },
	{ STEP_OP_RENAME, "x.*.a", "b", NULL, NULL, "{\"x\":[{\"a\":1},{},3]}", "{\"x\":[{\"b\":1},{},3]}" },
	{ STEP_OP_DEFAULT, "s.t", NULL, NULL, "7", "{}", "{\"s\":{\"t\":7}}" },
	{ STEP_OP_DEFAULT, "s.t", NULL, NULL, "7", "{\"s\":{\"t\":null}}", "{\"s\":{\"t\":null}}" },
	{ STEP_OP_DEFAULT, "s.t", NULL, NULL, "7", "{\"s\":1}", "{\"s\":1}" },
	{ STEP_OP_DEFAULT, "x.*.n", NULL, NULL, "0", "{\"x\":{\"en\":{},\"de\":{\"n\":1}}}", "{\"x\":{\"en\":{\"n\":0},\"de\":{\"n\":1}}}" },
	{ STEP_OP_DROP, "a", NULL, NULL, NULL, "{\"a\":1,\"b\":2}", "{\"b\":2}" },
	{ STEP_OP_DROP, "x.*", NULL, NULL, NULL, "{\"x\":[1,2]}", "{\"x\":[]}" },
	{ STEP_OP_DROP, "x.y", NULL, NULL, NULL, "{\"x\":[1]}", "{\"x\":[1]}" },
	{ STEP_OP_MOVE, "a", "s.t", NULL, NULL, "{\"a\":1}", "{\"s\":{\"t\":1}}" },
	{ STEP_OP_MOVE, "s.a", "a", NULL, NULL, "{\"s\":{\"a\":1,\"b\":2}}", "{\"s\":{\"b\":2},\"a\":1}" },
	{ STEP_OP_MOVE, "a", "b", NULL, NULL, "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}" },
	{ STEP_OP_MOVE, "a", "b.c", NULL, NULL, "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}" },
	{ STEP_OP_MOVE, "a", "a.b", NULL, NULL, "{\"a\":1}", "{\"a\":{\"b\":1}}" },
	{ STEP_OP_CAST, "a", NULL, "string", NULL, "{\"a\":1.50}", "{\"a\":\"1.50\"}" },
	{ STEP_OP_CAST, "a", NULL, "string", NULL, "{\"a\":{}}", "{\"a\":{}}" },
	{ STEP_OP_CAST, "a", NULL, "integer", NULL, "{\"a\":\" 12 \"}", "{\"a\":12}" },
	{ STEP_OP_CAST, "a", NULL, "integer", NULL, "{\"a\":3.0}", "{\"a\":3}" },
	{ STEP_OP_CAST, "a", NULL, "integer", NULL, "{\"a\":3.5}", "{\"a\":3.5}" },
	{ STEP_OP_CAST, "a", NULL, "integer", "0", "{\"a\":\"many\"}", "{\"a\":0}" },
	{ STEP_OP_CAST, "a", NULL, "number", NULL, "{\"a\":[\"1e3\"]}", "{\"a\":1e3}" },
	{ STEP_OP_CAST, "a", NULL, "boolean", NULL, "{\"a\":\"yes\"}", "{\"a\":true}" },
	{ STEP_OP_CAST, "a", NULL, "boolean", "false", "{\"a\":null}", "{\"a\":false}" },
	{ STEP_OP_CAST, "a", NULL, "array", NULL, "{\"a\":\"x\"}", "{\"a\":[\"x\"]}" },
	{ STEP_OP_CAST, "a", NULL, "array", NULL, "{\"a\":null}", "{\"a\":[]}" },
	{ STEP_OP_CAST, "x.*", NULL, "string", NULL, "{\"x\":[1,\"b\",true]}", "{\"x\":[\"1\",\"b\",\"true\"]}" },
};

START_TEST(step_changes_what_it_finds_and_nothing_else)
{
	const struct step_row *row = &step_rows[_i];
	struct schema_change_step step = { .op = row->op, .type = row->type, .value = row->value ? parse(row->value) : NULL };
	struct buf before, after;

	ck_assert(step_path_read(arena, row->path, &step.path));
	ck_assert(!row->to || step_path_read(arena, row->to, &step.to));
	const struct json_value *document = parse(row->before);
	const struct json_value *changed = steps_apply(arena, &(struct schema_steps){ .list = &step, .n = 1 }, document);
	buf_init(&before, arena, 64);
	buf_init(&after, arena, 64);
	json_write(&before, document);
	json_write(&after, changed);
	ck_assert_str_eq(after.bytes, row->after);
	ck_assert_str_eq(before.bytes, row->before);
	ck_assert_msg((changed == document) == (strcmp(row->before, row->after) == 0), "%s: a document that stays is the same one", row->before);
	/* Once more: what was done is not done again, so that a process may be cut off anywhere. */
	buf_init(&after, arena, 64);
	json_write(&after, steps_apply(arena, &(struct schema_steps){ .list = &step, .n = 1 }, changed));
	if (row->to && strcmp(row->to, "a.b") != 0)
		ck_assert_str_eq(after.bytes, row->after);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof((array)[0]))

int
main(void)
{
	Suite *suite = suite_create("content_model");
	TCase *tests = tcase_create("all");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, each_field_type_compiles_to_its_golden_schema, 0, ROWS(types));
	tcase_add_loop_test(tests, manifest_is_refused_with_the_place, 0, ROWS(refused));
	tcase_add_loop_test(tests, extension_is_checked_wherever_it_stands, 0, ROWS(extensions));
	tcase_add_loop_test(tests, near_miss_names_what_was_meant, 0, ROWS(misses));
	tcase_add_loop_test(tests, data_is_read_in_one_locale, 0, ROWS(reads));
	tcase_add_loop_test(tests, stored_data_has_maps_of_locales, 0, ROWS(stored));
	tcase_add_loop_test(tests, change_takes_more_when_that_is_plain, 0, ROWS(changes));
	tcase_add_loop_test(tests, step_changes_what_it_finds_and_nothing_else, 0, ROWS(step_rows));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
