/* Verdicts already reached, so that what several references lead to is looked at once for each value. */
#ifndef JSON_SCHEMA_MEMO_H
#define JSON_SCHEMA_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct json_value;
struct schema_node;

/* What a shared node said of a value. */
struct schema_verdict {
	const struct schema_node *node; /* NULL: a free slot */
	const struct json_value *value;
	uint64_t seen;        /* which of its members or items it evaluated */
	uint32_t reported_in; /* violations are in the list as long as this is the run's n_forgotten; UINT32_MAX: not reported */
	bool is_ok;
	bool has_seen;
};

struct schema_memo {
	struct schema_verdict *slots; /* open addressing; NULL: nothing is remembered yet */
	size_t n, capacity;
};

/* NULL: not remembered. */
struct schema_verdict *schema_memo_find(const struct schema_memo *memo, const struct schema_node *node, const struct json_value *value);

/* The slot of this pair, filled with both; NULL: nothing more is remembered. */
struct schema_verdict *schema_memo_put(struct schema_memo *memo, struct arena *arena, const struct schema_node *node,
    const struct json_value *value);

#endif
