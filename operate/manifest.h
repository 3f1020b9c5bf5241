/* What a backup says of itself: manifest.json, written last, so that a backup without one is none. */
#ifndef MANIFEST_H
#define MANIFEST_H

#include "files.h"
#include "json/json.h"
#include "operate.h"

#define MANIFEST_FORMAT "wordclaw-backup-1"
#define MANIFEST_NAME "manifest.json"
#define DUMP_NAME "database.dump"
#define ASSETS_NAME "assets.sha256"
#define KEYS_NAME "keys.sealed"

/* "identity.domains": 12, ... for every table of every service, partitions counted in their parents, as the session's transaction sees them. */
void manifest_add_counts(struct buf *json, const struct operate *operate, struct session_rows services);

/* The manifest of a backup whose parts are all there and have the sums it says; ends the program otherwise, naming what is wrong. */
const struct json_value *manifest_check(struct arena *arena, const char *directory);

/* A member that must be there. */
const struct json_value *manifest_get(const struct json_value *manifest, const char *name, enum json_type type);

#endif
