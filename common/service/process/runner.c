/* The step runner: one thread claims what is due and keeps its leases, others run the steps.
 *
 * A step runs without a database connection, so a slow receiver costs a thread and nothing else; for its commit it borrows one of a
 * few connections.  Everything survives this process: what it had claimed becomes due again when the lease ends. */
#include "runner.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "log.h"

enum {
	STEP_THREADS_MAX = 64,
	SLOTS_MAX = 2 * STEP_THREADS_MAX,
	CLAIM_TIMEOUT_MS = 5000,
	IDLE_MS = 1000,       /* longest wait before looking for due rows that another instance started and did not live to begin */
	LOOK_AROUND_MS = 1000,
	CONTENDED_MS = 2,     /* until another instance's claim is over */
	RETRY_MS = 200,       /* after the database refused */
	STOP_MS = 5000,       /* what is still running then is left to its lease */
};

enum slot_state { SLOT_FREE, SLOT_READY, SLOT_RUNNING };

struct slot {
	enum slot_state state;
	struct arena *arena;
	struct claimed_row row; /* its texts are the arena's */
	int64_t claimed_us;     /* monotonic */
};

static struct {
	struct service *service;
	pthread_t claimer;
	struct worker claimer_worker;
	struct arena *claimer_arena;
	struct worker steppers[STEP_THREADS_MAX];
	size_t n_steppers;
	struct slot slots[SLOTS_MAX];
	size_t n_slots, n_free;
	size_t n_alive;       /* step threads */
	bool is_poked, was_failing;
	_Atomic bool is_stopping;
	struct outlook outlook;
	pthread_mutex_t mutex;
	pthread_cond_t due, work, ended;
	struct metric *running, *overdue_ms, *set_aside;
} runner = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* ---- waiting ---- */

static struct timespec
in_ms(int64_t ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* cannot fail with this clock */
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return until;
}

static void
init_conditions(void)
{
	pthread_condattr_t monotonic;
	pthread_cond_t *all[] = { &runner.due, &runner.work, &runner.ended };
	int failed = pthread_condattr_init(&monotonic) || pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		failed |= pthread_cond_init(all[i], &monotonic);
	assert(!failed);
	(void)pthread_condattr_destroy(&monotonic); /* cannot fail for what was initialised */
}

void
runner_poke(void)
{
	pthread_mutex_lock(&runner.mutex);
	runner.is_poked = true;
	pthread_cond_signal(&runner.due);
	pthread_mutex_unlock(&runner.mutex);
}

/* ---- step threads ---- */

static void *
run_steps(void *context)
{
	struct worker *worker = context;

	pthread_mutex_lock(&runner.mutex);
	for (;;) {
		struct slot *slot = NULL;
		for (size_t i = 0; i < runner.n_slots && !slot; i++) {
			if (runner.slots[i].state == SLOT_READY)
				slot = &runner.slots[i];
		}
		if (!slot && runner.is_stopping)
			break;
		if (!slot) {
			pthread_cond_wait(&runner.work, &runner.mutex);
			continue;
		}
		slot->state = SLOT_RUNNING;
		pthread_mutex_unlock(&runner.mutex);
		metric_add(runner.running, 1);
		step_run(worker, &slot->row, slot->arena);
		metric_add(runner.running, -1);
		arena_reset(slot->arena);
		pthread_mutex_lock(&runner.mutex);
		slot->state = SLOT_FREE;
		runner.n_free++;
		runner.is_poked = true;
		pthread_cond_signal(&runner.due);
	}
	runner.n_alive--;
	pthread_cond_signal(&runner.ended);
	pthread_mutex_unlock(&runner.mutex);
	return NULL;
}

/* ---- claiming ---- */

static const char *
copy_text(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

static struct claimed_row
copy_row(struct arena *arena, const struct claimed_row *row)
{
	struct claimed_row copy = *row;

	copy.kind = arena_strdup(arena, row->kind);
	copy.lane = arena_strdup(arena, row->lane);
	copy.step = arena_strdup(arena, row->step);
	copy.key = copy_text(arena, row->key);
	copy.ordering = copy_text(arena, row->ordering);
	copy.request_id = copy_text(arena, row->request_id);
	copy.trace_parent = copy_text(arena, row->trace_parent);
	copy.labels = (struct labels){ copy_text(arena, row->labels.session), copy_text(arena, row->labels.change_set), copy_text(arena, row->labels.prompt_hash),
		copy_text(arena, row->labels.surface) };
	copy.payload.json = arena_strndup(arena, row->payload.json, row->payload.len);
	copy.note.json = row->note.json ? arena_strndup(arena, row->note.json, row->note.len) : NULL;
	return copy;
}

static void
hand_out(const struct claimed_row *rows, size_t n)
{
	size_t next = 0;

	pthread_mutex_lock(&runner.mutex);
	for (size_t i = 0; i < runner.n_slots && next < n; i++) {
		struct slot *slot = &runner.slots[i];
		if (slot->state != SLOT_FREE)
			continue;
		slot->row = copy_row(slot->arena, &rows[next++]);
		slot->claimed_us = clock_monotonic_us();
		slot->state = SLOT_READY;
		runner.n_free--;
	}
	assert(next == n);
	pthread_cond_broadcast(&runner.work);
	pthread_mutex_unlock(&runner.mutex);
}

static bool
run_bookkeeping(const struct error *(*run)(struct request *req, void *context), void *context)
{
	const struct error *error = transaction_run(&runner.claimer_worker, runner.claimer_arena, CLAIM_TIMEOUT_MS, run, context);

	if (error && !runner.was_failing)
		log_write(LOG_WARN, "runner.failing", LOG_TEXT("message", error->message), LOG_TEXT("cause", error->cause),
		    LOG_TEXT("where", error->where));
	if (!error && runner.was_failing)
		log_write(LOG_INFO, "runner.recovered", LOG_TEXT("service", runner.service->definition->name));
	runner.was_failing = error;
	return !error;
}

/* True when as much came as was asked for, so there may be more; *ret_next_in_us until the next row becomes due. */
static bool
claim_due(size_t n_free, int64_t *ret_next_in_us)
{
	struct claim claim = { .watermark_us = runner.outlook.watermark_us, .n_max = (int64_t)n_free,
		.tenant_max = (int64_t)(runner.n_steppers > 1 ? runner.n_slots / 2 : 1) };

	bool is_done = run_bookkeeping(claim_run, &claim);
	if (is_done && claim.n > 0)
		hand_out(claim.rows, claim.n);
	arena_reset(runner.claimer_arena);
	*ret_next_in_us = is_done && !claim.is_contended ? claim.next_in_us : CONTENDED_MS * 1000;
	return is_done && claim.n == n_free;
}

static void
collect_leases(struct leases *leases, enum slot_state state, int64_t claimed_before_us)
{
	int64_t *ids = ARENA_ARRAY(runner.claimer_arena, int64_t, SLOTS_MAX), *fences = ARENA_ARRAY(runner.claimer_arena, int64_t, SLOTS_MAX);

	leases->n = 0;
	leases->ids = ids;
	leases->fences = fences;
	pthread_mutex_lock(&runner.mutex);
	for (size_t i = 0; i < runner.n_slots; i++) {
		const struct slot *slot = &runner.slots[i];
		if (slot->state < state || slot->state == SLOT_FREE || slot->claimed_us > claimed_before_us)
			continue;
		ids[leases->n] = slot->row.id;
		fences[leases->n++] = slot->row.fence;
	}
	pthread_mutex_unlock(&runner.mutex);
}

static void
renew_leases(void)
{
	struct leases leases;

	collect_leases(&leases, SLOT_READY, clock_monotonic_us() - PROCESS_RENEW_MS * 1000 / 2);
	if (leases.n > 0)
		(void)run_bookkeeping(leases_renew, &leases); /* failing: logged, and tried again before the lease ends */
	arena_reset(runner.claimer_arena);
}

static void
look(void)
{
	if (run_bookkeeping(look_around, &runner.outlook)) {
		metric_set(runner.overdue_ms, runner.outlook.overdue_us / 1000);
		metric_set(runner.set_aside, runner.outlook.n_set_aside);
	}
	(void)run_bookkeeping(outbox_note, NULL); /* what this instance alone knows of its readers */
	arena_reset(runner.claimer_arena);
}

/* Until a poke, the next due row, or IDLE_MS.  Returns the number of free slots. */
static size_t
wait_for_work(bool is_behind, int64_t next_due_us)
{
	int64_t now_us = clock_monotonic_us(), wait_us = runner.was_failing ? RETRY_MS * 1000 : IDLE_MS * 1000;
	size_t wanted = is_behind ? (runner.n_slots + 3) / 4 : 1;

	if (!runner.was_failing && next_due_us < now_us + wait_us)
		wait_us = next_due_us - now_us > 0 ? next_due_us - now_us : 0;
	struct timespec until = in_ms((wait_us + 999) / 1000);
	pthread_mutex_lock(&runner.mutex);
	while (!runner.is_stopping && !((runner.is_poked || is_behind) && runner.n_free >= wanted && !runner.was_failing)) {
		if (pthread_cond_timedwait(&runner.due, &runner.mutex, &until) == ETIMEDOUT)
			break;
	}
	runner.is_poked = false;
	size_t n_free = runner.n_free;
	pthread_mutex_unlock(&runner.mutex);
	return n_free;
}

static void
release_unstarted(void)
{
	struct leases leases;

	pthread_mutex_lock(&runner.mutex);
	int64_t *ids = ARENA_ARRAY(runner.claimer_arena, int64_t, SLOTS_MAX), *fences = ARENA_ARRAY(runner.claimer_arena, int64_t, SLOTS_MAX);
	size_t n = 0;
	for (size_t i = 0; i < runner.n_slots; i++) {
		struct slot *slot = &runner.slots[i];
		if (slot->state != SLOT_READY)
			continue;
		ids[n] = slot->row.id;
		fences[n++] = slot->row.fence;
		slot->state = SLOT_FREE;
	}
	pthread_mutex_unlock(&runner.mutex);
	leases = (struct leases){ ids, fences, n };
	if (n > 0)
		(void)run_bookkeeping(leases_release, &leases); /* else the leases end by themselves */
	arena_reset(runner.claimer_arena);
}

static void *
run_claims(void *context)
{
	bool is_behind = true, is_seeded = false;
	int64_t looked_us = 0, renewed_us = 0, next_due_us = 0, next_in_us;

	(void)context;
	for (;;) {
		size_t n_free = wait_for_work(is_behind, next_due_us);
		int64_t now_us = clock_monotonic_us();
		if (runner.is_stopping)
			break;
		if (!is_seeded)
			is_seeded = run_bookkeeping(timers_seed, NULL);
		if (now_us - renewed_us > PROCESS_RENEW_MS * 1000 && (renewed_us = now_us))
			renew_leases();
		if (now_us - looked_us > LOOK_AROUND_MS * 1000 && (looked_us = now_us))
			look();
		next_due_us = INT64_MAX;
		if (n_free == 0)
			continue; /* a step's end pokes */
		is_behind = claim_due(n_free, &next_in_us);
		next_due_us = next_in_us == INT64_MAX ? INT64_MAX : clock_monotonic_us() + next_in_us;
	}
	release_unstarted();
	return NULL;
}

/* ---- start and stop ---- */

void
runner_start(struct service *service)
{
	const struct service_settings *settings = &service->settings;

	init_conditions();
	runner.service = service;
	runner.running = metric_gauge("wordclaw_steps_running", "Steps of durable processes under way.", NULL);
	runner.overdue_ms = metric_gauge("wordclaw_process_overdue_milliseconds", "Age of the oldest due step that was not begun.", NULL);
	runner.set_aside = metric_gauge("wordclaw_processes_set_aside", "Processes that failed for good and wait for somebody, counted up to 1000.", NULL);
	steps_init(service);
	worker_init(&runner.claimer_worker, service, "runner");
	runner.claimer_arena = arena_new(4 * (size_t)REQUEST_ARENA_BYTES);
	runner.n_steppers = (size_t)settings->step_workers;
	runner.n_slots = runner.n_free = 2 * runner.n_steppers;
	for (size_t i = 0; i < runner.n_slots; i++)
		runner.slots[i].arena = arena_new(REQUEST_ARENA_BYTES);
	for (size_t i = 0; i < runner.n_steppers; i++) {
		runner.steppers[i] = (struct worker){ .service = service };
		runner.n_alive++;
		if (pthread_create(&runner.steppers[i].thread, NULL, run_steps, &runner.steppers[i]) != 0)
			abort();
	}
	if (pthread_create(&runner.claimer, NULL, run_claims, NULL) != 0)
		abort();
}

void
runner_stop(struct service *service)
{
	struct timespec until = in_ms(STOP_MS);

	(void)service;
	pthread_mutex_lock(&runner.mutex);
	runner.is_stopping = true;
	pthread_cond_broadcast(&runner.due);
	pthread_cond_broadcast(&runner.work);
	pthread_mutex_unlock(&runner.mutex);
	pthread_join(runner.claimer, NULL);
	pthread_mutex_lock(&runner.mutex);
	pthread_cond_broadcast(&runner.work);
	while (runner.n_alive > 0 && pthread_cond_timedwait(&runner.ended, &runner.mutex, &until) != ETIMEDOUT)
		;
	bool is_quiet = runner.n_alive == 0;
	pthread_mutex_unlock(&runner.mutex);
	if (!is_quiet) {
		log_write(LOG_WARN, "runner.steps_left", LOG_INT("steps", (int64_t)runner.n_alive));
		return; /* the process ends under them, as under kill -9 */
	}
	for (size_t i = 0; i < runner.n_steppers; i++) {
		pthread_join(runner.steppers[i].thread, NULL);
		worker_release(&runner.steppers[i]);
	}
	finishes_release();
	for (size_t i = 0; i < runner.n_slots; i++)
		arena_free(runner.slots[i].arena);
	worker_release(&runner.claimer_worker);
	arena_free(runner.claimer_arena);
}
