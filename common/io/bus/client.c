/* The calling end: turns of sending, receiving and time. */
#include <assert.h>
#include <poll.h>

#include "bus/balancer.h"
#include "clock.h"
#include "contract/envelope.h"
#include "log.h"

enum {
	CHECK_PERIOD_US = 5000, /* between looks at monitors and heartbeats */
	TAKES_PER_PASS_MAX = 1024, /* frames and records */
	ASK_POLL_MS = 10,
	ARENA_BYTES_MAX = 16 * 1024 * 1024,
};

struct bus_client {
	struct arena *arena;          /* everything here, calls included */
	struct balancer balancer;
	struct call_table calls;
	struct bus_wake wake;
	struct bus_resolver *resolver; /* NULL when no endpoint has a name */
	struct bus_endpoints fixed;   /* endpoints without a name */
	struct bus_endpoints found;   /* what the names last resolved to */
	uint64_t last_correlation, n_stray;
	int64_t earliest_deadline_us; /* no call's is before it */
	int64_t next_check_us, last_tick_us;
	bool is_busy;                 /* inside flush, receive or tick: their callbacks must not re-enter */
	bool is_closing;
};

struct bus_client *
bus_client_new(const char *service, const char *endpoints)
{
	struct bus_endpoints parsed;
	const char *problem;

	if (!bus_endpoints_are_safe(endpoints, &problem) || !bus_endpoints_parse(endpoints, &parsed, &problem)) {
		log_write(LOG_ERROR, "bus.endpoint_invalid", LOG_TEXT("service", service), LOG_TEXT("cause", problem));
		return NULL;
	}
	struct arena *arena = arena_new(ARENA_BYTES_MAX);
	struct bus_client *client = ARENA_NEW(arena, struct bus_client);
	client->arena = client->calls.arena = arena;
	client->earliest_deadline_us = INT64_MAX;
	bus_wake_init(&client->wake);
	client->balancer.service = arena_strdup(arena, service);
	bus_context_need();
	client->balancer.wake = &client->wake;
	client->balancer.calls = &client->calls;
	client->balancer.generation = 1; /* so that a caller starting at 0 reads the descriptors */
	for (size_t i = 0; i < parsed.n; i++)
		if (!parsed.items[i].is_name)
			client->fixed.items[client->fixed.n++] = parsed.items[i];
	balancer_want(&client->balancer, &client->fixed, &client->found);
	if (client->fixed.n < parsed.n)
		client->resolver = bus_resolver_new(&parsed);
	return client;
}

static void
lose_all(struct bus_client *client, struct call_list *list)
{
	for (size_t n = list->n; n > 0 && list->head; n--)
		call_finish(&client->calls, list->head, BUS_LOST, NULL, 0);
}

void
bus_client_free(struct bus_client *client)
{
	if (!client)
		return;
	assert(!client->is_busy);
	client->is_busy = client->is_closing = true;
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++) {
		lose_all(client, &client->balancer.instances[i].pending);
		lose_all(client, &client->balancer.instances[i].sent);
		instance_close(&client->balancer.instances[i]);
	}
	lose_all(client, &client->balancer.held);
	(void)call_tell_finished(&client->calls);
	bus_resolver_free(client->resolver);
	bus_wake_release(&client->wake);
	arena_free(client->arena);
}

uint64_t
bus_client_next_correlation(struct bus_client *client)
{
	return ++client->last_correlation;
}

void
bus_client_call(struct bus_client *client, const struct bus_call *call)
{
	if (client->is_closing || client->calls.n >= CALLS_MAX) {
		call->done(call->context, BUS_UNREACHABLE, NULL, 0);
		return;
	}
	struct call *made = call_new(&client->calls, call);
	if (call->deadline_us < client->earliest_deadline_us)
		client->earliest_deadline_us = call->deadline_us;
	if (call->deadline_us <= clock_now_us())
		call_finish_later(&client->calls, made, BUS_LATE);
	else if (call->n_record == 0 || call->n_record > BUS_RECORD_BYTES_MAX)
		call_finish_later(&client->calls, made, BUS_UNREACHABLE);
	else
		balancer_call(&client->balancer, made);
}

void
bus_client_flush(struct bus_client *client)
{
	if (client->is_closing)
		return;
	balancer_flush(&client->balancer);
	if (client->is_busy || client->calls.finished.n == 0)
		return;
	client->is_busy = true;
	(void)call_tell_finished(&client->calls);
	client->is_busy = false;
}

/* ---- receiving ---- */

static void
take_reply(struct bus_client *client, const void *bytes, size_t n_bytes)
{
	uint64_t correlation;
	struct call *call = NULL;

	if (envelope_peek_correlation(bytes, n_bytes, &correlation))
		call = call_find(&client->calls, correlation);
	if (call)
		call_finish(&client->calls, call, BUS_REPLIED, bytes, n_bytes);
	else
		client->n_stray++; /* late, or not ours */
}

static size_t
take_replies(struct bus_client *client, struct bus_records records)
{
	const void *record;
	size_t n_record, n = 0;

	for (; bus_records_next(&records, &record, &n_record); n++)
		take_reply(client, record, n_record);
	return n;
}

static size_t
receive_frames(struct bus_client *client, struct bus_instance *instance)
{
	zframe_t *frame;
	size_t n = 0;

	while (n < TAKES_PER_PASS_MAX && (frame = zframe_recv(instance->socket))) {
		if (!instance->is_live)
			log_write(LOG_INFO, "bus.instance_live", LOG_TEXT("service", client->balancer.service),
			    LOG_TEXT("address", instance->address));
		instance_heard(instance, zframe_data(frame), zframe_size(frame));
		if (!bus_heartbeat_is(zframe_data(frame), zframe_size(frame)))
			n += take_replies(client, (struct bus_records){ zframe_data(frame), zframe_size(frame) });
		n++;
		zframe_destroy(&frame);
	}
	if (n >= TAKES_PER_PASS_MAX)
		bus_wake_raise(&client->wake);
	return n;
}

/* The descriptor also wakes when a connection comes or goes, so a pass without frames looks at both. */
static size_t
receive_from(struct bus_client *client, struct bus_instance *instance)
{
	size_t n = receive_frames(client, instance);

	if (n > 0)
		return n;
	if (instance_is_disconnected(instance)) {
		n = receive_frames(client, instance); /* replies that came before the end */
		balancer_lose(&client->balancer, instance, "disconnected");
		return n + 1;
	}
	if (!instance->is_live && instance->silent_since_us == 0) {
		instance_pardon(instance);
		instance_heartbeat(instance, clock_monotonic_us());
	}
	return 0;
}

size_t
bus_client_receive(struct bus_client *client)
{
	size_t n = 0;

	if (client->is_busy)
		return 0;
	client->is_busy = true;
	bus_wake_clear(&client->wake);
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		if (client->balancer.instances[i].socket)
			n += receive_from(client, &client->balancer.instances[i]);
	balancer_held(&client->balancer);
	n += call_tell_finished(&client->calls);
	balancer_flush(&client->balancer);
	client->is_busy = false;
	return n;
}

/* ---- time ---- */

static void
expire_list(struct bus_client *client, struct call_list *list, int64_t now_us, int64_t monotonic_us)
{
	for (struct call *call = list->head, *next; call; call = next) {
		next = call->next;
		bool is_late = call->deadline_us <= now_us;
		bool is_held_out = !call->instance && call->hold_until_us <= monotonic_us;
		if (is_late || is_held_out) {
			call_list_remove(call);
			call_finish_later(&client->calls, call,
			    is_late ? BUS_LATE : call->was_sent ? BUS_LOST : BUS_UNREACHABLE);
		} else if (call->deadline_us < client->earliest_deadline_us) {
			client->earliest_deadline_us = call->deadline_us;
		}
	}
}

/* All calls are looked at only when the earliest deadline has passed: at constant load, about once per time-out. */
static void
expire_calls(struct bus_client *client, int64_t now_us, int64_t monotonic_us)
{
	bool is_due = client->earliest_deadline_us <= now_us;

	if (is_due)
		client->earliest_deadline_us = INT64_MAX;
	expire_list(client, &client->balancer.held, now_us, monotonic_us);
	for (size_t i = 0; is_due && i < BUS_INSTANCES_MAX; i++) {
		expire_list(client, &client->balancer.instances[i].pending, now_us, monotonic_us);
		expire_list(client, &client->balancer.instances[i].sent, now_us, monotonic_us);
	}
}

static void
check_instance(struct bus_client *client, struct bus_instance *instance, int64_t monotonic_us)
{
	bool is_disconnected = instance_is_disconnected(instance);

	if (is_disconnected || instance_is_silent(instance, monotonic_us))
		(void)receive_frames(client, instance); /* what waits unread may be a sign of life */
	if (is_disconnected || instance_is_silent(instance, monotonic_us))
		balancer_lose(&client->balancer, instance, is_disconnected ? "disconnected" : "silent");
	else if (instance_wants_other_key(instance, monotonic_us))
		balancer_lose(&client->balancer, instance, "another key");
	if (instance->is_unlisted && instance_load(instance) == 0)
		balancer_drop(&client->balancer, instance);
	else
		instance_heartbeat(instance, monotonic_us);
}

static void
check_instances(struct bus_client *client, int64_t monotonic_us)
{
	uint64_t generation = client->balancer.generation;
	bool was_stalled = monotonic_us - client->last_tick_us > BUS_DEAD_MS * 1000 / 2;

	if (client->resolver && bus_resolver_take(client->resolver, &client->found))
		balancer_want(&client->balancer, &client->fixed, &client->found);
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++) {
		struct bus_instance *instance = &client->balancer.instances[i];
		if (!instance->socket)
			continue;
		if (was_stalled)
			instance_pardon(instance);
		check_instance(client, instance, monotonic_us);
	}
	/* A slot may have become free for an address without one. */
	if (client->balancer.generation != generation || client->balancer.is_short_of_fds)
		balancer_want(&client->balancer, &client->fixed, &client->found);
	balancer_held(&client->balancer);
}

void
bus_client_tick(struct bus_client *client, int64_t now_us)
{
	int64_t monotonic_us = clock_monotonic_us();

	if (client->is_busy)
		return;
	client->is_busy = true;
	if (monotonic_us >= client->next_check_us) {
		client->next_check_us = monotonic_us + CHECK_PERIOD_US;
		check_instances(client, monotonic_us);
	}
	client->last_tick_us = monotonic_us;
	expire_calls(client, now_us, monotonic_us);
	(void)call_tell_finished(&client->calls);
	balancer_flush(&client->balancer);
	client->is_busy = false;
}

size_t
bus_client_fds(const struct bus_client *client, int *fds, size_t n_max)
{
	if (n_max == 0)
		return 0;
	fds[0] = client->wake.fd;
	return 1;
}

uint64_t
bus_client_generation(const struct bus_client *client)
{
	return client->balancer.generation;
}

size_t
bus_client_n_live(const struct bus_client *client)
{
	size_t n = 0;
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		n += instance_takes_calls(&client->balancer.instances[i]);
	return n;
}

size_t
bus_client_n_outstanding(const struct bus_client *client)
{
	return client->calls.n;
}

uint64_t
bus_client_n_stray(const struct bus_client *client)
{
	return client->n_stray;
}

/* ---- one blocking call ---- */

struct ask {
	const struct bus_call *call;
	bool is_done;
	enum bus_result result;
};

static void
ask_done(void *context, enum bus_result result, const void *reply, size_t n_reply)
{
	struct ask *ask = context;

	ask->is_done = true;
	ask->result = result;
	if (ask->call->done)
		ask->call->done(ask->call->context, result, reply, n_reply);
}

enum bus_result
bus_client_ask(struct bus_client *client, const struct bus_call *call)
{
	struct ask ask = { .call = call };
	struct bus_call mine = *call;
	struct pollfd item = { .fd = client->wake.fd, .events = POLLIN };

	assert(!client->is_busy);
	mine.done = ask_done;
	mine.context = &ask;
	/* The last tick may be long ago: learn who died meanwhile before choosing. */
	bus_client_tick(client, clock_now_us());
	bus_client_call(client, &mine);
	bus_client_flush(client);
	while (!ask.is_done) { /* ends at the deadline at the latest */
		if (bus_client_receive(client) > 0)
			continue;
		(void)poll(&item, 1, ASK_POLL_MS);
		bus_client_tick(client, clock_now_us());
	}
	return ask.result;
}
