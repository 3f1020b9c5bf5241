/* From what the caller sent to what a type stores. */
#include "model/source.h"

#include <string.h>

#include "model/extensions.h"
#include "model/manifest.h"
#include "model/near_miss.h"
#include "secret.h"
#include "validation.h"

/* {"details":"/fields/title/options must be ..."} */
static const char *
details_context(struct request *req, const struct model_problem *problem)
{
	char *details = arena_printf(req->arena, "%s %s", problem->path, problem->message);
	struct buf buf;

	buf_init(&buf, req->arena, 128);
	buf_add_text(&buf, "{\"details\":");
	buf_add_json_text(&buf, details, strlen(details));
	buf_add_char(&buf, '}');
	return buf.bytes;
}

static const struct error *
about(struct request *req, struct error *error, const char *field, const struct model_problem *problem)
{
	const char *path = strcmp(problem->path, "/") == 0 ? "" : problem->path;
	return error_at(error, arena_printf(req->arena, "%s%s", field, path), details_context(req, problem));
}

/* ---- manifests ---- */

static const struct error *
parse_manifest(struct request *req, struct doc text, const struct json_value **ret_manifest)
{
	struct json_error problem;
	const struct json_value *manifest = json_parse(req->arena, text.json, text.len, NULL, &problem);

	if (!manifest) {
		const char *message = arena_printf(req->arena, "%s at line %zu, column %zu", problem.message, problem.line, problem.column);
		return about(req, FAIL(req, INVALID_CONTENT_SCHEMA_MANIFEST_JSON, "the manifest is not JSON: %s", problem.message), "/schemaManifest",
		    &(struct model_problem){ "/", message });
	}
	if (manifest->type != JSON_OBJECT)
		return about(req, FAIL(req, INVALID_CONTENT_SCHEMA_MANIFEST_TYPE, "the manifest is no JSON object"), "/schemaManifest",
		    &(struct model_problem){ "/", "must be an object" });
	*ret_manifest = manifest;
	return NULL;
}

static const struct error *
compile_manifest(struct request *req, struct doc text, struct content_type_row *row, struct doc *ret_schema)
{
	const struct json_value *manifest = NULL;
	struct model_problem problem = { "/", "unknown problem" };
	struct buf schema, pretty;

	const struct error *error = parse_manifest(req, text, &manifest);
	if (error)
		return error;
	buf_init(&schema, req->arena, 4096);
	if (!manifest_compile(req->arena, manifest, &schema, &problem))
		return about(req, FAIL(req, INVALID_CONTENT_SCHEMA_MANIFEST_DEFINITION, "the manifest does not compile: %s %s", problem.path, problem.message),
		    "/schemaManifest", &problem);
	buf_init(&pretty, req->arena, text.len + 256);
	json_write_pretty(&pretty, manifest);
	row->schema_manifest = pretty.bytes;
	*ret_schema = (struct doc){ schema.bytes, schema.len };
	return NULL;
}

/* ---- extensions ---- */

static const struct error *
check_extensions(struct request *req, const struct json_value *schema, const char *field)
{
	struct model_problem problem = { "/", "unknown problem" };
	struct error *error = NULL;

	switch (extensions_check(req->arena, schema, &problem)) {
	case EXTENSION_NONE:
		return NULL;
	case EXTENSION_LIFECYCLE:
		error = FAIL(req, INVALID_CONTENT_SCHEMA_LIFECYCLE_EXTENSION, "the schema's lifecycle is none: %s %s", problem.path, problem.message);
		break;
	case EXTENSION_PUBLIC_WRITE:
		error = FAIL(req, INVALID_CONTENT_SCHEMA_PUBLIC_WRITE_EXTENSION, "the schema's public write is none: %s %s", problem.path, problem.message);
		break;
	case EXTENSION_LOCALIZATION:
		error = FAIL(req, INVALID_CONTENT_SCHEMA_LOCALIZATION_EXTENSION, "the schema's localization is none: %s %s", problem.path, problem.message);
		break;
	case EXTENSION_ASSET:
		error = FAIL(req, INVALID_CONTENT_SCHEMA_ASSET_EXTENSION, "the schema misuses a field kind: %s %s", problem.path, problem.message);
		break;
	case EXTENSION_CONTENT_REFERENCE:
		error = FAIL(req, INVALID_CONTENT_SCHEMA_CONTENT_REFERENCE_EXTENSION, "the schema misuses a reference: %s %s", problem.path, problem.message);
		break;
	case EXTENSION_TOO_MANY:
		error = FAIL(req, INVALID_CONTENT_SCHEMA_DEFINITION, "the schema %s", problem.message);
		break;
	}
	return about(req, error, field, &problem);
}

const struct error *
source_take(struct request *req, const struct schema_source *source, struct content_type_row *row, struct shape_list *ret_warnings)
{
	struct doc schema = source->schema;
	const struct json_value *value = NULL;
	const struct error *error = NULL;

	if (source->schema.json && source->manifest.json)
		return FAIL_AT(req, CONTENT_TYPE_SCHEMA_SOURCE_CONFLICT, "/schemaManifest", "the content type has both a schema and a manifest");
	row->schema_manifest = NULL;
	if (source->manifest.json)
		error = compile_manifest(req, source->manifest, row, &schema);
	if (!error)
		error = validation_schema(req, schema, &value);
	if (!error)
		error = check_extensions(req, value, source->manifest.json ? "/schemaManifest" : "/schema");
	if (error)
		return error;
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);
	sha256_hex(hash, schema.json, schema.len);
	row->schema = arena_strndup(req->arena, schema.json, schema.len);
	row->schema_hash = hash;
	if (source->schema.json)
		*ret_warnings = near_misses(req->arena, value);
	return NULL;
}
