/* The statements about schema migrations. */
#include "schema_change/migration_store.h"

#include "content_queries.h"

const struct error *
store_migration_insert(struct request *req, const struct new_migration *migration, const struct content_schema_migration_row **ret)
{
	return query_find(req, &content_migration_insert_query,
	    PARAMS(P_INT(migration->content_type_id), P_INT(migration->schema_version), P_TEXT(migration->steps), P_TEXT(migration->started_by), P_TIME(req->now_us)), ret);
}

const struct error *
store_migration(struct request *req, int64_t id, const struct content_schema_migration_row **ret)
{
	return query_find(req, &content_migration_get_query, PARAMS(P_INT(id)), ret);
}

const struct error *
store_migrations(struct request *req, int64_t type_id, int64_t below, int64_t limit, struct shape_list *ret)
{
	return query_list(req, &content_migrations_list_query, PARAMS(P_INT(type_id), P_INT(below), P_INT(limit)), ret);
}

const struct error *
store_migration_steps(struct request *req, int64_t type_id, int64_t above, int64_t limit, struct shape_list *ret)
{
	return query_list(req, &content_migration_steps_query, PARAMS(P_INT(type_id), P_INT(above), P_INT(limit)), ret);
}

const struct error *
store_migrating_items(struct request *req, int64_t type_id, const struct row_place *after, int64_t until, int64_t limit, struct shape_list *ret)
{
	return query_list(req, &content_migration_items_query, PARAMS(P_INT(type_id), P_TIME(after->key), P_INT(after->id), P_TIME(until), P_INT(limit)), ret);
}

void
store_migration_progress(struct request *req, const struct content_schema_migration_row *migration)
{
	query_send(req, &content_migration_progress_query,
	    PARAMS(P_INT(migration->id), P_TEXT(migration->status), P_INT(migration->total), P_INT(migration->done), P_INT(migration->changed), P_INT(migration->failed),
	        P_TEXT(migration->samples), P_TIME(migration->updated_at), migration->ended_at ? P_TIME(*migration->ended_at) : P_NULL()));
}

void
store_item_schema(struct request *req, int64_t id, int64_t version, int64_t schema_version)
{
	query_send(req, &content_item_set_schema_query, PARAMS(P_INT(id), P_INT(version), P_INT(schema_version)));
}
