/* What a key may hand on: never more than it has. */
#include "keys/rights.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

static const struct {
	const char *scope, *includes;
} inclusions[] = { /* as the policy rules have it (proto/common.toml) */
	{ "content:write", "content:read" },
	{ "content:write", "content:read:published" },
	{ "content:read", "content:read:published" },
};

static const char *const budget_names[BUDGETS_N] = { "satsPerDay", "satsPerCall", "writesPerMinute", "publishesPerDay" };

static bool
scope_includes(const char *held, const char *scope)
{
	if (strcmp(held, "admin") == 0 || strcmp(held, scope) == 0)
		return true;
	for (size_t i = 0; i < sizeof(inclusions) / sizeof(inclusions[0]); i++) {
		if (strcmp(inclusions[i].scope, held) == 0 && strcmp(inclusions[i].includes, scope) == 0)
			return true;
	}
	return false;
}

bool
rights_include(struct shape_list scopes, const char *scope)
{
	const char *const *held = scopes.items;

	for (size_t i = 0; i < scopes.n; i++) {
		if (scope_includes(held[i], scope))
			return true;
	}
	return false;
}

static bool
has_id(struct shape_list list, int64_t id)
{
	const int64_t *ids = list.items;

	for (size_t i = 0; i < list.n; i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

/* False when one is wanted that the parent does not reach, or an empty list, which would say the opposite of what it seems to. */
static bool
limit(struct shape_list parent, struct shape_list wanted, struct shape_list *ret_child)
{
	const int64_t *ids = wanted.items;

	*ret_child = wanted.items ? wanted : parent;
	if (wanted.items && wanted.n == 0)
		return false;
	for (size_t i = 0; parent.n > 0 && i < wanted.n; i++) {
		if (!has_id(parent, ids[i]))
			return false;
	}
	return true;
}

static bool
limit_all(const struct key_rights *parent, const struct key_rights *wanted, struct key_rights *child, const char **ret_what)
{
	if (!limit(parent->types, wanted->types, &child->types))
		*ret_what = "contentTypeIds";
	else if (!limit(parent->items, wanted->items, &child->items))
		*ret_what = "contentItemIds";
	else if (!limit(parent->tasks, wanted->tasks, &child->tasks))
		*ret_what = "reviewTaskId";
	return !*ret_what;
}

/* Satoshis of a day are counted where they are paid, by key: a key that has a bound cannot share it out. */
static bool
divide_budgets(struct arena *arena, const struct key_rights *parent, const struct key_rights *wanted, struct key_rights *child, const char **ret_what)
{
	for (int i = 0; i < BUDGETS_N; i++) {
		const int64_t *own = parent->budgets[i];
		if (own && i == BUDGET_SATS_PER_DAY)
			own = arena_alloc(arena, sizeof(*own));
		child->budgets[i] = wanted->budgets[i] ? wanted->budgets[i] : own;
		if (own && *child->budgets[i] > *own)
			*ret_what = budget_names[i];
	}
	return !*ret_what;
}

enum rights_excess
rights_hand_on(struct arena *arena, const struct key_rights *parent, const struct key_rights *wanted, struct key_rights *ret_child, const char **ret_what)
{
	struct key_rights child = { .scopes = wanted->scopes.n > 0 ? wanted->scopes : parent->scopes };
	const char *const *scopes = child.scopes.items;

	*ret_what = NULL;
	for (size_t i = 0; i < child.scopes.n && !*ret_what; i++) {
		if (!rights_include(parent->scopes, scopes[i]))
			*ret_what = scopes[i];
	}
	if (*ret_what)
		return RIGHTS_SCOPE;
	child.expires_at = wanted->expires_at ? wanted->expires_at : parent->expires_at;
	if (parent->expires_at && *child.expires_at > *parent->expires_at) {
		*ret_what = "expiresAt";
		return RIGHTS_EXPIRY;
	}
	if (!divide_budgets(arena, parent, wanted, &child, ret_what))
		return RIGHTS_BUDGET;
	if (!limit_all(parent, wanted, &child, ret_what))
		return RIGHTS_LIMIT;
	*ret_child = child;
	return RIGHTS_FIT;
}

static void
add_ids(struct buf *buf, struct shape_list list)
{
	const int64_t *ids = list.items;

	for (size_t i = 0; i < list.n; i++)
		buf_printf(buf, "%s%" PRId64, i == 0 ? "{" : ",", ids[i]);
	if (list.n > 0)
		buf_add_char(buf, '}');
}

const char *
rights_narrow(struct arena *arena, const struct key_rights *rights)
{
	struct buf buf;

	if (rights->types.n + rights->items.n + rights->tasks.n == 0)
		return NULL;
	buf_init(&buf, arena, 128);
	add_ids(&buf, rights->types);
	buf_add_char(&buf, '|');
	add_ids(&buf, rights->items);
	buf_add_char(&buf, '|');
	add_ids(&buf, rights->tasks);
	return arena_strndup(arena, buf.bytes, buf.len);
}

static const char *
read_ids(struct arena *arena, const char *at, struct shape_list *ret_list)
{
	size_t n_max = strcspn(at, "|") / 2 + 1, n = 0;
	int64_t *ids = ARENA_ARRAY(arena, int64_t, n_max);

	while (*at == '{' || *at == ',') {
		char *end;
		ids[n++] = strtoll(at + 1, &end, 10);
		at = end;
	}
	*ret_list = (struct shape_list){ n > 0 ? ids : NULL, n };
	at += *at == '}';
	return at + (*at == '|');
}

void
rights_read_narrow(struct arena *arena, const char *narrow, struct key_rights *ret_rights)
{
	narrow = read_ids(arena, narrow, &ret_rights->types);
	narrow = read_ids(arena, narrow, &ret_rights->items);
	(void)read_ids(arena, narrow, &ret_rights->tasks);
}
