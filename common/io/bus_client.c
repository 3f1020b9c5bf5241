/* The calling end: which instance takes a call, and what becomes of it when that instance dies or time runs out. */
#include "bus_instance.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "arena.h"
#include "clock.h"
#include "envelope.h"
#include "log.h"

enum {
	HELD_MAX = 1024,              /* calls waiting for a first live instance */
	HOLD_US = 250000,
	CALLS_MAX = BUS_INSTANCES_MAX * BUS_OUTSTANDING_MAX + HELD_MAX,
	CALLS_PER_CHUNK = 64,
	HASH_SIZE = 2048,             /* power of two; correlations are consecutive */
	CHECK_PERIOD_US = 5000,       /* between looks at monitors and heartbeats */
	FRAMES_PER_PASS_MAX = 1024,
	ASK_POLL_MS = 10,
	LEAVE_US = 5000000,
	ARENA_BYTES_MAX = 16 * 1024 * 1024,
};

struct bus_client {
	const char *service;
	struct arena *arena;          /* everything here, calls included */
	void *context;
	struct bus_instance instances[BUS_INSTANCES_MAX];
	struct bus_resolver *resolver; /* NULL when no endpoint has a name */
	struct bus_endpoints fixed;   /* endpoints without a name */
	struct call *hash[HASH_SIZE];
	struct call_list held, finished, free;
	size_t n_calls, next_instance;
	uint64_t last_correlation, generation, n_stray;
	int64_t earliest_deadline_us, next_check_us, last_tick_us;
	bool is_dispatching;          /* inside receive or tick: their callbacks must not re-enter */
	bool is_closing;
	bool is_sent_to;              /* something went out while receiving */
};

/* ---- calls ---- */

static struct call **
hash_slot(struct bus_client *client, uint64_t correlation)
{
	struct call **slot = &client->hash[correlation & (HASH_SIZE - 1)];
	while (*slot && (*slot)->correlation != correlation)
		slot = &(*slot)->hash_next;
	return slot;
}

static struct call *
call_new(struct bus_client *client, const struct bus_call *request)
{
	if (client->free.n == 0) {
		struct call *chunk = ARENA_ARRAY(client->arena, struct call, CALLS_PER_CHUNK);
		for (size_t i = 0; i < CALLS_PER_CHUNK; i++)
			call_list_add(&client->free, &chunk[i]);
	}
	struct call *call = client->free.tail;
	call_list_remove(call);
	*call = (struct call){
		.correlation = request->correlation, .deadline_us = request->deadline_us,
		.is_retryable = request->is_retryable, .done = request->done, .context = request->context,
		.n_record = request->n_record,
	};
	int rc = zmq_msg_init_size(&call->record, request->n_record);
	assert(rc == 0);
	memcpy(zmq_msg_data(&call->record), request->record, request->n_record);

	struct call **slot = hash_slot(client, call->correlation);
	assert(!*slot); /* correlations are the caller's to keep apart */
	*slot = call;
	client->n_calls++;
	return call;
}

/* Out of its list and of the table, back to the pool, then done: done may start the next call. */
static void
call_finish(struct bus_client *client, struct call *call, enum bus_result result, const void *reply, size_t n_reply)
{
	bus_done done = call->done;
	void *context = call->context;

	*hash_slot(client, call->correlation) = call->hash_next;
	if (call->list)
		call_list_remove(call);
	(void)zmq_msg_close(&call->record);
	call_list_add(&client->free, call);
	client->n_calls--;
	done(context, result, reply, n_reply);
}

/* Failures found while queueing are told at the next flush, receive or tick, never from inside bus_client_call. */
static void
call_fail_later(struct bus_client *client, struct call *call, enum bus_result result)
{
	call->result = result;
	call->instance = NULL;
	call_list_add(&client->finished, call);
}

static size_t
tell_finished(struct bus_client *client)
{
	size_t n = client->finished.n; /* what callbacks add now waits for the next turn */
	size_t n_told = 0;
	for (; n_told < n && client->finished.head; n_told++)
		call_finish(client, client->finished.head, client->finished.head->result, NULL, 0);
	return n_told;
}

/* ---- choosing an instance ---- */

static size_t
instance_load(const struct bus_instance *instance)
{
	return instance->pending.n + instance->sent.n;
}

static struct bus_instance *
least_loaded(struct bus_client *client)
{
	struct bus_instance *best = NULL;
	size_t start = client->next_instance++;

	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++) {
		struct bus_instance *instance = &client->instances[(start + i) % BUS_INSTANCES_MAX];
		if (!instance->is_live || instance->is_leaving)
			continue;
		if (!best || instance_load(instance) < instance_load(best))
			best = instance;
	}
	return best;
}

/* The call is in no list.  Assign it, hold it, or give it up. */
static void
dispatch(struct bus_client *client, struct call *call)
{
	enum bus_result refusal = call->was_sent ? BUS_LOST : BUS_UNREACHABLE;
	struct bus_instance *instance = least_loaded(client);

	if (instance && instance_load(instance) < BUS_OUTSTANDING_MAX) {
		call->instance = instance;
		call_list_add(&instance->pending, call);
		return;
	}
	call->instance = NULL;
	if (call->hold_until_us == 0)
		call->hold_until_us = clock_monotonic_us() + HOLD_US;
	if (instance || client->held.n == HELD_MAX)
		call_fail_later(client, call, refusal);
	else
		call_list_add(&client->held, call);
}

static void
dispatch_all(struct bus_client *client, struct call_list *list)
{
	for (size_t n = list->n; n > 0; n--) {
		struct call *call = list->head;
		call_list_remove(call);
		dispatch(client, call);
	}
}

/* ---- instances coming and going ---- */

/* A query gets its second try, everything else is lost: whether it was done is unknown. */
static void
settle_sent(struct bus_client *client, struct bus_instance *instance)
{
	for (size_t n = instance->sent.n; n > 0; n--) {
		struct call *call = instance->sent.head;
		call_list_remove(call);
		if (!call->is_retryable) {
			call_fail_later(client, call, BUS_LOST);
			continue;
		}
		call->is_retryable = false;
		dispatch(client, call);
	}
}

static void
instance_lose(struct bus_client *client, struct bus_instance *instance, const char *cause)
{
	if (instance->is_live)
		log_write(LOG_WARN, "bus.instance_lost", LOG_TEXT("service", client->service),
		    LOG_TEXT("address", instance->address), LOG_TEXT("cause", cause),
		    LOG_INT("unanswered", (int64_t)instance->sent.n));
	/* A fresh socket: no reply of the old connection can meet a call of the new one. */
	instance_close(instance);
	settle_sent(client, instance);
	dispatch_all(client, &instance->pending);
	instance_open(instance, client->context, instance->address);
	client->generation++;
}

static void
instance_drop(struct bus_client *client, struct bus_instance *instance)
{
	instance_close(instance);
	settle_sent(client, instance);
	dispatch_all(client, &instance->pending);
	*instance = (struct bus_instance){ .fd = -1 };
	client->generation++;
}

static struct bus_instance *
instance_find(struct bus_client *client, const char *address)
{
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		if (strcmp(client->instances[i].address, address) == 0)
			return &client->instances[i];
	return NULL;
}

static void
instance_want(struct bus_client *client, const char *address)
{
	struct bus_instance *instance = instance_find(client, address);
	if (instance) {
		instance->is_leaving = false;
		return;
	}
	instance = instance_find(client, ""); /* a free slot */
	if (!instance)
		return;
	instance_open(instance, client->context, address);
	client->generation++;
}

static void
follow_names(struct bus_client *client)
{
	struct bus_endpoints addresses;

	if (!client->resolver || !bus_resolver_take(client->resolver, &addresses))
		return;
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		client->instances[i].is_leaving = client->instances[i].address[0] != '\0';
	for (size_t i = 0; i < client->fixed.n; i++)
		instance_want(client, client->fixed.items[i].address);
	for (size_t i = 0; i < addresses.n; i++)
		instance_want(client, addresses.items[i].address);
}

struct bus_client *
bus_client_new(const char *service, const char *endpoints)
{
	struct bus_endpoints parsed;
	const char *problem;

	if (!bus_endpoints_parse(endpoints, &parsed, &problem)) {
		log_write(LOG_ERROR, "bus.endpoint_invalid", LOG_TEXT("service", service), LOG_TEXT("cause", problem));
		return NULL;
	}
	struct arena *arena = arena_new(ARENA_BYTES_MAX);
	struct bus_client *client = ARENA_NEW(arena, struct bus_client);
	client->arena = arena;
	client->service = arena_strdup(arena, service);
	client->context = bus_context_get();
	client->earliest_deadline_us = INT64_MAX;
	for (size_t i = 0; i < parsed.n; i++)
		if (!parsed.items[i].is_name)
			client->fixed.items[client->fixed.n++] = parsed.items[i];
	for (size_t i = 0; i < client->fixed.n; i++)
		instance_want(client, client->fixed.items[i].address);
	if (client->fixed.n < parsed.n)
		client->resolver = bus_resolver_new(&parsed);
	return client;
}

static void
lose_everything(struct bus_client *client, struct call_list *list)
{
	for (size_t n = list->n; n > 0 && list->head; n--)
		call_finish(client, list->head, BUS_LOST, NULL, 0);
}

void
bus_client_free(struct bus_client *client)
{
	if (!client)
		return;
	assert(!client->is_dispatching);
	client->is_closing = true;
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++) {
		lose_everything(client, &client->instances[i].pending);
		lose_everything(client, &client->instances[i].sent);
		instance_close(&client->instances[i]);
	}
	lose_everything(client, &client->held);
	(void)tell_finished(client);
	bus_resolver_free(client->resolver);
	bus_context_put();
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
	if (client->is_closing || client->n_calls >= CALLS_MAX) {
		call->done(call->context, BUS_UNREACHABLE, NULL, 0);
		return;
	}
	struct call *made = call_new(client, call);
	if (call->deadline_us < client->earliest_deadline_us)
		client->earliest_deadline_us = call->deadline_us;
	if (call->deadline_us <= clock_now_us())
		call_fail_later(client, made, BUS_LATE);
	else if (call->n_record == 0 || call->n_record > BUS_RECORD_BYTES_MAX)
		call_fail_later(client, made, BUS_UNREACHABLE);
	else
		dispatch(client, made);
}

/* What a connection refuses was not taken by the instance: it goes elsewhere, and the instance must prove itself again. */
static bool
flush_instance(struct bus_client *client, struct bus_instance *instance)
{
	while (instance->pending.n > 0) {
		client->is_sent_to = true;
		if (instance_send(instance))
			continue;
		instance->is_live = false;
		dispatch_all(client, &instance->pending);
		return false;
	}
	return true;
}

static void
flush_instances(struct bus_client *client)
{
	bool is_done = false;

	for (size_t pass = 0; pass < 2 && !is_done; pass++) {
		is_done = true;
		for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
			is_done &= flush_instance(client, &client->instances[i]);
	}
}

void
bus_client_flush(struct bus_client *client)
{
	flush_instances(client);
	if (client->is_dispatching || client->finished.n == 0)
		return;
	client->is_dispatching = true;
	(void)tell_finished(client);
	client->is_dispatching = false;
}

/* ---- receiving ---- */

static void
take_reply(struct bus_client *client, const void *bytes, size_t n_bytes)
{
	uint64_t correlation;
	struct call *call = NULL;

	if (envelope_peek_correlation(bytes, n_bytes, &correlation))
		call = *hash_slot(client, correlation);
	if (call)
		call_finish(client, call, BUS_REPLIED, bytes, n_bytes);
	else
		client->n_stray++; /* late, or not ours */
}

static size_t
receive_frames(struct bus_client *client, struct bus_instance *instance)
{
	zmq_msg_t frame;
	size_t n = 0;

	(void)zmq_msg_init(&frame);
	while (n < FRAMES_PER_PASS_MAX && zmq_msg_recv(&frame, instance->socket, ZMQ_DONTWAIT) >= 0) {
		if (!instance->is_live)
			log_write(LOG_INFO, "bus.instance_live", LOG_TEXT("service", client->service),
			    LOG_TEXT("address", instance->address));
		instance_heard(instance);
		if (!bus_heartbeat_is(zmq_msg_data(&frame), zmq_msg_size(&frame)))
			take_reply(client, zmq_msg_data(&frame), zmq_msg_size(&frame));
		n++;
	}
	(void)zmq_msg_close(&frame);
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
		instance_lose(client, instance, "disconnected");
		return n + 1;
	}
	if (!instance->is_live && instance->silent_since_us == 0) {
		instance->heartbeat_due_us = 0;
		instance_heartbeat(instance, clock_monotonic_us());
		client->is_sent_to |= instance->silent_since_us != 0;
	}
	return 0;
}

static void
release_held(struct bus_client *client)
{
	if (client->held.n > 0 && bus_client_n_live(client) > 0)
		dispatch_all(client, &client->held);
}

size_t
bus_client_receive(struct bus_client *client)
{
	size_t n = 0;

	if (client->is_dispatching)
		return 0;
	client->is_dispatching = true;
	client->is_sent_to = false;
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		if (client->instances[i].socket)
			n += receive_from(client, &client->instances[i]);
	release_held(client);
	n += tell_finished(client);
	if (n > 0)
		flush_instances(client);
	client->is_dispatching = false;
	/* A send may swallow the descriptor's edge, so it asks for another pass. */
	return n + (client->is_sent_to ? 1 : 0);
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
			call_fail_later(client, call, is_late ? BUS_LATE : call->was_sent ? BUS_LOST : BUS_UNREACHABLE);
		} else if (call->deadline_us < client->earliest_deadline_us) {
			client->earliest_deadline_us = call->deadline_us;
		}
	}
}

static void
expire_calls(struct bus_client *client, int64_t now_us, int64_t monotonic_us)
{
	bool is_due = client->earliest_deadline_us <= now_us;

	if (!is_due && client->held.n == 0)
		return;
	if (is_due)
		client->earliest_deadline_us = INT64_MAX;
	expire_list(client, &client->held, now_us, monotonic_us);
	for (size_t i = 0; is_due && i < BUS_INSTANCES_MAX; i++) {
		expire_list(client, &client->instances[i].pending, now_us, monotonic_us);
		expire_list(client, &client->instances[i].sent, now_us, monotonic_us);
	}
}

static void
check_instance(struct bus_client *client, struct bus_instance *instance, int64_t monotonic_us)
{
	bool is_disconnected = instance_is_disconnected(instance);

	if (is_disconnected || instance_is_silent(instance, monotonic_us))
		(void)receive_frames(client, instance); /* what waits unread may be a sign of life */
	if (is_disconnected || instance_is_silent(instance, monotonic_us))
		instance_lose(client, instance, is_disconnected ? "disconnected" : "silent");
	if (instance->is_leaving && instance_load(instance) == 0) {
		instance_drop(client, instance);
		return;
	}
	instance_heartbeat(instance, monotonic_us);
}

static void
check_instances(struct bus_client *client, int64_t monotonic_us)
{
	bool was_stalled = monotonic_us - client->last_tick_us > BUS_DEAD_MS * 1000 / 2;

	follow_names(client);
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++) {
		struct bus_instance *instance = &client->instances[i];
		if (!instance->socket)
			continue;
		if (was_stalled)
			instance_pardon(instance);
		check_instance(client, instance, monotonic_us);
	}
	release_held(client);
}

void
bus_client_tick(struct bus_client *client, int64_t now_us)
{
	int64_t monotonic_us = clock_monotonic_us();

	if (client->is_dispatching)
		return;
	client->is_dispatching = true;
	if (monotonic_us >= client->next_check_us) {
		client->next_check_us = monotonic_us + CHECK_PERIOD_US;
		check_instances(client, monotonic_us);
	}
	client->last_tick_us = monotonic_us;
	expire_calls(client, now_us, monotonic_us);
	(void)tell_finished(client);
	flush_instances(client);
	client->is_dispatching = false;
}

size_t
bus_client_fds(const struct bus_client *client, int *fds, size_t n_max)
{
	size_t n = 0;
	for (size_t i = 0; i < BUS_INSTANCES_MAX && n < n_max; i++)
		if (client->instances[i].socket)
			fds[n++] = client->instances[i].fd;
	return n;
}

uint64_t
bus_client_generation(const struct bus_client *client)
{
	return client->generation;
}

size_t
bus_client_n_live(const struct bus_client *client)
{
	size_t n = 0;
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		n += client->instances[i].is_live && !client->instances[i].is_leaving;
	return n;
}

size_t
bus_client_n_outstanding(const struct bus_client *client)
{
	return client->n_calls;
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

static void
wait_readable(struct bus_client *client)
{
	int fds[BUS_INSTANCES_MAX];
	struct pollfd items[BUS_INSTANCES_MAX];
	size_t n = bus_client_fds(client, fds, BUS_INSTANCES_MAX);

	for (size_t i = 0; i < n; i++)
		items[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	(void)poll(items, n, ASK_POLL_MS);
}

enum bus_result
bus_client_ask(struct bus_client *client, const struct bus_call *call)
{
	struct ask ask = { .call = call };
	struct bus_call mine = *call;

	assert(!client->is_dispatching);
	mine.done = ask_done;
	mine.context = &ask;
	/* The last tick may be long ago: learn who died meanwhile before choosing. */
	bus_client_tick(client, clock_now_us());
	bus_client_call(client, &mine);
	bus_client_flush(client);
	while (!ask.is_done) { /* ends at the deadline at the latest */
		if (bus_client_receive(client) > 0)
			continue;
		wait_readable(client);
		bus_client_tick(client, clock_now_us());
	}
	return ask.result;
}
