/* Assets: files with what is known of them. */
#ifndef ASSETS_H
#define ASSETS_H

#include "content.h"
#include "process.h"

/* $WORDCLAW_HOME/assets, or what the setting says. */
const char *asset_root(void);

extern const struct process_kind asset_removal_kind; /* the bytes of a purged asset */

/* Unfinished uploads of processes that died: a timer. */
const struct error *assets_sweep(struct request *req) MUST_CHECK;

#endif
