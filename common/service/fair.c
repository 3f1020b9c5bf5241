/* Whose work took how much processor time of late.  Tenants share a table's rows by their remainders: who shares one with a busy tenant only
 * waits as that one does. */
#include "fair.h"

#include "clock.h"

enum { ROWS = 1024, HALVE_US = 1000000, LONG_US = 1000 };

static struct row {
	_Atomic uint32_t used_us, n; /* both halved every second */
	uint32_t n_inside;           /* the bus thread's */
} rows[ROWS];
static _Atomic int64_t halved_us;

static struct row *
row_of(int64_t tenant)
{
	return &rows[(uint64_t)tenant % ROWS];
}

static void
halve(int64_t now_us)
{
	int64_t before_us = atomic_load(&halved_us);

	if (now_us - before_us < HALVE_US || !atomic_compare_exchange_strong(&halved_us, &before_us, now_us))
		return;
	for (size_t i = 0; i < ROWS; i++) { /* what is added in between may be lost: this is no bookkeeping */
		atomic_store(&rows[i].used_us, atomic_load(&rows[i].used_us) / 2);
		atomic_store(&rows[i].n, atomic_load(&rows[i].n) / 2);
	}
}

void
fair_note(struct job *const *jobs, size_t n, int64_t used_us)
{
	halve(clock_monotonic_us());
	for (size_t i = 0; i < n; i++) {
		struct row *row = row_of(jobs[i]->envelope.principal.tenant);
		atomic_fetch_add(&row->used_us, (uint32_t)((uint64_t)used_us / n));
		atomic_fetch_add(&row->n, 1);
	}
}

uint32_t
fair_used_us(const struct job *job)
{
	return atomic_load(&row_of(job->envelope.principal.tenant)->used_us);
}

bool
fair_is_long(const struct job *job)
{
	const struct row *row = row_of(job->envelope.principal.tenant);

	return atomic_load(&row->used_us) / (atomic_load(&row->n) + 1) > LONG_US;
}

bool
fair_enter(const struct job *job, size_t n_max)
{
	struct row *row = row_of(job->envelope.principal.tenant);

	if (row->n_inside >= n_max)
		return false;
	row->n_inside++;
	return true;
}

void
fair_leave(const struct job *job)
{
	row_of(job->envelope.principal.tenant)->n_inside--;
}
