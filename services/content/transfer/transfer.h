/* Export and import: what a tenant has, a record each, under the ids that it has. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "content.h"

#define RECORD_TYPE "type"
#define RECORD_MIGRATION "migration"
#define RECORD_ASSET "asset"
#define RECORD_VERSION "version"
#define RECORD_ITEM "item"

bool record_is(const struct transfer_record *record, const char *kind);
/* A type, or what led to one of its schemas. */
bool record_is_of_type(const struct transfer_record *record);
/* The member that a record of its kind lacks, or has wrong; NULL: none. */
const char *record_lacks(struct request *req, const struct transfer_record *record);

/* import.c: a command of the service: no id up to the number given is given to anybody from now on. */
const struct error *transfer_reserve_ids(struct request *req, int argc, char **argv) MUST_CHECK;

#endif
