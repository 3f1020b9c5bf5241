/* Periodic work of a service and of the skeleton, one after the other on one thread. */
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "log.h"
#include "service_internal.h"

enum { TIMERS_MAX = 32, TICK_MS = 100, TIMER_TIMEOUT_MS = 10000, HOUR_MS = 3600 * 1000 };

static const struct timer own_timers[] = {
	{ "outbox.maintain", 10 * 1000, outbox_maintain },
	{ "idempotency.expire", HOUR_MS, idempotency_expire },
};
enum { N_OWN = sizeof(own_timers) / sizeof(own_timers[0]) };

static struct {
	struct worker worker;
	struct arena *arena;
	pthread_mutex_t mutex;
	pthread_cond_t woken;
} thread = { .mutex = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER };

static const struct error *
run_timer(struct request *req, void *context)
{
	const struct timer *timer = context;

	return timer->run(req);
}

static void
run_due(const struct timer *timer, int64_t *next_us)
{
	int64_t now_us = clock_monotonic_us();

	if (now_us < *next_us)
		return;
	*next_us = now_us + timer->interval_ms * 1000;
	const struct error *error =
	    transaction_run(&thread.worker, thread.arena, TIMER_TIMEOUT_MS, run_timer, (void *)timer);
	if (error)
		log_write(LOG_WARN, "timer.failed", LOG_TEXT("timer", timer->name), LOG_TEXT("message", error->message),
		    LOG_TEXT("cause", error->cause), LOG_TEXT("where", error->where));
	arena_reset(thread.arena);
}

static void
wait_a_tick(void)
{
	int64_t until_us = clock_now_us() + TICK_MS * 1000;
	struct timespec until = { .tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000 };

	pthread_mutex_lock(&thread.mutex);
	if (!atomic_load(&thread.worker.service->stopping))
		(void)pthread_cond_timedwait(&thread.woken, &thread.mutex, &until);
	pthread_mutex_unlock(&thread.mutex);
}

static void *
run_timers(void *context)
{
	struct service *service = context;
	int64_t next_us[TIMERS_MAX] = { 0 };
	size_t n = service->definition->n_timers;

	while (!atomic_load(&service->stopping)) {
		for (size_t i = 0; i < N_OWN; i++)
			run_due(&own_timers[i], &next_us[i]);
		for (size_t i = 0; i < n && N_OWN + i < TIMERS_MAX; i++)
			run_due(&service->definition->timers[i], &next_us[N_OWN + i]);
		wait_a_tick();
	}
	return NULL;
}

void
timers_start(struct service *service)
{
	worker_init(&thread.worker, service, "timers");
	thread.arena = arena_new(REQUEST_ARENA_BYTES);
	if (pthread_create(&thread.worker.thread, NULL, run_timers, service) != 0)
		abort();
}

void
timers_join(struct service *service)
{
	(void)service;
	pthread_mutex_lock(&thread.mutex);
	pthread_cond_broadcast(&thread.woken);
	pthread_mutex_unlock(&thread.mutex);
	pthread_join(thread.worker.thread, NULL);
	worker_release(&thread.worker);
	arena_free(thread.arena);
}
