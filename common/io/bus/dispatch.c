/* Choosing instances for calls, and settling the calls of instances that are lost. */
#include "bus/dispatch.h"

#include <string.h>

#include "clock.h"
#include "log.h"

enum { HOLD_US = 250000 };

static struct bus_instance *
least_loaded(struct dispatcher *dispatcher)
{
	struct bus_instance *best = NULL;
	size_t start = dispatcher->next_instance++; /* equals take turns */

	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++) {
		struct bus_instance *instance = &dispatcher->instances[(start + i) % BUS_INSTANCES_MAX];
		if (!instance_takes_calls(instance))
			continue;
		if (!best || instance_load(instance) < instance_load(best))
			best = instance;
	}
	return best;
}

void
dispatch_call(struct dispatcher *dispatcher, struct call *call)
{
	struct bus_instance *instance = least_loaded(dispatcher);

	if (instance && instance_load(instance) < BUS_OUTSTANDING_MAX) {
		call->instance = instance;
		call_list_add(&instance->pending, call);
		return;
	}
	call->instance = NULL;
	if (instance || dispatcher->held.n == CALL_HELD_MAX) {
		call_finish_later(dispatcher->calls, call, call->was_sent ? BUS_LOST : BUS_UNREACHABLE);
		return;
	}
	if (call->hold_until_us == 0)
		call->hold_until_us = clock_monotonic_us() + HOLD_US;
	call_list_add(&dispatcher->held, call);
}

static void
dispatch_all(struct dispatcher *dispatcher, struct call_list *list)
{
	for (size_t n = list->n; n > 0; n--) {
		struct call *call = list->head;
		call_list_remove(call);
		dispatch_call(dispatcher, call);
	}
}

void
dispatch_held(struct dispatcher *dispatcher)
{
	if (dispatcher->held.n > 0 && least_loaded(dispatcher))
		dispatch_all(dispatcher, &dispatcher->held);
}

/* What a connection refuses was not taken by the instance, which must prove itself again before it gets more. */
static bool
flush_instance(struct dispatcher *dispatcher, struct bus_instance *instance)
{
	while (instance->pending.n > 0) {
		if (instance_send(instance))
			continue;
		instance->is_live = false;
		dispatch_all(dispatcher, &instance->pending);
		return false;
	}
	if (instance_has_input(instance))
		bus_wake_raise(dispatcher->wake);
	return true;
}

void
dispatch_flush(struct dispatcher *dispatcher)
{
	bool is_done = false;

	for (size_t pass = 0; pass < 2 && !is_done; pass++) {
		is_done = true;
		for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
			if (dispatcher->instances[i].socket)
				is_done &= flush_instance(dispatcher, &dispatcher->instances[i]);
	}
}

static struct bus_instance *
instance_find(struct dispatcher *dispatcher, const char *address)
{
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		if (strcmp(dispatcher->instances[i].address, address) == 0)
			return &dispatcher->instances[i];
	return NULL;
}

static void
open_and_watch(struct dispatcher *dispatcher, struct bus_instance *instance, const char *address)
{
	bool is_open = instance_open(instance, dispatcher->context, address);

	if (is_open) {
		bus_wake_watch(dispatcher->wake, instance->fd);
		return;
	}
	if (!dispatcher->is_short_of_fds)
		log_write(LOG_ERROR, "bus.out_of_descriptors", LOG_TEXT("service", dispatcher->service),
		    LOG_TEXT("address", instance->address));
	dispatcher->is_short_of_fds = true;
}

static void
want_one(struct dispatcher *dispatcher, const char *address)
{
	struct bus_instance *instance = instance_find(dispatcher, address);

	if (!instance)
		instance = instance_find(dispatcher, ""); /* a free slot */
	if (!instance)
		return;
	instance->is_unlisted = false;
	if (!instance->socket)
		open_and_watch(dispatcher, instance, address);
}

void
dispatch_want(struct dispatcher *dispatcher, const struct bus_endpoints *fixed, const struct bus_endpoints *found)
{
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		dispatcher->instances[i].is_unlisted = true;
	for (size_t i = 0; i < fixed->n; i++)
		want_one(dispatcher, fixed->items[i].address);
	for (size_t i = 0; i < found->n; i++)
		want_one(dispatcher, found->items[i].address);
	dispatcher->is_short_of_fds = false;
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++) {
		struct bus_instance *instance = &dispatcher->instances[i];
		if (instance->is_unlisted && !instance->socket)
			*instance = (struct bus_instance){ .fd = -1 };
		dispatcher->is_short_of_fds |= instance->address[0] && !instance->socket;
	}
}

/* A query gets its second try; of everything else it is unknown whether it was done. */
static void
settle_sent(struct dispatcher *dispatcher, struct bus_instance *instance)
{
	for (size_t n = instance->sent.n; n > 0; n--) {
		struct call *call = instance->sent.head;
		call_list_remove(call);
		if (!call->is_retryable) {
			call_finish_later(dispatcher->calls, call, BUS_LOST);
			continue;
		}
		call->is_retryable = false;
		dispatch_call(dispatcher, call);
	}
}

static void
close_and_settle(struct dispatcher *dispatcher, struct bus_instance *instance)
{
	bus_wake_unwatch(dispatcher->wake, instance->fd);
	instance_close(instance);
	settle_sent(dispatcher, instance);
	dispatch_all(dispatcher, &instance->pending);
}

void
dispatch_lose(struct dispatcher *dispatcher, struct bus_instance *instance, const char *cause)
{
	bool is_expected = instance->is_draining && instance->sent.n == 0;

	if (instance->is_live)
		log_write(is_expected ? LOG_INFO : LOG_WARN, "bus.instance_lost",
		    LOG_TEXT("service", dispatcher->service), LOG_TEXT("address", instance->address),
		    LOG_TEXT("cause", cause), LOG_INT("unanswered", (int64_t)instance->sent.n));
	close_and_settle(dispatcher, instance);
	/* A fresh socket: no reply of the old connection can meet a call of the new one. */
	open_and_watch(dispatcher, instance, instance->address);
	dispatcher->generation++;
}

void
dispatch_drop(struct dispatcher *dispatcher, struct bus_instance *instance)
{
	close_and_settle(dispatcher, instance);
	*instance = (struct bus_instance){ .fd = -1 };
	dispatcher->generation++;
}
