/* The files, one after the other. */
#include "artifacts/artifacts.h"

#include <inttypes.h>
#include <string.h>

enum { FILES = 6 };

static void
start_file(struct buf *buf, struct arena *arena, const struct artifact_types *types)
{
	buf_init(buf, arena, 4096);
	buf_printf(buf, "// Made by \"wordclaw schema generate\" from the content types. Do not edit.\n// schema-hash: %s\n\n", types->hash);
}

static const char *
runtime_file(struct arena *arena, const struct artifact_types *types)
{
	struct buf buf;
	bool is_first = true;

	start_file(&buf, arena, types);
	buf_add_text(&buf, "export const packageName = ");
	buf_add_json_text(&buf, types->package_name, strlen(types->package_name));
	buf_printf(&buf, ";\nexport const schemaHash = \"%s\";\n", types->hash);
	buf_add_text(&buf, "export const capabilities = { globals: true, workingCopyPreview: true, localization: true } as const;\n\n");
	buf_add_text(&buf, "export const contentTypeIdsBySlug = {\n");
	for (size_t i = 0; i < types->n; i++)
		buf_printf(&buf, "  \"%s\": %" PRId64 ",\n", types->list[i].slug, types->list[i].id);
	buf_add_text(&buf, "} as const;\n\nexport const globalSlugs = [");
	for (size_t i = 0; i < types->n; i++) {
		if (!types->list[i].is_singleton)
			continue;
		buf_printf(&buf, "%s\"%s\"", is_first ? "" : ", ", types->list[i].slug);
		is_first = false;
	}
	buf_add_text(&buf, "] as const;\n\nexport const contentModels = [\n");
	for (size_t i = 0; i < types->n; i++) {
		const struct artifact_type *type = &types->list[i];
		buf_printf(&buf, "  { id: %" PRId64 ", slug: \"%s\", kind: \"%s\", typeName: \"%sData\", localized: %s },\n", type->id, type->slug,
		    type->is_singleton ? "singleton" : "collection", type->pascal, type->locales ? "true" : "false");
	}
	buf_add_text(&buf, "] as const;\n");
	return buf.bytes;
}

/* ---- types ---- */

static const char common_types[] =
    "/** A value for each locale. */\n"
    "export type LocalizedField<T, L extends string = string> = Partial<Record<L, T>>;\n"
    "\n"
    "export type PublicationState = \"draft\" | \"published\" | \"changed\";\n"
    "\n"
    "export interface LocaleResolution {\n"
    "  requestedLocale: string;\n"
    "  fallbackLocale: string;\n"
    "  defaultLocale: string;\n"
    "  localizedFieldCount: number;\n"
    "  resolvedFieldCount: number;\n"
    "  fallbackFieldCount: number;\n"
    "  unresolvedFields: string[];\n"
    "}\n"
    "\n"
    "/** An item as it is read without locale; with one, localized values are those of the locale. */\n"
    "export interface ContentItem<T> {\n"
    "  id: number;\n"
    "  contentTypeId: number;\n"
    "  data: T;\n"
    "  status: string;\n"
    "  version: number;\n"
    "  createdAt: string;\n"
    "  updatedAt: string;\n"
    "  publicationState: PublicationState;\n"
    "  workingCopyVersion: number;\n"
    "  publishedVersion: number | null;\n"
    "  localeResolution?: LocaleResolution;\n"
    "}\n\n";

static void
add_locales(struct buf *buf, const struct artifact_type *type)
{
	if (!type->locales)
		return;
	buf_printf(buf, "export type %sLocale = ", type->pascal);
	for (uint32_t i = 0; i < type->locales->n; i++) {
		if (i > 0)
			buf_add_text(buf, " | ");
		json_write(buf, &type->locales->items[i]);
	}
	buf_add_text(buf, ";\n");
}

static void
add_models(struct buf *buf, const struct artifact_types *types, const char *name, bool only_singletons)
{
	buf_printf(buf, "export interface %s {\n", name);
	for (size_t i = 0; i < types->n; i++) {
		if (!only_singletons || types->list[i].is_singleton)
			buf_printf(buf, "  \"%s\": %sData;\n", types->list[i].slug, types->list[i].pascal);
	}
	buf_add_text(buf, "}\n\n");
}

static const char *
types_file(struct arena *arena, const struct artifact_types *types)
{
	struct buf buf;

	start_file(&buf, arena, types);
	buf_add_text(&buf, common_types);
	for (size_t i = 0; i < types->n; i++) {
		add_locales(&buf, &types->list[i]);
		buf_printf(&buf, "export type %sData = ", types->list[i].pascal);
		artifact_typescript(&buf, &types->list[i]);
		buf_add_text(&buf, ";\n\n");
	}
	add_models(&buf, types, "ContentModelsBySlug", false);
	add_models(&buf, types, "GlobalModelsBySlug", true);
	return buf.bytes;
}

/* ---- validators ---- */

static const char localized_validator[] =
    "/** A value for each locale; the default locale where the field is required. */\n"
    "function localized(value: z.ZodTypeAny, locales: string[], needed: string | null) {\n"
    "  return z.object(Object.fromEntries(locales.map((locale) => [locale, locale === needed ? value : value.optional()]))).strict();\n"
    "}\n\n";

static const char *
validators_file(struct arena *arena, const struct artifact_types *types)
{
	struct buf buf;
	bool is_any_localized = false;

	start_file(&buf, arena, types);
	buf_add_text(&buf, "import { z } from 'zod';\nimport type * as types from './types.js';\n\n");
	for (size_t i = 0; i < types->n; i++)
		is_any_localized |= types->list[i].locales != NULL;
	if (is_any_localized)
		buf_add_text(&buf, localized_validator);
	for (size_t i = 0; i < types->n; i++) {
		const char *pascal = types->list[i].pascal;
		buf_printf(&buf, "export const %sDataSchema = ", pascal);
		artifact_zod(&buf, &types->list[i]);
		buf_printf(&buf, " as unknown as z.ZodType<types.%sData>;\n\nexport function parse%sData(data: unknown): types.%sData {\n  return %sDataSchema.parse(data);\n}\n\n",
		    pascal, pascal, pascal, pascal);
	}
	buf_add_text(&buf, "export const contentSchemasBySlug = {\n");
	for (size_t i = 0; i < types->n; i++)
		buf_printf(&buf, "  \"%s\": %sDataSchema,\n", types->list[i].slug, types->list[i].pascal);
	buf_add_text(&buf, "} as const;\n\nexport function parseWithSchema<T>(schema: z.ZodType<T>, data: unknown): T {\n  return schema.parse(data);\n}\n");
	return buf.bytes;
}

/* ---- client ---- */

static const char *
client_file(struct arena *arena, const struct artifact_types *types)
{
	struct buf buf;

	start_file(&buf, arena, types);
	buf_add_text(&buf, artifact_client_text);
	for (size_t i = 0; i < types->n; i++) {
		const struct artifact_type *type = &types->list[i];
		if (type->is_singleton)
			buf_printf(&buf, "\n  get%sGlobal(options: ReadOptions = {}): Promise<Global<GlobalModelsBySlug[\"%s\"]>> {\n    return this.getGlobal(\"%s\", options);\n  }\n",
			    type->pascal, type->slug, type->slug);
	}
	buf_add_text(&buf, "}\n");
	return buf.bytes;
}

static const char *
index_file(struct arena *arena, const struct artifact_types *types)
{
	struct buf buf;

	start_file(&buf, arena, types);
	buf_add_text(&buf, "export * from './runtime.js';\nexport * from './types.js';\nexport * from './validators.js';\nexport * from './client.js';\n");
	return buf.bytes;
}

static const char *
header_file(struct arena *arena, const struct artifact_types *types)
{
	struct buf buf;

	start_file(&buf, arena, types);
	artifact_header(&buf, arena, types);
	return buf.bytes;
}

struct shape_list
artifacts_make(struct arena *arena, const struct artifact_types *types)
{
	struct schema_artifact *files = ARENA_ARRAY(arena, struct schema_artifact, FILES);

	files[0] = (struct schema_artifact){ .path = "client.ts", .text = client_file(arena, types) };
	files[1] = (struct schema_artifact){ .path = "index.ts", .text = index_file(arena, types) };
	files[2] = (struct schema_artifact){ .path = "runtime.ts", .text = runtime_file(arena, types) };
	files[3] = (struct schema_artifact){ .path = "types.ts", .text = types_file(arena, types) };
	files[4] = (struct schema_artifact){ .path = "validators.ts", .text = validators_file(arena, types) };
	files[5] = (struct schema_artifact){ .path = "wordclaw.h", .text = header_file(arena, types) };
	return (struct shape_list){ .items = files, .n = FILES };
}
