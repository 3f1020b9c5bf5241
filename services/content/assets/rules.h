/* What an asset may be: values in, verdict out. */
#ifndef ASSET_RULES_H
#define ASSET_RULES_H

#include <stdbool.h>

#include "arena.h"

/* The last part of a path of either kind, or NULL when it is no name: empty, a dot or two, or with control characters. */
const char *asset_rules_filename(struct arena *arena, const char *text);

/* "image/png": type and subtype of RFC 6838's characters, in lower case without parameters; NULL when it is none. */
const char *asset_rules_mime_type(struct arena *arena, const char *text);

/* 2 to 64 letters, digits, dots, underscores and hyphens. */
bool asset_rules_variant_key_is_valid(const char *text);

#endif
