/* Who may ask how often: fixed windows per caller in a table of fixed size. */
#ifndef ADMISSION_H
#define ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window_table;

struct window_verdict {
	bool is_admitted;
	int64_t max;
	int64_t remaining;
	int64_t reset_s; /* until the window ends, at least 1 */
};

/* max requests per window_us and caller; max 0 admits everything.  Aborts when there is no memory. */
struct window_table *window_table_new(int64_t max, int64_t window_us);
void window_table_free(struct window_table *table);

/* Count one request of a caller (a hash of what identifies it) at a monotonic time. */
struct window_verdict window_take(struct window_table *table, uint64_t caller, int64_t now_us);

/* The same without counting. */
struct window_verdict window_peek(struct window_table *table, uint64_t caller, int64_t now_us);

/* Seeded per process, so that nobody outside can aim at a slot.  Never 0. */
uint64_t admission_hash(uint64_t seed, const void *bytes, size_t n);

#endif
