/* The statements about schema migrations as functions. */
#ifndef MIGRATION_STORE_H
#define MIGRATION_STORE_H

#include "content.h"
#include "cursor.h"

struct new_migration {
	int64_t content_type_id, schema_version;
	const char *steps, *started_by;
};
const struct error *store_migration_insert(struct request *req, const struct new_migration *migration, const struct content_schema_migration_row **ret) MUST_CHECK;
/* NULL: no such migration. */
const struct error *store_migration(struct request *req, int64_t id, const struct content_schema_migration_row **ret) MUST_CHECK;
/* Rows of struct content_schema_migration_row of schemas below one, the latest first. */
const struct error *store_migrations(struct request *req, int64_t type_id, int64_t below, int64_t limit, struct shape_list *ret) MUST_CHECK;
/* Rows of struct content_schema_steps_row of schemas above one, the latest first. */
const struct error *store_migration_steps(struct request *req, int64_t type_id, int64_t above, int64_t limit, struct shape_list *ret) MUST_CHECK;
/* Rows of struct content_migrating_row behind a place, which were changed last at until at the latest. */
const struct error *store_migrating_items(struct request *req, int64_t type_id, const struct row_place *after, int64_t until, int64_t limit, struct shape_list *ret) MUST_CHECK;
/* Queued. */
void store_migration_progress(struct request *req, const struct content_schema_migration_row *migration);
void store_item_schema(struct request *req, int64_t id, int64_t version, int64_t schema_version);

#endif
