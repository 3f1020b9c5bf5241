/* What is made from content types: their data as TypeScript types, as Zod validators and as C structs, and a client that knows them. */
#ifndef ARTIFACTS_ARTIFACTS_H
#define ARTIFACTS_ARTIFACTS_H

#include "content_proto.h"
#include "json/json.h"

enum { ARTIFACT_NODES_MAX = 20000, ARTIFACT_DEPTH_MAX = 24 };

struct artifact_type {
	int64_t id;
	const char *slug, *pascal; /* home-page, HomePage */
	bool is_singleton;
	const struct json_value *schema;
	const struct json_value *locales; /* a list of texts, or NULL: not localized */
	const char *default_locale;
};

/* Sorted by slug. */
struct artifact_types {
	const struct artifact_type *list;
	size_t n;
	const char *package_name, *hash; /* of all their slugs and schemas */
};

/* Rows of struct schema_artifact, always the same for the same types. */
struct shape_list artifacts_make(struct arena *arena, const struct artifact_types *types);

/* A type's data as a TypeScript type, and as a Zod expression.  What is nested deeper or is more than the bounds is unknown. */
void artifact_typescript(struct buf *buf, const struct artifact_type *type);
void artifact_zod(struct buf *buf, const struct artifact_type *type);

/* header.c: the data of all types as C. */
void artifact_header(struct buf *buf, struct arena *arena, const struct artifact_types *types);

/* client.c: the class, whatever the types. */
extern const char artifact_client_text[];

#endif
