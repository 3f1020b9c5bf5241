/* Key files of an installation, kept in a backup sealed or by their fingerprints: never readable. */
#ifndef KEYS_H
#define KEYS_H

#include "json/json.h"
#include "operate.h"

/* Names of the key files in the secrets' directory, in order. */
struct key_names {
	const char *list[SECRET_PATHS_MAX];
	size_t n;
};
struct key_names keys_list(const struct operate *operate);

/* {"master.key": "<SHA-256>", ...} */
void keys_add_fingerprints(struct buf *json, const struct operate *operate, const struct key_names *names);

/* All of them sealed with the key of the file at path (made when missing); ends the program when that cannot be done. */
void keys_seal(const struct operate *operate, const struct key_names *names, const char *path, const char *to);

/* Put them where they were; a file that is there already must be the same. */
void keys_open(const struct operate *operate, const char *path, const char *from);

/* Those at hand must be the ones that the backup was made with: others open nothing that these have sealed. */
void keys_check(const struct operate *operate, const struct json_value *fingerprints);

#endif
