/* Event consumers: pull from a publisher, apply, and move the position, all in one transaction.
 * Two instances racing cannot apply twice: the position moves by compare-and-set. */
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "common_proto.h"
#include "log.h"
#include "service_internal.h"
#include "set_aside.h"

struct inbox_row {
	int64_t epoch, seq;
	const char *snapshot, *next_xid; /* the publisher's: only it reads them */
};

static const struct shape_field inbox_fields[] = {
	{ .name = "epoch", .column = "epoch", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct inbox_row, epoch) },
	{ .name = "seq", .column = "seq", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct inbox_row, seq) },
	{ .name = "snapshot", .column = "snapshot", .type = SHAPE_TEXT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct inbox_row, snapshot) },
	{ .name = "nextXid", .column = "next_xid", .type = SHAPE_TEXT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct inbox_row, next_xid) },
};
static const struct shape inbox_shape = { "inbox_row", sizeof(struct inbox_row), inbox_fields, 4 };

static const struct db_statement add_statement = { "inbox_add",
	"INSERT INTO inbox (publisher) VALUES ($1) ON CONFLICT DO NOTHING", DB_EXEC, 1, NULL };
static const struct db_statement get_statement = { "inbox_get",
	"SELECT epoch, seq, snapshot, next_xid FROM inbox WHERE publisher = $1", DB_FIND, 1, &inbox_shape };
static const struct db_statement move_statement = { "inbox_move",
	"UPDATE inbox SET epoch = $5, seq = $6, snapshot = $7, next_xid = $8, updated_at = now() "
	"WHERE publisher = $1 AND epoch = $2 AND seq = $3 AND snapshot = $4", DB_EXEC, 8, NULL };

struct consumer_thread {
	struct worker worker;
	const struct consumer *consumer;
	const char *publisher;
	int n_refused;                 /* turns in a row whose events could not be applied */
	struct arena *arena;
	struct bus_subscriber *pokes;
	struct metric *applied, *failures, *lag_ms;
	struct inbox_row position;     /* its texts are malloc'd */
	uint64_t n_begun, n_met, n_failed; /* turns, under waiting.lock: the last one begun, that found nothing new, that failed */
	bool is_known; /* position was read since start or the last failure */
	bool was_failing;
};

enum { CONSUMERS_MAX = 16, APPLY_TIMEOUT_MS = 5000, RETRY_MS = 200, GATHER_MS = 10, REFUSED_MAX = 3, PULL_BYTES_MAX = 1024 * 1024, CATCH_UP_S = 1 };
static struct consumer_thread threads[CONSUMERS_MAX];
static size_t n_threads;

/* Reads that want what was committed before them. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t turned;
	_Atomic size_t n;
} waiting = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };

/* Keeps copies of the texts. */
static void
set_position(struct consumer_thread *self, const struct inbox_row *position)
{
	char *snapshot = strdup(position->snapshot), *next_xid = strdup(position->next_xid);

	assert(snapshot && next_xid);
	free((char *)self->position.snapshot);
	free((char *)self->position.next_xid);
	self->position = (struct inbox_row){ position->epoch, position->seq, snapshot, next_xid };
}

static const struct error *
read_position(struct request *req, void *context)
{
	struct consumer_thread *self = context;
	const struct inbox_row *row;

	query_send(req, &add_statement, PARAMS(P_TEXT(self->publisher)));
	const struct error *error = query_find(req, &get_statement, PARAMS(P_TEXT(self->publisher)), &row);
	if (error)
		return error;
	set_position(self, row);
	return NULL;
}

struct application {
	struct consumer_thread *self;
	const struct events_pull_response *pulled;
	bool was_moved_by_another;
};

static bool
is_wanted(const char *const *types, const char *type)
{
	for (; *types; types++) {
		size_t n = strlen(*types);
		if (strcmp(*types, type) == 0 || (n > 1 && (*types)[n - 1] == '*' && strncmp(*types, type, n - 1) == 0))
			return true;
	}
	return false;
}

static struct shape_list
wanted(struct request *req, const struct consumer *consumer, const struct shape_list *all)
{
	struct event_record *list = ARENA_ARRAY(req->arena, struct event_record, all->n);
	size_t n = 0;

	if (!consumer->types)
		return *all;
	for (size_t i = 0; i < all->n; i++) {
		const struct event_record *event = (const struct event_record *)all->items + i;
		if (is_wanted(consumer->types, event->type))
			list[n++] = *event;
	}
	return (struct shape_list){ list, n };
}

static const struct error *
apply_and_move(struct request *req, void *context)
{
	struct application *application = context;
	struct consumer_thread *self = application->self;
	const struct events_pull_response *pulled = application->pulled;
	int64_t n_moved;

	/* The position first: its row lock makes a second instance wait here and then find it moved. */
	const struct error *error = query_exec(req, &move_statement,
	    PARAMS(P_TEXT(self->publisher), P_INT(self->position.epoch), P_INT(self->position.seq),
	        P_TEXT(self->position.snapshot), P_INT(pulled->epoch), P_INT(pulled->seq), P_TEXT(pulled->snapshot),
	        P_TEXT(pulled->next_xid)), &n_moved);
	if (error)
		return error;
	if (n_moved != 1) {
		application->was_moved_by_another = true;
		return FAIL(req, SERVICE_UNAVAILABLE, "another instance moved the position");
	}
	const struct shape_list events = wanted(req, self->consumer, &pulled->events);
	if (events.n == 0)
		return NULL;
	return self->n_refused < REFUSED_MAX ? apply_unblocked(req, self->consumer, self->publisher, events.items, events.n)
	                                     : apply_one_by_one(req, self->consumer, self->publisher, events.items, events.n);
}

static const struct error *
pull(struct consumer_thread *self, struct request *req, struct events_pull_response *pulled)
{
	const struct operation *operation = &operation_events_pull;
	struct operation addressed = *operation;
	int64_t max_bytes = PULL_BYTES_MAX;
	bool from_now = self->consumer->from_now && self->position.seq == 0 && strcmp(self->position.snapshot, "1:1:") == 0;
	struct events_pull_request in = { .consumer = self->worker.service->definition->name,
		.epoch = self->position.epoch, .seq = self->position.seq, .snapshot = self->position.snapshot,
		.next_xid = self->position.next_xid, .limit = CONSUMER_PULL_MAX, .max_bytes = &max_bytes, .from_now = &from_now };

	addressed.service = self->publisher;
	req->deadline_us = clock_now_us() + 2000 * 1000;
	return request_call(req, &addressed, &in, NULL, pulled);
}

static void
advance(struct consumer_thread *self, const struct events_pull_response *pulled)
{
	set_position(self, &(struct inbox_row){ pulled->epoch, pulled->seq, pulled->snapshot, pulled->next_xid });
	metric_add(self->applied, (int64_t)pulled->events.n);
	service_poke(); /* what was made of them is news as well */
	if (pulled->events.n == 0)
		return;
	const struct event_record *last = (const struct event_record *)pulled->events.items + (pulled->events.n - 1);
	metric_set(self->lag_ms, (clock_now_us() - last->occurred_at) / 1000);
}

/* One turn.  Events applied, 0 when there is nothing to do, -1 when it has to be tried again later. */
static int
turn(struct consumer_thread *self, const struct error **ret_error)
{
	struct request req;
	struct events_pull_response pulled = { 0 };

	if (!self->is_known) {
		*ret_error = transaction_run(&self->worker, self->arena, APPLY_TIMEOUT_MS, read_position, self);
		if (*ret_error)
			return -1;
		self->is_known = true;
	}
	request_init(&req, &self->worker, self->arena, NULL);
	*ret_error = pull(self, &req, &pulled);
	if (*ret_error)
		return -1;
	if (pulled.events.n == 0) {
		metric_set(self->lag_ms, 0);
		if (strcmp(pulled.snapshot, self->position.snapshot) == 0)
			return 0;
		/* A consumer from now on: its position moves to where the publisher is. */
	}
	struct application application = { .self = self, .pulled = &pulled };
	*ret_error = transaction_run(&self->worker, self->arena, APPLY_TIMEOUT_MS, apply_and_move, &application);
	if (*ret_error) {
		self->is_known = false; /* the commit may have happened: ask the database where we are */
		if (application.was_moved_by_another)
			*ret_error = NULL;
		else if ((*ret_error)->info != &error_catalogue[ERROR_SERVICE_UNAVAILABLE])
			self->n_refused++;
		return *ret_error ? -1 : 1;
	}
	self->n_refused = 0;
	advance(self, &pulled);
	return (int)pulled.events.n;
}

static void
note_failure(struct consumer_thread *self, const struct error *error)
{
	metric_add(self->failures, 1);
	if (!self->was_failing)
		log_write(LOG_WARN, "consumer.failing", LOG_TEXT("publisher", self->publisher),
		    LOG_TEXT("message", error->message), LOG_TEXT("cause", error->cause), LOG_TEXT("where", error->where));
	self->was_failing = true;
}

static void
begin_turn(struct consumer_thread *self)
{
	(void)pthread_mutex_lock(&waiting.lock);
	self->n_begun++;
	(void)pthread_mutex_unlock(&waiting.lock);
}

static void
end_turn(struct consumer_thread *self, int n_applied)
{
	if (n_applied > 0)
		return;
	(void)pthread_mutex_lock(&waiting.lock);
	*(n_applied == 0 ? &self->n_met : &self->n_failed) = self->n_begun;
	(void)pthread_cond_broadcast(&waiting.turned);
	(void)pthread_mutex_unlock(&waiting.lock);
}

/* Under the lock: some publisher's turn of this number, or a later one, is still to come. */
static bool
is_awaited(const uint64_t wanted[])
{
	for (size_t i = 0; i < n_threads; i++)
		if (threads[i].n_met < wanted[i] && threads[i].n_failed < wanted[i])
			return true;
	return false;
}

bool
request_catch_up(struct request *req)
{
	uint64_t wanted[CONSUMERS_MAX];
	struct timespec until;
	bool is_met = true;

	assert(!req->in_transaction);
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += CATCH_UP_S;
	atomic_fetch_add(&waiting.n, 1);
	(void)pthread_mutex_lock(&waiting.lock);
	for (size_t i = 0; i < n_threads; i++) {
		wanted[i] = threads[i].n_begun + 1; /* the one under way may have asked before us */
		bus_subscriber_wake(threads[i].pokes);
	}
	while (is_awaited(wanted) && pthread_cond_clockwait(&waiting.turned, &waiting.lock, CLOCK_MONOTONIC, &until) == 0)
		continue;
	for (size_t i = 0; i < n_threads; i++)
		is_met &= threads[i].n_met >= wanted[i];
	(void)pthread_mutex_unlock(&waiting.lock);
	atomic_fetch_sub(&waiting.n, 1);
	return is_met;
}

static void *
consume(void *context)
{
	struct consumer_thread *self = context;
	struct service *service = self->worker.service;

	while (!atomic_load(&service->stopping)) {
		const struct error *error = NULL;
		begin_turn(self);
		int n = turn(self, &error);
		end_turn(self, n);
		if (n < 0)
			note_failure(self, error);
		else if (self->was_failing) {
			log_write(LOG_INFO, "consumer.recovered", LOG_TEXT("publisher", self->publisher));
			self->was_failing = false;
		}
		arena_reset(self->arena);
		if (n < 0)
			(void)bus_subscriber_wait(self->pokes, RETRY_MS);
		/* The first of many is told at once, the others together: a pull and its transaction cost as much as applying ten of them. */
		if (n > 0 && n < CONSUMER_PULL_MAX && atomic_load(&waiting.n) == 0)
			(void)poll(NULL, 0, GATHER_MS);
		if (n == 0)
			(void)bus_subscriber_wait(self->pokes, (int)service->settings.consumer_poll_ms);
	}
	return NULL;
}

static void
start_consumer(struct service *service, const struct consumer *consumer, const char *publisher)
{
	struct consumer_thread *self = &threads[n_threads++];
	char labels[64], space[PEER_ENDPOINT_BYTES];

	(void)snprintf(labels, sizeof(labels), "publisher=\"%s\"", publisher);
	*self = (struct consumer_thread){
		.consumer = consumer,
		.publisher = publisher,
		.arena = arena_new(4 * (size_t)REQUEST_ARENA_BYTES),
		.pokes = bus_subscriber_new(peer_endpoints(service, publisher, true, space)),
		.applied = metric_counter("wordclaw_events_applied_total", "Events applied exactly once.", labels),
		.failures = metric_counter("wordclaw_consumer_failures_total", "Turns that will be tried again.", labels),
		.lag_ms = metric_gauge("wordclaw_event_lag_milliseconds", "Age of the newest applied event when it was applied.", labels),
	};
	worker_init(&self->worker, service, publisher);
	if (!self->pokes)
		exit(2); /* malformed endpoints, already logged */
	if (pthread_create(&self->worker.thread, NULL, consume, self) != 0)
		abort();
}

static bool
has_events(const char *service)
{
	for (size_t i = 0; i < registry_n_operations; i++) {
		const struct operation *operation = registry_operations[i];
		if (strcmp(operation->service, service) == 0 && operation->events[0])
			return true;
	}
	return false;
}

void
consumers_start(struct service *service)
{
	for (size_t i = 0; i < service->definition->n_consumers; i++) {
		const struct consumer *consumer = &service->definition->consumers[i];
		if (consumer->publisher)
			start_consumer(service, consumer, consumer->publisher);
		for (size_t j = 0; !consumer->publisher && registry_services[j] && n_threads < CONSUMERS_MAX; j++) {
			if (strcmp(registry_services[j], service->definition->name) != 0 && has_events(registry_services[j]))
				start_consumer(service, consumer, registry_services[j]);
		}
	}
}

void
consumers_join(struct service *service)
{
	(void)service;
	for (size_t i = 0; i < n_threads; i++) {
		pthread_join(threads[i].worker.thread, NULL);
		worker_release(&threads[i].worker);
		bus_subscriber_free(threads[i].pokes);
		free((char *)threads[i].position.snapshot);
		free((char *)threads[i].position.next_xid);
		arena_free(threads[i].arena);
	}
}
