/* What the runner's files share: one validation's state, where in the instance it is, what it has evaluated. */
#ifndef JSON_SCHEMA_RUN_H
#define JSON_SCHEMA_RUN_H

#include "schema/internal.h"
#include "schema/memo.h"

/* The resources entered so far, innermost first. */
struct schema_scope {
	const struct schema_resource *resource;
	const struct schema_scope *outer;
};

struct schema_run {
	const struct json_schema *program;
	struct arena *arena;
	struct json_schema_errors *errors; /* NULL: the first violation ends it */
	int64_t steps_left;
	uint32_t depth;
	bool is_name;        /* of a property's name, a value of the moment: nothing is remembered of it */
	const char *limit;   /* the limit that was met, or NULL; where: */
	const char *limit_pointer, *limit_schema_pointer;
	const struct schema_node *node; /* where it is now */
	const struct schema_path *path;
	const struct schema_scope *scope;
	struct schema_memo memo;
	uint32_t n_forgotten; /* how often violations were taken back */
};

/* Way from the instance's root; NULL at the root. */
struct schema_path {
	const struct schema_path *outer;
	const struct json_member *member; /* or NULL: an item */
	uint32_t index;
};

/* Which members or items of one value some schema has evaluated; only unevaluated* need it. */
struct schema_seen {
	uint64_t *bits; /* one per member or item */
	uint64_t first; /* the bits of a small value */
	uint32_t n;
};

void schema_seen_init(struct schema_run *run, struct schema_seen *seen, const struct json_value *value);
void schema_seen_merge(struct schema_seen *seen, const struct schema_seen *more);

static inline void
schema_seen_mark(struct schema_seen *seen, uint32_t i)
{
	seen->bits[i / 64] |= UINT64_C(1) << i % 64;
}

static inline bool
schema_seen_has(const struct schema_seen *seen, uint32_t i)
{
	return seen->bits[i / 64] >> i % 64 & 1;
}

const char *schema_path_text(struct arena *arena, const struct schema_path *path);

/* Meet a limit: the verdict will be "invalid".  Always false. */
bool schema_give_up(struct schema_run *run, const char *limit);

/* Pay for work. */
static inline bool
schema_spend(struct schema_run *run, uint64_t n_steps)
{
	run->steps_left -= (int64_t)n_steps;
	return run->steps_left >= 0 || schema_give_up(run, "more work than one validation may take");
}

/* Whether to look for more violations. */
static inline bool
schema_goes_on(const struct schema_run *run, bool is_ok)
{
	return is_ok || (run->errors && !run->limit && run->errors->n < JSON_SCHEMA_ERRORS_MAX);
}

/* Does the value satisfy the node?  seen (may be NULL) receives what the node evaluates of it. */
bool schema_evaluate(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen);

/* The branch whose const or enum of a member says that it is the one; NULL: none, or several. */
const struct schema_node *schema_meant_branch(struct schema_run *run, const struct schema_nodes *branches, const struct json_value *value);

/* The same without reporting anything. */
bool schema_evaluate_quietly(struct schema_run *run, const struct schema_node *node,
    const struct json_value *value, const struct schema_path *path, struct schema_seen *seen);

/* Rules by type of value. */
bool schema_run_number(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path);
bool schema_run_text(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path);
bool schema_run_value(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path);
bool schema_run_list(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen);
bool schema_run_object(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen);
bool schema_run_unevaluated(struct schema_run *run, const struct schema_node *node,
    const struct json_value *value, const struct schema_path *path, struct schema_seen *seen);
bool schema_run_logic(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen);

/* Patterns cost what they cost: impatient first, then patient at a price. */
bool schema_matches(struct schema_run *run, const void *regex, const char *text, uint32_t n_bytes);

/* Are all items different? */
bool schema_is_unique(struct schema_run *run, const struct json_value *list, uint32_t *ret_first,
    uint32_t *ret_second);

/* Equality, paid for by size. */
bool schema_equals(struct schema_run *run, const struct json_value *a, const struct json_value *b);

/* Add a violation of a keyword of the node (its value is what was expected).  Always false. */
bool schema_report(struct schema_run *run, const struct schema_node *node, const struct schema_path *path,
    const char *keyword, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The same with another expected value. */
bool schema_report_missing(struct schema_run *run, const struct schema_node *node,
    const struct schema_path *path, const char *keyword, const char *name, uint32_t n_name);
/* A value where none is allowed. */
bool schema_report_false(struct schema_run *run, const struct schema_node *node, const struct schema_path *path);

#endif
