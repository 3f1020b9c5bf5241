/* Migrations as they are shown, and their list of samples as a row has it. */
#ifndef SCHEMA_CHANGE_VIEW_H
#define SCHEMA_CHANGE_VIEW_H

#include "content.h"

#define MIGRATION_RUNNING "running"
#define MIGRATION_COMPLETED "completed"
#define MIGRATION_SUPERSEDED "superseded"

enum { MIGRATION_SAMPLES_MAX = 5 };

const struct error *migration_view(struct request *req, const struct content_schema_migration_row *row, struct schema_migration *ret_migration) MUST_CHECK;

/* The list with one more sample, unless it is full. */
const struct error *samples_with(struct request *req, const char *samples, const struct schema_change_sample *sample, const char **ret_samples) MUST_CHECK;

#endif
