/* Choosing instances for calls, and settling the calls of instances that are lost. */
#include "bus/balancer.h"

#include <string.h>

#include "clock.h"
#include "log.h"

enum { HOLD_US = 250000 };

static struct bus_instance *
least_loaded(struct balancer *balancer)
{
	struct bus_instance *best = NULL;
	size_t start = balancer->next_instance++; /* equals take turns */

	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++) {
		struct bus_instance *instance = &balancer->instances[(start + i) % BUS_INSTANCES_MAX];
		if (!instance_takes_calls(instance))
			continue;
		if (!best || instance_load(instance) < instance_load(best))
			best = instance;
	}
	return best;
}

void
balancer_call(struct balancer *balancer, struct call *call)
{
	struct bus_instance *instance = least_loaded(balancer);

	if (instance && instance_load(instance) < BUS_OUTSTANDING_MAX) {
		call->instance = instance;
		call_list_add(&instance->pending, call);
		return;
	}
	call->instance = NULL;
	if (instance || balancer->held.n == CALL_HELD_MAX) {
		call_finish_later(balancer->calls, call, call->was_sent ? BUS_LOST : BUS_UNREACHABLE);
		return;
	}
	if (call->hold_until_us == 0)
		call->hold_until_us = clock_monotonic_us() + HOLD_US;
	call_list_add(&balancer->held, call);
}

static void
balancer_all(struct balancer *balancer, struct call_list *list)
{
	for (size_t n = list->n; n > 0; n--) {
		struct call *call = list->head;
		call_list_remove(call);
		balancer_call(balancer, call);
	}
}

void
balancer_held(struct balancer *balancer)
{
	if (balancer->held.n > 0 && least_loaded(balancer))
		balancer_all(balancer, &balancer->held);
}

/* What a connection refuses was not taken by the instance, which must prove itself again before it gets more. */
static bool
flush_instance(struct balancer *balancer, struct bus_instance *instance)
{
	while (instance->pending.n > 0) {
		if (instance_send(instance))
			continue;
		instance->is_live = false;
		balancer_all(balancer, &instance->pending);
		return false;
	}
	if (instance_has_input(instance))
		bus_wake_raise(balancer->wake);
	return true;
}

void
balancer_flush(struct balancer *balancer)
{
	bool is_done = false;

	for (size_t pass = 0; pass < 2 && !is_done; pass++) {
		is_done = true;
		for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
			if (balancer->instances[i].socket)
				is_done &= flush_instance(balancer, &balancer->instances[i]);
	}
}

static struct bus_instance *
instance_find(struct balancer *balancer, const char *address)
{
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		if (strcmp(balancer->instances[i].address, address) == 0)
			return &balancer->instances[i];
	return NULL;
}

static void
open_and_watch(struct balancer *balancer, struct bus_instance *instance, const char *address)
{
	bool is_open = instance_open(instance, address);

	if (is_open) {
		bus_wake_watch(balancer->wake, instance->fd);
		return;
	}
	if (!balancer->is_short_of_fds)
		log_write(LOG_ERROR, "bus.out_of_descriptors", LOG_TEXT("service", balancer->service),
		    LOG_TEXT("address", instance->address));
	balancer->is_short_of_fds = true;
}

static void
want_one(struct balancer *balancer, const char *address)
{
	struct bus_instance *instance = instance_find(balancer, address);

	if (!instance)
		instance = instance_find(balancer, ""); /* a free slot */
	if (!instance)
		return;
	instance->is_unlisted = false;
	if (!instance->socket)
		open_and_watch(balancer, instance, address);
}

void
balancer_want(struct balancer *balancer, const struct bus_endpoints *fixed, const struct bus_endpoints *found)
{
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		balancer->instances[i].is_unlisted = true;
	for (size_t i = 0; i < fixed->n; i++)
		want_one(balancer, fixed->items[i].address);
	for (size_t i = 0; i < found->n; i++)
		want_one(balancer, found->items[i].address);
	balancer->is_short_of_fds = false;
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++) {
		struct bus_instance *instance = &balancer->instances[i];
		if (instance->is_unlisted && !instance->socket)
			*instance = (struct bus_instance){ .fd = -1 };
		balancer->is_short_of_fds |= instance->address[0] && !instance->socket;
	}
}

/* A query gets its second try; of everything else it is unknown whether it was done. */
static void
settle_sent(struct balancer *balancer, struct bus_instance *instance)
{
	for (size_t n = instance->sent.n; n > 0; n--) {
		struct call *call = instance->sent.head;
		call_list_remove(call);
		if (!call->is_retryable) {
			call_finish_later(balancer->calls, call, BUS_LOST);
			continue;
		}
		call->is_retryable = false;
		balancer_call(balancer, call);
	}
}

static void
close_and_settle(struct balancer *balancer, struct bus_instance *instance)
{
	bus_wake_unwatch(balancer->wake, instance->fd);
	instance_close(instance);
	settle_sent(balancer, instance);
	balancer_all(balancer, &instance->pending);
}

void
balancer_lose(struct balancer *balancer, struct bus_instance *instance, const char *cause)
{
	bool is_expected = instance->is_draining && instance->sent.n == 0;

	if (instance->is_live)
		log_write(is_expected ? LOG_INFO : LOG_WARN, "bus.instance_lost",
		    LOG_TEXT("service", balancer->service), LOG_TEXT("address", instance->address),
		    LOG_TEXT("cause", cause), LOG_INT("unanswered", (int64_t)instance->sent.n));
	close_and_settle(balancer, instance);
	/* A fresh socket: no reply of the old connection can meet a call of the new one. */
	open_and_watch(balancer, instance, instance->address);
	balancer->generation++;
}

void
balancer_drop(struct balancer *balancer, struct bus_instance *instance)
{
	close_and_settle(balancer, instance);
	*instance = (struct bus_instance){ .fd = -1 };
	balancer->generation++;
}
