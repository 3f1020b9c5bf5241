/* Audit's rows: one call, one statement. */
#include "store.h"

#include "audit_queries.h"

const struct error *
store_heads_lock(struct request *req, const int64_t *tenants, size_t n, struct shape_list *ret_heads)
{
	query_send(req, &audit_head_make_query, PARAMS(P_INT_LIST(tenants, n)));
	return query_list(req, &audit_head_lock_query, PARAMS(P_INT_LIST(tenants, n)), ret_heads);
}

void
store_heads_move(struct request *req, struct doc heads)
{
	query_send(req, &audit_head_move_query, PARAMS(P_DOC(heads)));
}

void
store_entries_add(struct request *req, struct doc entries)
{
	query_send(req, &audit_entry_add_query, PARAMS(P_DOC(entries)));
}

/* Which index serves a list: that of the request, the entity, the actor, or of all. */
struct entry_statements {
	const struct db_statement *list, *count;
};

static struct entry_statements
statements_for(const struct audit_logs_list_request *in)
{
	if (in->change_set)
		return (struct entry_statements){ &audit_entry_list_change_set_query, &audit_entry_count_change_set_query };
	if (in->request_id)
		return (struct entry_statements){ &audit_entry_list_request_query, &audit_entry_count_request_query };
	if (in->entity_type && in->entity_id)
		return (struct entry_statements){ &audit_entry_list_entity_query, &audit_entry_count_entity_query };
	if (in->actor_id)
		return (struct entry_statements){ &audit_entry_list_actor_query, &audit_entry_count_actor_query };
	if (in->entity_type || in->entity_id || in->action || in->actor_type)
		return (struct entry_statements){ &audit_entry_list_query, &audit_entry_count_query };
	return (struct entry_statements){ &audit_entry_list_query, &audit_entry_count_all_query };
}

const struct error *
store_entry_page(struct request *req, const struct audit_logs_list_request *in, const int64_t *before_us, int64_t before_id,
    int64_t limit, int64_t total_max, struct shape_list *ret_entries, int64_t *ret_total)
{
	struct entry_statements statements = statements_for(in);
	const struct audit_count_row *count;
	db_ticket page = query_ask(req, statements.list,
	    PARAMS(P_TEXT(in->entity_type), P_INT_OPT(in->entity_id), P_TEXT(in->action), P_TEXT(in->actor_id), P_TEXT(in->actor_type),
	        P_TEXT(in->change_set ? in->change_set : in->request_id), P_TIME_OPT(before_us), before_us ? P_INT(before_id) : P_NULL(), P_INT(limit)));
	db_ticket total = statements.count == &audit_entry_count_all_query ? query_ask(req, statements.count, PARAMS(P_INT(req->tenant)))
	    : query_ask(req, statements.count, PARAMS(P_TEXT(in->entity_type), P_INT_OPT(in->entity_id), P_TEXT(in->action), P_TEXT(in->actor_id),
	          P_TEXT(in->actor_type), P_TEXT(in->change_set ? in->change_set : in->request_id), P_INT(total_max)));
	const struct error *error = query_claim_list(req, page, ret_entries);
	if (error)
		return error;
	error = query_claim(req, total, &count);
	if (error)
		return error;
	*ret_total = count->total;
	return NULL;
}

/* An entry takes at most about 100 KB (an event's payload is below 64 KB), so a page and what is made of it fit the memory of a request. */
enum { CHAIN_PAGE_BYTES = 768 * 1024 };

const struct error *
store_chain_page(struct request *req, int64_t from, int64_t limit, struct shape_list *ret_rows)
{
	return query_list(req, &audit_chain_page_query, PARAMS(P_INT(from), P_INT(limit), P_INT(CHAIN_PAGE_BYTES)), ret_rows);
}

const struct error *
store_head_get(struct request *req, const struct audit_head **ret_head)
{
	return query_find(req, &audit_head_get_query, PARAMS(P_INT(req->tenant)), ret_head);
}

const struct error *
store_chain_next(struct request *req, int64_t after, const struct audit_chain_owner **ret_owner)
{
	return query_find(req, &audit_chain_next_query, PARAMS(P_INT(after)), ret_owner);
}

const struct error *
store_heads_unsigned(struct request *req, struct shape_list *ret_heads)
{
	return query_list(req, &audit_head_unsigned_query, PARAMS(P_NULL()), ret_heads);
}

void
store_checkpoints_add(struct request *req, struct doc checkpoints)
{
	query_send(req, &audit_checkpoint_add_query, PARAMS(P_DOC(checkpoints)));
}

const struct error *
store_checkpoint_page(struct request *req, const int64_t *below, int64_t limit, struct shape_list *ret_list)
{
	return query_list(req, &audit_checkpoint_list_query, PARAMS(P_INT_OPT(below), P_INT(limit)), ret_list);
}

const struct error *
store_checkpoint_range(struct request *req, int64_t from, int64_t limit, struct shape_list *ret_list)
{
	return query_list(req, &audit_checkpoint_range_query, PARAMS(P_INT(from), P_INT(limit)), ret_list);
}

const struct error *
store_feed(struct request *req, struct doc positions, const int64_t *tenants, size_t n, int64_t limit_each,
    struct shape_list *ret_entries, struct shape_list *ret_heads)
{
	db_ticket page = query_ask(req, &audit_feed_page_query, PARAMS(P_DOC(positions), P_INT(limit_each)));
	db_ticket heads = query_ask(req, &audit_feed_heads_query, PARAMS(P_INT_LIST(tenants, n)));
	const struct error *error = query_claim_list(req, page, ret_entries);
	return error ? error : query_claim_list(req, heads, ret_heads);
}
