/* A thread for each request in flight: a slow tool holds up nothing else. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "cli/mcp/bridge.h"

enum { WAIT_MS = 500 };

void
bridge_wait(struct bridge *bridge, int64_t ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(&bridge->change, &bridge->lock, &until); /* callers look for themselves why it ended */
}

static void *
work(void *context)
{
	struct bridge_worker *worker = context;
	struct bridge *bridge = worker->bridge;

	bridge_send(bridge, worker->client, worker->arena, &worker->message, &worker->is_cancelled);
	(void)pthread_mutex_lock(&bridge->lock);
	worker->is_busy = false;
	(void)pthread_cond_broadcast(&bridge->change);
	(void)pthread_mutex_unlock(&bridge->lock);
	return NULL;
}

static struct bridge_worker *
find_free(struct bridge *bridge)
{
	struct bridge_worker *found = NULL;

	(void)pthread_mutex_lock(&bridge->lock);
	for (size_t i = 0; i < BRIDGE_WORKERS && !found; i++)
		if (!bridge->workers[i].is_busy)
			found = &bridge->workers[i];
	(void)pthread_mutex_unlock(&bridge->lock);
	return found;
}

/* Only the reading thread starts workers, so a free one stays free meanwhile. */
static void
prepare(struct bridge_worker *worker, const struct mcp_message *message)
{
	const char *problem;

	if (worker->is_started)
		(void)pthread_join(worker->thread, NULL); /* it is done */
	if (worker->client && worker->is_cancelled) { /* a stopped client stays stopped */
		http_client_free(worker->client);
		worker->client = NULL;
	}
	if (!worker->client)
		worker->client = http_client_new(true);
	if (!worker->arena)
		worker->arena = arena_new(MCP_ARENA_BYTES);
	arena_reset(worker->arena);
	if (!mcp_message_read(worker->arena, message->text, message->n_text, &worker->message, &problem))
		abort(); /* it was read before */
	worker->is_endless = strcmp(message->method, "subscriptions/listen") == 0;
	worker->is_cancelled = false;
}

void
bridge_submit(struct bridge *bridge, struct arena *arena, const struct mcp_message *message)
{
	struct bridge_worker *worker = find_free(bridge);

	if (!worker) {
		const char *error = mcp_error_text(arena, message->id, MCP_SERVER_ERROR,
		    arena_printf(arena, "there are %d requests in flight already", BRIDGE_WORKERS), NULL);
		(void)bridge_write(bridge, error, strlen(error)); /* when the agent is gone, reading it ends */
		return;
	}
	prepare(worker, message);
	(void)pthread_mutex_lock(&bridge->lock);
	worker->is_busy = true;
	(void)pthread_mutex_unlock(&bridge->lock);
	worker->is_started = pthread_create(&worker->thread, NULL, work, worker) == 0;
	if (worker->is_started)
		return;
	worker->is_busy = false;
	const char *error = mcp_error_text(arena, message->id, MCP_SERVER_ERROR, "no thread could be started", NULL);
	(void)bridge_write(bridge, error, strlen(error)); /* as above */
}

/* With the lock held. */
static void
stop(struct bridge_worker *worker)
{
	worker->is_cancelled = true;
	http_client_stop(worker->client);
}

bool
bridge_cancel(struct bridge *bridge, struct arena *arena, const struct mcp_message *message)
{
	const struct json_value *id = message->params && message->params->type == JSON_OBJECT ? json_get(message->params, "requestId") : NULL;
	bool is_closed = false;
	struct buf text;

	if (!id)
		return false;
	buf_init(&text, arena, 32);
	json_write(&text, id);
	(void)pthread_mutex_lock(&bridge->lock);
	for (size_t i = 0; i < BRIDGE_WORKERS; i++) {
		struct bridge_worker *worker = &bridge->workers[i];
		/* In a session the endpoint is told by the notification; without one, by the closed connection. */
		if (!worker->is_busy || !worker->message.protocol || strcmp(worker->message.id, text.bytes) != 0)
			continue;
		stop(worker);
		is_closed = true;
	}
	(void)pthread_mutex_unlock(&bridge->lock);
	return is_closed;
}

static bool
has_busy(const struct bridge *bridge, bool with_endless)
{
	for (size_t i = 0; i < BRIDGE_WORKERS; i++)
		if (bridge->workers[i].is_busy && (with_endless || !bridge->workers[i].is_endless))
			return true;
	return false;
}

void
bridge_drain(struct bridge *bridge)
{
	int64_t deadline_us = clock_monotonic_us() + (int64_t)BRIDGE_DRAIN_MS * 1000;

	(void)pthread_mutex_lock(&bridge->lock);
	while (has_busy(bridge, false) && clock_monotonic_us() < deadline_us)
		bridge_wait(bridge, WAIT_MS);
	for (size_t i = 0; i < BRIDGE_WORKERS; i++)
		if (bridge->workers[i].is_busy)
			stop(&bridge->workers[i]);
	(void)pthread_mutex_unlock(&bridge->lock);
	for (size_t i = 0; i < BRIDGE_WORKERS; i++) {
		struct bridge_worker *worker = &bridge->workers[i];
		if (worker->is_started)
			(void)pthread_join(worker->thread, NULL); /* stopped, so it ends */
		http_client_free(worker->client);
		arena_free(worker->arena);
	}
}
