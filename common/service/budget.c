/* Budgets of keys: counted in the transaction that uses them up. */
#include <inttypes.h>

#include "contract/policy.h"
#include "id.h"
#include "service_internal.h"

enum { MINUTE_S = 60, DAY_S = 86400 };

struct usage_row {
	int64_t used;
};

static const struct shape_field row_fields[] = {
	{ .name = "used", .column = "used", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct usage_row, used) },
};
static const struct shape row_shape = { "usage_row", sizeof(struct usage_row), row_fields, 1 };

/* No row when it would be more than the budget. */
static const struct db_statement use_statement = { "key_usage_use",
	"INSERT INTO key_usage AS u (domain_id, key_id, budget, period, used) VALUES ($1, $2, $3, $4, $5)"
	" ON CONFLICT (domain_id, key_id, budget) DO UPDATE SET period = excluded.period,"
	"   used = excluded.used + CASE WHEN u.period = excluded.period THEN u.used ELSE 0 END"
	" WHERE excluded.used + CASE WHEN u.period = excluded.period THEN u.used ELSE 0 END <= $6 RETURNING used", DB_FIND, 6, &row_shape };

static const struct {
	const char *name;
	int64_t period_s;
} kinds[BUDGETS_N] = {
	[BUDGET_SATS_PER_DAY] = { "satsPerDay", DAY_S },
	[BUDGET_SATS_PER_CALL] = { "satsPerCall", 0 },
	[BUDGET_WRITES_PER_MINUTE] = { "writesPerMinute", MINUTE_S },
	[BUDGET_PUBLISHES_PER_DAY] = { "publishesPerDay", DAY_S },
};

const struct error *
request_over_budget(struct request *req, enum budget budget, int64_t limit)
{
	int64_t period_us = kinds[budget].period_s * 1000000;
	const char *resets = "";
	char time[TIME_TEXT_BYTES];

	if (period_us) {
		time_format(time, (req->now_us / period_us + 1) * period_us);
		resets = arena_printf(req->arena, ",\"resetsAt\":\"%s\"", time);
	}
	return FAIL_WITH(req, BUDGET_EXCEEDED, arena_printf(req->arena, "{\"budget\":\"%s\",\"limit\":%" PRId64 "%s}", kinds[budget].name, limit, resets),
	    "the key's %s is %" PRId64, kinds[budget].name, limit);
}

/* Use up n of what one key may use up; *ret_used is -1 when it may not. */
static const struct error *
use(struct request *req, int64_t key_id, enum budget budget, int64_t n, int64_t limit, int64_t *ret_used)
{
	int64_t period_us = kinds[budget].period_s * 1000000;
	const struct usage_row *row = NULL;

	*ret_used = -1;
	if (n > limit)
		return NULL;
	const struct error *error = query_find(req, &use_statement, PARAMS(P_INT(req->tenant), P_INT(key_id), P_TEXT(kinds[budget].name),
	    P_TIME(req->now_us / period_us * period_us), P_INT(n), P_INT(limit)), &row);
	if (!error && row)
		*ret_used = row->used;
	return error;
}

/* What a key does counts against the keys that it comes of: otherwise ten children could do ten times what their parent may. */
static const struct error *
spend_above(struct request *req, enum budget budget, int64_t n)
{
	for (size_t i = 0; i < req->principal->n_ancestors; i++) {
		const struct budget_owner *owner = &req->principal->ancestors[i];
		int64_t limit = owner->budgets[budget], used;
		const struct error *error = limit < 0 ? NULL : use(req, owner->key_id, budget, n, limit, &used);
		if (error)
			return error;
		if (limit >= 0 && used < 0)
			return request_over_budget(req, budget, limit);
	}
	return NULL;
}

const struct error *
request_spend(struct request *req, enum budget budget, int64_t n)
{
	int64_t limit = principal_budget(req->principal, budget), used;

	if (req->principal->key_id <= 0 || req->tenant == 0)
		return NULL;
	const struct error *error = spend_above(req, budget, n);
	if (error || limit < 0)
		return error;
	error = use(req, req->principal->key_id, budget, n, limit, &used);
	if (error)
		return error;
	if (used < 0)
		return request_over_budget(req, budget, limit);
	req->budget = arena_printf(req->arena, "%s%s\"%s\":{\"limit\":%" PRId64 ",\"used\":%" PRId64 "}", req->budget ? req->budget : "",
	    req->budget ? "," : "", kinds[budget].name, limit, used);
	return NULL;
}
