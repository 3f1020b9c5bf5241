/* Waiting for the end of a process, as operations do that promise its outcome.
 *
 * Who waits is told by the step that ends it when that runs in this process; what another instance ends is found by asking now and then. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "runner.h"

enum { FIRST_MS = 2, LAST_MS = 20 };

struct await {
	int64_t tenant;
	const char *kind, *key;
	bool is_told; /* it has moved since the last question */
	bool has_ended;
	struct await *next;
};

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t told;
	struct await *first;
} awaits = { .mutex = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER };

void
awaits_tell(struct finish **group, size_t n)
{
	bool is_any = false;

	pthread_mutex_lock(&awaits.mutex);
	for (struct await *await = awaits.first; await; await = await->next) {
		for (size_t i = 0; i < n; i++) {
			const struct process *process = group[i]->process;
			if (process->key && process->tenant == await->tenant && strcmp(process->key, await->key) == 0 && strcmp(process->kind, await->kind) == 0)
				is_any = await->is_told = true;
		}
	}
	if (is_any)
		pthread_cond_broadcast(&awaits.told);
	pthread_mutex_unlock(&awaits.mutex);
}

static void
enter(struct await *await)
{
	pthread_mutex_lock(&awaits.mutex);
	await->next = awaits.first;
	awaits.first = await;
	pthread_mutex_unlock(&awaits.mutex);
}

static void
leave(const struct await *await)
{
	pthread_mutex_lock(&awaits.mutex);
	for (struct await **at = &awaits.first; *at; at = &(*at)->next) {
		if (*at == await) {
			*at = await->next;
			break;
		}
	}
	pthread_mutex_unlock(&awaits.mutex);
}

/* Until it is told, at most so long. */
static void
wait_until_told(struct await *await, int ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until); /* cannot fail with this clock; a clock that is set costs one question too early or LAST_MS */
	until.tv_nsec += (int64_t)ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&awaits.mutex);
	while (!await->is_told) {
		if (pthread_cond_timedwait(&awaits.told, &awaits.mutex, &until) == ETIMEDOUT)
			break;
	}
	await->is_told = false;
	pthread_mutex_unlock(&awaits.mutex);
}

struct id_row {
	int64_t id;
};
static const struct shape_field id_fields[] = {
	{ .name = "id", .column = "id", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = 0 },
};
static const struct shape id_shape = { "process_unfinished_row", sizeof(struct id_row), id_fields, 1 };
static const struct db_statement unfinished_statement = { "process_unfinished",
	"SELECT id FROM processes WHERE domain_id = $1 AND kind = $2 AND key = $3 AND state <> 'set_aside' LIMIT 1", DB_LIST, 3, &id_shape };

static const struct error *
look_for(struct request *req, void *context)
{
	struct await *await = context;
	struct shape_list rows;
	const struct error *error = query_list(req, &unfinished_statement, PARAMS(P_INT(req->tenant), P_TEXT(await->kind), P_TEXT(await->key)), &rows);

	await->has_ended = !error && rows.n == 0;
	return error;
}

const struct error *
process_await(struct request *req, const char *kind, const char *key, int64_t timeout_ms, bool *ret_ended)
{
	struct await await = { .tenant = req->tenant, .kind = kind, .key = key };
	int64_t until_us = clock_now_us() + timeout_ms * 1000;

	if (until_us > req->deadline_us)
		until_us = req->deadline_us;
	enter(&await);
	/* Others of its group may have waited before: then it has ended meanwhile. */
	const struct error *error = request_transaction(req, look_for, &await);
	for (int ms = FIRST_MS; !error && !await.has_ended && clock_now_us() < until_us; ms = ms < LAST_MS ? 2 * ms : LAST_MS) {
		wait_until_told(&await, ms);
		error = request_transaction(req, look_for, &await);
	}
	leave(&await);
	*ret_ended = await.has_ended;
	return error;
}
