/* Fixed windows in a set-associative table: a new caller takes the slot of the oldest window of its set, so memory is
 * bounded and a flood of addresses can only forget counts of its own kind (verified keys have a table of their own). */
#include "access/admission.h"

#include <stdlib.h>
#include <string.h>

enum { SETS = 2048, WAYS = 4 };

struct window {
	uint64_t caller; /* 0: free */
	int64_t started_us;
	int64_t n;
};

struct window_table {
	int64_t max;
	int64_t window_us;
	struct window sets[SETS][WAYS];
};

struct window_table *
window_table_new(int64_t max, int64_t window_us)
{
	struct window_table *table = calloc(1, sizeof(*table));
	if (!table)
		abort();
	table->max = max;
	table->window_us = window_us;
	return table;
}

void
window_table_free(struct window_table *table)
{
	free(table);
}

static struct window *
window_of(struct window_table *table, uint64_t caller, int64_t now_us)
{
	struct window *set = table->sets[caller % SETS];
	struct window *oldest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].caller == caller) {
			oldest = &set[i];
			break;
		}
		if (set[i].started_us < oldest->started_us)
			oldest = &set[i];
	}
	if (oldest->caller != caller || now_us - oldest->started_us >= table->window_us)
		*oldest = (struct window){ .caller = caller, .started_us = now_us };
	return oldest;
}

static struct window_verdict
verdict_of(const struct window_table *table, const struct window *window, int64_t now_us)
{
	int64_t left_us = window->started_us + table->window_us - now_us;
	return (struct window_verdict){
		.is_admitted = window->n <= table->max,
		.max = table->max,
		.remaining = window->n < table->max ? table->max - window->n : 0,
		.reset_s = left_us > 1000000 ? (left_us + 999999) / 1000000 : 1,
	};
}

struct window_verdict
window_take(struct window_table *table, uint64_t caller, int64_t now_us)
{
	if (table->max == 0)
		return (struct window_verdict){ .is_admitted = true };
	struct window *window = window_of(table, caller, now_us);
	if (window->n <= table->max)
		window->n++;
	return verdict_of(table, window, now_us);
}

struct window_verdict
window_peek(struct window_table *table, uint64_t caller, int64_t now_us)
{
	if (table->max == 0)
		return (struct window_verdict){ .is_admitted = true };
	struct window *window = window_of(table, caller, now_us);
	struct window_verdict verdict = verdict_of(table, window, now_us);
	verdict.is_admitted = window->n < table->max;
	return verdict;
}

uint64_t
admission_hash(uint64_t seed, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;
	uint64_t hash = seed ^ 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < n; i++) {
		hash = (hash ^ at[i]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	return hash ? hash : 1;
}
