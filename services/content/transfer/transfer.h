/* Export and import: what a tenant has, a record each, under the ids that it has. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "content.h"

#define RECORD_TYPE "type"
#define RECORD_MIGRATION "migration"
#define RECORD_ASSET "asset"
#define RECORD_VERSION "version"
#define RECORD_ITEM "item"

/* import.c: a command of the service: no id up to the number given is given to anybody from now on. */
const struct error *transfer_reserve_ids(struct request *req, int argc, char **argv) MUST_CHECK;

#endif
