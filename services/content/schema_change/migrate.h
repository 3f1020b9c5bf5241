/* Items of a type on their way to its new schema. */
#ifndef SCHEMA_MIGRATE_H
#define SCHEMA_MIGRATE_H

#include "content.h"
#include "process.h"

/* In the transaction that gives a type its new schema: records the steps and starts the process that takes them to the items. */
const struct error *migrate_start(struct request *req, const struct content_type_row *type, const struct shape_list *steps,
    const struct schema_migration **ret_migration) MUST_CHECK;

/* That no migration of the type is under way.  Error: CONTENT_SCHEMA_MIGRATION_RUNNING. */
const struct error *migrate_check_idle(struct request *req, int64_t type_id) MUST_CHECK;

extern const struct process_kind migration_kind;

#endif
