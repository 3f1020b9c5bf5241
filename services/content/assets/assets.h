/* Assets: files with what is known of them. */
#ifndef ASSETS_H
#define ASSETS_H

#include "blob/blob.h"
#include "content.h"
#include "process.h"

/* Where the settings say. */
struct blob_store *asset_store(void);

extern const struct process_kind asset_removal_kind; /* the bytes of a purged asset */
extern const struct process_kind asset_orphans_kind; /* bytes that no asset has: of uploads whose process died before they were entered */

/* What processes that died have left: timers, of unfinished uploads and of finished ones. */
const struct error *assets_sweep(struct request *req) MUST_CHECK;
const struct error *assets_find_orphans(struct request *req) MUST_CHECK;

#endif
