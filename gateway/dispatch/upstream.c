/* Bus clients per service, and the decision when a service has enough to do. */
#include "dispatch/upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "buf.h"
#include "clock.h"
#include "metrics.h"

enum {
	SERVICES_MAX = 16,
	FEW_CALLS = 32, /* an old call alone is a slow call; an old call before many of a tenant's is a queue */
	TENANT_ROWS = 1024, /* counts that tenants share by their remainders */
};

struct upstream {
	const char *service;
	struct bus_client *client;
	struct upstreams *all;
	struct upstream_call *oldest, *newest; /* in the order they were sent */
	size_t n_outstanding;
	uint32_t n_of_tenant[TENANT_ROWS];
	uint64_t generation;
	int fds[BUS_INSTANCES_MAX];
	size_t n_fds;
	struct metric *outstanding, *live, *shed;
};

struct upstreams {
	struct upstreams_options options;
	struct upstream list[SERVICES_MAX];
	size_t n;
};

/* False when the endpoints are malformed (logged). */
static bool
init_upstream(struct upstreams *all, struct upstream *upstream, const char *service, const char *endpoints)
{
	char labels[96];

	*upstream = (struct upstream){ .service = service, .all = all, .generation = UINT64_MAX };
	upstream->client = bus_client_new(service, endpoints);
	if (!upstream->client)
		return false;
	(void)snprintf(labels, sizeof(labels), "service=\"%s\"", service);
	upstream->outstanding = metric_gauge("wordclaw_bus_outstanding", "Calls sent to a service and not answered yet.", labels);
	upstream->live = metric_gauge("wordclaw_bus_instances", "Live instances of a service.", labels);
	upstream->shed = metric_counter("wordclaw_shed_total", "Calls refused because the service had too much to do.", labels);
	return true;
}

struct upstreams *
upstreams_new(const struct upstreams_options *options)
{
	struct upstreams *upstreams = calloc(1, sizeof(*upstreams));
	if (!upstreams)
		abort();
	upstreams->options = *options;
	for (; options->services[upstreams->n] && upstreams->n < SERVICES_MAX; upstreams->n++) {
		size_t i = upstreams->n;
		if (!init_upstream(upstreams, &upstreams->list[i], options->services[i], options->endpoints[i])) {
			upstreams_free(upstreams);
			return NULL;
		}
	}
	return upstreams;
}

void
upstreams_free(struct upstreams *upstreams)
{
	for (size_t i = 0; i < upstreams->n; i++)
		bus_client_free(upstreams->list[i].client);
	free(upstreams);
}

struct upstream *
upstreams_find(const struct upstreams *upstreams, const char *service)
{
	for (size_t i = 0; i < upstreams->n; i++)
		if (strcmp(upstreams->list[i].service, service) == 0)
			return (struct upstream *)(uintptr_t)&upstreams->list[i];
	return NULL;
}

uint64_t
upstream_next_correlation(struct upstream *upstream)
{
	return bus_client_next_correlation(upstream->client);
}

static uint32_t *
n_of_tenant(struct upstream *upstream, int64_t tenant)
{
	return &upstream->n_of_tenant[(uint64_t)tenant % TENANT_ROWS];
}

static void
list_append(struct upstream *upstream, struct upstream_call *call)
{
	call->next = NULL;
	call->previous = upstream->newest;
	if (upstream->newest)
		upstream->newest->next = call;
	else
		upstream->oldest = call;
	upstream->newest = call;
	upstream->n_outstanding++;
	++*n_of_tenant(upstream, call->tenant);
}

static void
list_remove(struct upstream *upstream, struct upstream_call *call)
{
	if (call->previous)
		call->previous->next = call->next;
	else
		upstream->oldest = call->next;
	if (call->next)
		call->next->previous = call->previous;
	else
		upstream->newest = call->previous;
	upstream->n_outstanding--;
	--*n_of_tenant(upstream, call->tenant);
}

static void
on_done(void *context, enum bus_result result, const void *reply, size_t n_reply)
{
	struct upstream_call *call = context;
	list_remove(call->upstream, call);
	call->done(call->context, result, reply, n_reply);
}

/* Who has little there is not refused because others have much: services share themselves between tenants. */
static bool
has_enough_to_do(struct upstream *upstream, int64_t tenant, int64_t now_us)
{
	const struct upstreams_options *options = &upstream->all->options;
	int64_t n_own = *n_of_tenant(upstream, tenant);

	if ((int64_t)upstream->n_outstanding >= options->outstanding_max || n_own >= options->outstanding_max - options->outstanding_max / 4)
		return true;
	return n_own > FEW_CALLS && now_us - upstream->oldest->sent_us > options->queue_delay_max_us;
}

enum upstream_refusal
upstream_send(struct upstream *upstream, struct upstream_call *call, struct bus_call bus)
{
	int64_t now_us = clock_monotonic_us();

	if (has_enough_to_do(upstream, call->tenant, now_us)) {
		metric_add(upstream->shed, 1);
		return UPSTREAM_OVERLOADED;
	}
	call->upstream = upstream;
	call->sent_us = now_us;
	list_append(upstream, call);
	bus.done = on_done;
	bus.context = call;
	bus_client_call(upstream->client, &bus);
	return UPSTREAM_ACCEPTED;
}

void
upstreams_flush(struct upstreams *upstreams)
{
	for (size_t i = 0; i < upstreams->n; i++)
		bus_client_flush(upstreams->list[i].client);
}

void
upstreams_receive(struct upstreams *upstreams, uint64_t n)
{
	(void)bus_client_receive(upstreams->list[n].client);
}

/* A closed descriptor has left the set by itself, and its number may belong to somebody else by now: that is
 * why removal may fail or be refused, and why all are added anew. */
static void
watch_descriptors(struct upstream *upstream)
{
	const struct upstreams_options *options = &upstream->all->options;
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = options->epoll_tag + (uint64_t)(upstream - upstream->all->list) };

	for (size_t i = 0; i < upstream->n_fds; i++)
		(void)epoll_ctl(options->epoll_fd, EPOLL_CTL_DEL, upstream->fds[i], NULL);
	upstream->n_fds = bus_client_fds(upstream->client, upstream->fds, BUS_INSTANCES_MAX);
	for (size_t i = 0; i < upstream->n_fds; i++)
		(void)epoll_ctl(options->epoll_fd, EPOLL_CTL_ADD, upstream->fds[i], &event);
}

void
upstreams_tick(struct upstreams *upstreams, int64_t now_us)
{
	for (size_t i = 0; i < upstreams->n; i++) {
		struct upstream *upstream = &upstreams->list[i];
		bus_client_tick(upstream->client, now_us);
		uint64_t generation = bus_client_generation(upstream->client);
		if (generation != upstream->generation) {
			upstream->generation = generation;
			watch_descriptors(upstream);
		}
		metric_set(upstream->outstanding, (int64_t)upstream->n_outstanding);
		metric_set(upstream->live, (int64_t)bus_client_n_live(upstream->client));
	}
}

size_t
upstreams_states(const struct upstreams *upstreams, struct upstream_state *states, size_t n_max)
{
	size_t n = upstreams->n < n_max ? upstreams->n : n_max;
	for (size_t i = 0; i < n; i++) {
		const struct upstream *upstream = &upstreams->list[i];
		states[i] = (struct upstream_state){ upstream->service, bus_client_n_live(upstream->client), upstream->n_outstanding };
	}
	return n;
}
