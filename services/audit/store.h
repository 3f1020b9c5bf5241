/* Audit's rows: one call, one statement. */
#ifndef STORE_H
#define STORE_H

#include "audit.h"

const struct error *store_heads_lock(struct request *req, const int64_t *tenants, size_t n, struct shape_list *ret_heads) MUST_CHECK;
void store_heads_move(struct request *req, struct doc heads);
void store_entries_add(struct request *req, struct doc entries);
const struct error *store_entry_page(struct request *req, const struct audit_logs_list_request *in, const int64_t *before_us,
    int64_t before_id, int64_t limit, int64_t total_max, struct shape_list *ret_entries, int64_t *ret_total) MUST_CHECK;
/* Entries from a number on, as many as fit the memory of a request; at least one when there is one. */
const struct error *store_chain_page(struct request *req, int64_t from, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_head_get(struct request *req, const struct audit_head **ret_head) MUST_CHECK;
/* The next tenant with a chain; NULL: there is none. */
const struct error *store_chain_next(struct request *req, int64_t after, const struct audit_chain_owner **ret_owner) MUST_CHECK;
const struct error *store_heads_unsigned(struct request *req, struct shape_list *ret_heads) MUST_CHECK;
void store_checkpoints_add(struct request *req, struct doc checkpoints);
const struct error *store_checkpoint_page(struct request *req, const int64_t *below, int64_t limit, struct shape_list *ret_list) MUST_CHECK;
const struct error *store_checkpoint_range(struct request *req, int64_t from, int64_t limit, struct shape_list *ret_list) MUST_CHECK;
const struct error *store_feed(struct request *req, struct doc positions, const int64_t *tenants, size_t n, int64_t limit_each,
    struct shape_list *ret_entries, struct shape_list *ret_heads) MUST_CHECK;

#endif
