/* Running a program on an instance: one node after another, in-place applicators and references. */
#include <string.h>

#include "schema/run.h"

/* ---- limits and annotations ---- */

bool
schema_give_up(struct schema_run *run, const char *limit)
{
	if (!run->limit) {
		run->limit = limit;
		run->limit_pointer = schema_path_text(run->arena, run->path);
		run->limit_schema_pointer = run->node ? schema_place_text(run->arena, run->node->place, NULL) : "#";
	}
	run->steps_left = -1;
	return false;
}

static uint32_t
n_parts(const struct json_value *value)
{
	return value->type == JSON_OBJECT || value->type == JSON_LIST ? value->n : 0;
}

void
schema_seen_init(struct schema_run *run, struct schema_seen *seen, const struct json_value *value)
{
	enum { BITS = 64 };

	seen->n = n_parts(value);
	seen->first = 0;
	seen->bits = &seen->first;
	if (seen->n <= BITS)
		return;
	(void)schema_spend(run, seen->n / BITS);
	if (arena_is_exhausted(run->arena))
		(void)schema_give_up(run, "more memory than one validation may take");
	seen->bits = ARENA_ARRAY(run->arena, uint64_t, (seen->n + BITS - 1) / BITS);
}

void
schema_seen_merge(struct schema_seen *seen, const struct schema_seen *more)
{
	for (uint32_t i = 0; i * 64 < seen->n; i++)
		seen->bits[i] |= more->bits[i];
}

/* ---- logic ---- */

/* A branch whose annotations count only when it holds. */
static bool
evaluate_branch(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	struct schema_seen own;

	if (!seen)
		return schema_evaluate(run, node, value, path, NULL);
	schema_seen_init(run, &own, value);
	if (run->limit || !schema_evaluate(run, node, value, path, &own))
		return false;
	schema_seen_merge(seen, &own);
	return true;
}

bool
schema_evaluate_quietly(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	struct json_schema_errors *errors = run->errors;

	run->errors = NULL;
	bool is_ok = evaluate_branch(run, node, value, path, seen);
	run->errors = errors;
	return is_ok;
}

static size_t
n_errors(const struct schema_run *run)
{
	return run->errors ? run->errors->n : 0;
}

static void
forget_errors(struct schema_run *run, size_t n)
{
	if (!run->errors || run->errors->n == n)
		return;
	run->errors->n = n;
	run->n_forgotten++;
}

/* No branch fits.  Of all that was wrong with all of them, only what is wrong with the branch that the value means helps. */
static bool
report_no_branch(struct schema_run *run, const struct schema_nodes *branches, const struct json_value *value,
    const struct schema_path *path, size_t mark)
{
	if (!run->errors || run->limit)
		return false;
	const struct schema_node *meant = schema_meant_branch(run, branches, value);
	if (!meant)
		return false;
	forget_errors(run, mark);
	(void)schema_evaluate(run, meant, value, path, NULL);
	return true;
}

static bool
run_any_of(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_nodes *branches = &node->logic->any_of;
	size_t mark = n_errors(run);
	bool is_any = false;

	for (size_t i = 0; i < branches->n; i++) {
		is_any = evaluate_branch(run, branches->list[i], value, path, seen) || is_any;
		if (is_any && !seen)
			break;
	}
	if (!is_any && report_no_branch(run, branches, value, path, mark))
		return false;
	if (!is_any)
		return schema_report(run, node, path, "anyOf", "must match at least one of the %zu schemas", branches->n);
	forget_errors(run, mark);
	return true;
}

static bool
run_one_of(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_nodes *branches = &node->logic->one_of;
	size_t mark = n_errors(run);
	size_t first = branches->n;

	for (size_t i = 0; i < branches->n; i++) {
		if (!evaluate_branch(run, branches->list[i], value, path, seen))
			continue;
		if (first < branches->n) {
			forget_errors(run, mark);
			return schema_report(run, node, path, "oneOf",
			    "must match exactly one schema, but matches numbers %zu and %zu (from 0)", first, i);
		}
		first = i;
	}
	if (first == branches->n && report_no_branch(run, branches, value, path, mark))
		return false;
	if (first == branches->n)
		return schema_report(run, node, path, "oneOf", "must match one of the %zu schemas", branches->n);
	forget_errors(run, mark);
	return true;
}

static bool
run_condition(struct schema_run *run, const struct schema_logic_rules *logic, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	bool is_true = schema_evaluate_quietly(run, logic->if_, value, path, seen);
	const struct schema_node *next = is_true ? logic->then_ : logic->else_;
	return !next || schema_evaluate(run, next, value, path, seen);
}

/* The outermost resource in the dynamic scope that has the anchor decides. */
static const struct schema_node *
dynamic_target(struct schema_run *run, const struct schema_logic_rules *logic)
{
	const struct schema_node *target = logic->dynamic_ref;

	if (!logic->dynamic_anchor)
		return target;
	for (const struct schema_scope *scope = run->scope; scope; scope = scope->outer) {
		(void)schema_spend(run, 1 + scope->resource->n_anchors / 8);
		for (const struct schema_anchor *anchor = scope->resource->anchors; anchor; anchor = anchor->next) {
			if (anchor->is_dynamic && strcmp(anchor->name, logic->dynamic_anchor) == 0)
				target = anchor->node;
		}
	}
	return target;
}

static bool
run_references(struct schema_run *run, const struct schema_logic_rules *logic, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	bool is_ok = true;
	if (logic->ref)
		is_ok = schema_evaluate(run, logic->ref, value, path, seen);
	if (logic->dynamic_ref && schema_goes_on(run, is_ok))
		is_ok = schema_evaluate(run, dynamic_target(run, logic), value, path, seen) && is_ok;
	return is_ok;
}

bool
schema_run_logic(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_logic_rules *logic = node->logic;
	bool is_ok = run_references(run, logic, value, path, seen);

	for (size_t i = 0; i < logic->all_of.n && schema_goes_on(run, is_ok); i++)
		is_ok = schema_evaluate(run, logic->all_of.list[i], value, path, seen) && is_ok;
	if (logic->any_of.n && schema_goes_on(run, is_ok))
		is_ok = run_any_of(run, node, value, path, seen) && is_ok;
	if (logic->one_of.n && schema_goes_on(run, is_ok))
		is_ok = run_one_of(run, node, value, path, seen) && is_ok;
	if (logic->not_ && schema_goes_on(run, is_ok) && schema_evaluate_quietly(run, logic->not_, value, path, NULL))
		is_ok = schema_report(run, node, path, "not", "must not match the schema under \"not\"");
	if (logic->if_ && schema_goes_on(run, is_ok))
		is_ok = run_condition(run, logic, value, path, seen) && is_ok;
	return is_ok;
}

/* ---- one node ---- */

static bool
run_by_type(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	switch (value->type) {
	case JSON_INT:
	case JSON_REAL:
		return !node->number || schema_run_number(run, node, value, path);
	case JSON_TEXT:
		return !node->text || schema_run_text(run, node, value, path);
	case JSON_LIST:
		return !node->list || schema_run_list(run, node, value, path, seen);
	case JSON_OBJECT:
		return !node->object || schema_run_object(run, node, value, path, seen);
	case JSON_NULL:
	case JSON_BOOL:
		break;
	}
	return true;
}

static bool
run_rules(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	bool is_ok = true;

	if (node->types != TYPE_ANY || node->choices || node->constant)
		is_ok = schema_run_value(run, node, value, path);
	if (schema_goes_on(run, is_ok))
		is_ok = run_by_type(run, node, value, path, seen) && is_ok;
	if (node->logic && schema_goes_on(run, is_ok))
		is_ok = schema_run_logic(run, node, value, path, seen) && is_ok;
	return is_ok;
}

static bool
run_collecting(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	struct schema_seen own;

	schema_seen_init(run, &own, value);
	bool is_ok = run_rules(run, node, value, path, &own);
	if (schema_goes_on(run, is_ok))
		is_ok = schema_run_unevaluated(run, node, value, path, &own) && is_ok;
	if (seen)
		schema_seen_merge(seen, &own);
	return is_ok;
}

static bool
run_in_scope(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_scope scope = { .resource = node->resource, .outer = run->scope };
	bool is_entered = run->program->has_dynamic_refs && (!run->scope || run->scope->resource != node->resource);

	if (is_entered)
		run->scope = &scope;
	bool is_ok = node->collects ? run_collecting(run, node, value, path, seen)
	                            : run_rules(run, node, value, path, seen);
	if (is_entered)
		run->scope = scope.outer;
	return is_ok;
}

static bool
run_node(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_node *outer_node = run->node;
	const struct schema_path *outer_path = run->path;

	run->node = node;
	run->path = path;
	run->depth++;
	bool is_ok = run_in_scope(run, node, value, path, seen);
	run->depth--;
	run->node = outer_node;
	run->path = outer_path;
	return is_ok;
}

/* Whether a verdict that is remembered will do: violations have to be in the list, what was evaluated has to be known. */
static bool
is_enough(const struct schema_run *run, const struct schema_verdict *known, const struct schema_seen *seen)
{
	if (!known->is_ok)
		return !run->errors || known->reported_in == run->n_forgotten;
	return !seen || known->has_seen;
}

/* Several references lead here.  Without this a schema of n lines could take 2^n steps. */
static bool
run_shared(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_verdict *known = schema_memo_find(&run->memo, node, value);
	struct schema_seen own;

	if (known && is_enough(run, known, seen)) {
		if (seen && known->is_ok)
			seen->first |= known->seen;
		return known->is_ok;
	}
	if (seen)
		schema_seen_init(run, &own, value);
	bool is_ok = run_node(run, node, value, path, seen ? &own : NULL);
	if (seen)
		schema_seen_merge(seen, &own);
	struct schema_verdict *told = run->limit ? NULL : schema_memo_put(&run->memo, run->arena, node, value);
	if (told) {
		told->is_ok = is_ok;
		told->has_seen = seen && own.bits == &own.first;
		told->seen = told->has_seen ? own.first : 0;
		told->reported_in = run->errors ? run->n_forgotten : UINT32_MAX;
	}
	return is_ok;
}

bool
schema_evaluate(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	if (node->kind == SCHEMA_TRUE)
		return true;
	if (node->kind == SCHEMA_FALSE)
		return schema_report_false(run, node, path);
	if (!schema_spend(run, 1))
		return false;
	if (run->depth == SCHEMA_DEPTH_MAX)
		return schema_give_up(run, "references and values nested too deep");
	/* Where dynamic references lead depends on the way there. */
	if (node->is_shared && !run->program->has_dynamic_refs && !run->is_name)
		return run_shared(run, node, value, path, seen);
	return run_node(run, node, value, path, seen);
}

/* ---- exported ---- */

/* Bytes of its text, about: what is checked may take longer, the larger it is. */
static int64_t
n_bytes(const struct json_value *value)
{
	int64_t n = 2;

	if (value->type == JSON_TEXT)
		n += value->n;
	for (uint32_t i = 0; value->type == JSON_LIST && i < value->n; i++)
		n += n_bytes(&value->items[i]);
	for (uint32_t i = 0; value->type == JSON_OBJECT && i < value->n; i++)
		n += value->members[i].n_name + n_bytes(&value->members[i].value);
	return n;
}

static void
list_limit(const struct schema_run *run, struct json_schema_errors *errors)
{
	if (errors->n == JSON_SCHEMA_ERRORS_MAX)
		errors->n--;
	errors->is_exhausted = true;
	errors->list[errors->n++] = (struct json_schema_error){ .pointer = run->limit_pointer,
		.schema_pointer = run->limit_schema_pointer, .keyword = "limit", .message = run->limit };
}

bool
schema_validate_within(const struct json_schema *schema, const struct json_value *instance, struct arena *arena,
    struct json_schema_errors *errors, int64_t n_steps)
{
	struct schema_run run = { .program = schema, .arena = arena, .steps_left = n_steps };

	if (errors) {
		errors->n = 0;
		errors->is_exhausted = false;
	}
	if (schema_evaluate(&run, schema->root, instance, NULL, NULL) && !run.limit)
		return true;
	if (!errors)
		return false;
	if (!run.limit) { /* the same once more, to say why; as much as may be said within the limit */
		run.errors = errors;
		run.steps_left = n_steps;
		(void)schema_evaluate(&run, schema->root, instance, NULL, NULL);
	}
	if (run.limit)
		list_limit(&run, errors);
	return false;
}

bool
json_schema_validate(const struct json_schema *schema, const struct json_value *instance, struct arena *arena,
    struct json_schema_errors *errors)
{
	return schema_validate_within(schema, instance, arena, errors, SCHEMA_STEPS_MAX + SCHEMA_STEPS_PER_BYTE * n_bytes(instance));
}
