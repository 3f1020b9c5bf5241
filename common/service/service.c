/* The life of a service process: settings, the bus loop, drain. */
#include "charge.h"
#include "service.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "codec/msgpack.h"
#include "fair.h"
#include "log.h"
#include "health.h"
#include "process/runner.h"
#include "service_internal.h"

enum { RECEIVE_MAX = 256, POLL_MS = 50, DRAIN_MS = 5000, DRAIN_NOTICE_MS = 2 * BUS_HEARTBEAT_MS,
	DRAIN_QUIET_MS = 3 * BUS_HEARTBEAT_MS };

static struct service service;

/* ---- operations ---- */

static int
by_id(const void *a, const void *b)
{
	const struct service_operation *const *left = a, *const *right = b;

	return strcmp((*left)->operation->id, (*right)->operation->id);
}

static void
collect_operations(const struct service_definition *definition)
{
	assert(definition->n_operations + 3 <= OPERATIONS_MAX);
	for (size_t i = 0; i < definition->n_operations; i++)
		service.rows[service.n_rows++] = &definition->operations[i];
	service.rows[service.n_rows++] = &outbox_pull_operation;
	service.rows[service.n_rows++] = &health_ping_operation;
	service.rows[service.n_rows++] = &charge_settle_operation;
	qsort(service.rows, service.n_rows, sizeof(service.rows[0]), by_id);
	for (size_t i = 0; i < service.n_rows; i++) {
		static const char *const outcomes[] = { "ok", "refused", "failed" };
		struct metric *counters[3];
		char labels[160];
		const char *id = service.rows[i]->operation->id;
		for (size_t j = 0; j < 3; j++) {
			(void)snprintf(labels, sizeof(labels), "operation=\"%s\",outcome=\"%s\"", id, outcomes[j]);
			counters[j] = metric_counter("wordclaw_requests_total", "Requests by operation and outcome.", labels);
		}
		(void)snprintf(labels, sizeof(labels), "operation=\"%s\"", id);
		service.metrics[i] = (struct operation_metrics){ counters[0], counters[1], counters[2],
			metric_histogram("wordclaw_request_seconds", "Time inside the service, waiting included.", labels) };
	}
}

static bool
find_operation(struct job *job)
{
	size_t low = 0, high = service.n_rows;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(job->envelope.op, service.rows[middle]->operation->id);
		if (order == 0) {
			job->row = service.rows[middle];
			job->metrics = &service.metrics[middle];
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

void
service_poke(void)
{
	atomic_store(&service.has_written, true);
	(void)eventfd_write(service.done_fd, 1); /* fails at 2^64 unread ones only */
}

/* ---- bus loop ---- */

static struct job *
get_job(void)
{
	struct job *job = service.idle_jobs;

	if (job) {
		service.idle_jobs = job->next;
	} else if (service.n_jobs < (size_t)service.settings.queue_max) {
		job = calloc(1, sizeof(*job));
		if (!job)
			return NULL;
		job->arena = arena_new(REQUEST_ARENA_BYTES);
		service.n_jobs++;
	}
	if (job)
		service.n_busy++;
	return job;
}

static void
put_job(struct job *job)
{
	struct arena *arena = job->arena;

	arena_reset(arena);
	service.n_slow -= job->is_slow;
	if (job->is_inside)
		fair_leave(job);
	*job = (struct job){ .arena = arena, .next = service.idle_jobs };
	service.idle_jobs = job;
	service.n_busy--;
}

/* An answer that needs no job: unknown operation, unreadable input, no room. */
static void
refuse(struct arena *arena, const struct bus_peer *peer, uint64_t correlation, enum error_code code, const char *message)
{
	struct buf record;

	buf_init(&record, arena, 256);
	envelope_write_reply(&record, &(struct envelope_reply){ .correlation = correlation,
	    .code = error_catalogue[code].code, .message = message });
	bus_server_reply(service.bus, peer, record.bytes, record.len);
}

static uint64_t
hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = hash * 31 + (unsigned char)*text;
	return hash;
}

/* *ret_is_one: the mutations of what it names run in order. */
static uint64_t
hash_entity(const struct job *job, uint64_t hash, bool *ret_is_one)
{
	const struct operation *op = job->row->operation;

	*ret_is_one = false;
	for (size_t i = 0; i < op->request->n_fields; i++) {
		const struct shape_field *field = &op->request->fields[i];
		if (strcmp(field->name, op->entity) != 0 || !shape_is_present(field, job->in))
			continue;
		*ret_is_one = field->type == SHAPE_INT && (field->flags & SHAPE_REQUIRED);
		return field->type == SHAPE_INT ? hash * 31 + (uint64_t)shape_get_int(field, job->in) : hash_text(hash, shape_get_text(field, job->in));
	}
	return hash;
}

/* An entity's mutations always meet the same worker, so a group never waits for another group's row locks.  Where the entity is a text or may be
 * missing, any worker does them, and groups lock them in one order. */
static struct job_chain *
chain_of(struct job *job)
{
	const struct operation *op = job->row->operation;
	const char *spread = job->envelope.idempotency_key ? job->envelope.idempotency_key : job->envelope.request_id;
	uint64_t tenant = (uint64_t)job->envelope.principal.tenant;
	bool is_one = false;

	if (op->flags & OPERATION_SLOW)
		return &service.new_slow;
	if (op->tx != OPERATION_TX_WRITE)
		return &service.new_reads;
	uint64_t hash = hash_text(tenant, spread);
	job->lock_order = op->entity ? hash_entity(job, tenant, &is_one) : hash;
	if (is_one)
		hash = job->lock_order;
	return &service.new_writes[(hash ^ hash >> 17) % (uint64_t)service.settings.write_workers];
}

static bool
read_input(struct job *job, const char **ret_problem)
{
	const struct operation *op = job->row->operation;

	job->in = arena_alloc(job->arena, op->request->size ? op->request->size : 1);
	job->out = arena_alloc(job->arena, op->response->size ? op->response->size : 1);
	return codec_msgpack_read(job->arena, op->request, job->envelope.input, job->envelope.n_input, job->in, ret_problem);
}

/* What takes long waits for its turn, but a flood of it leaves room for everything else. */
static bool
admit_slow(struct job *job)
{
	if (!(job->row->operation->flags & OPERATION_SLOW))
		return true;
	if (service.n_slow >= SLOW_INSIDE_MAX)
		return false;
	job->is_slow = true;
	service.n_slow++;
	return true;
}

static size_t
share_of_tenant(void)
{
	return (size_t)service.settings.queue_max - (size_t)service.settings.queue_max / 4;
}

static void
take(void *context, const struct bus_peer *peer, const void *bytes, size_t n_bytes)
{
	struct arena *scratch = context;
	const char *problem = NULL;
	uint64_t correlation;
	struct job *job = atomic_load(&service.stopping) ? NULL : get_job();

	if (!job) {
		metric_add(service.overloaded, 1);
		if (envelope_peek_correlation(bytes, n_bytes, &correlation))
			refuse(scratch, peer, correlation, ERROR_SERVICE_OVERLOADED, "the service has as many requests as it takes");
		return;
	}
	job->peer = *peer;
	job->received_us = clock_monotonic_us();
	const void *copy = arena_memdup(job->arena, bytes, n_bytes);
	if (!envelope_read_request(job->arena, copy, n_bytes, &job->envelope)) {
		put_job(job); /* nobody to answer: not an envelope of ours */
		return;
	}
	/* One tenant's requests do not keep out the others'. */
	job->is_inside = job->envelope.principal.tenant > 0;
	if (job->is_inside && !fair_enter(job, share_of_tenant())) {
		job->is_inside = false;
		metric_add(service.overloaded, 1);
		refuse(scratch, peer, job->envelope.correlation, ERROR_SERVICE_OVERLOADED, "the service has as many requests of this tenant as it takes");
		put_job(job);
		return;
	}
	if (!find_operation(job)) {
		refuse(scratch, peer, job->envelope.correlation, ERROR_SERVICE_UNAVAILABLE, "this instance does not know the operation");
		put_job(job);
		return;
	}
	if (!admit_slow(job)) {
		metric_add(service.overloaded, 1);
		refuse(scratch, peer, job->envelope.correlation, ERROR_SERVICE_OVERLOADED, "as many wait for what takes long as the service lets wait");
		put_job(job);
		return;
	}
	if (!read_input(job, &problem)) {
		refuse(scratch, peer, job->envelope.correlation, ERROR_VALIDATION_ERROR, problem);
		put_job(job);
		return;
	}
	chain_add(chain_of(job), job);
}

/* What arrived together is handed over together: a worker finds all of it, not the first of it. */
static void
receive(struct arena *scratch)
{
	(void)bus_server_receive(service.bus, RECEIVE_MAX, take, scratch);
	(void)queue_push(&service.reads, &service.new_reads);
	(void)queue_push(&service.slow, &service.new_slow);
	for (int64_t i = 0; i < service.settings.write_workers; i++)
		(void)queue_push(&service.writes[i], &service.new_writes[i]);
	arena_reset(scratch);
}

static void
send_replies(void)
{
	uint64_t n;
	struct job *next;

	if (read(service.done_fd, &n, sizeof(n)) < 0 && errno != EAGAIN)
		abort();
	for (struct job *job = queue_take_all(&service.done); job; job = next) {
		next = job->next;
		bus_server_reply(service.bus, &job->peer, job->reply.bytes, job->reply.len);
		put_job(job);
	}
	if (atomic_exchange(&service.has_written, false))
		bus_server_poke(service.bus);
	metric_set(service.queue_depth, (int64_t)service.n_busy);
	atomic_store(&service.n_inside, service.n_busy);
}

static void
loop(int signal_fd)
{
	struct arena *scratch = arena_new(1024 * 1024);
	struct pollfd fds[] = { { bus_server_fd(service.bus), POLLIN, 0 }, { service.done_fd, POLLIN, 0 }, { signal_fd, POLLIN, 0 } };
	int64_t stop_us = 0, busy_us = 0; /* when there was work last */

	for (;;) {
		(void)poll(fds, 3, stop_us ? 5 : POLL_MS);
		if (fds[0].revents)
			receive(scratch);
		if (service.n_busy > 0)
			busy_us = clock_monotonic_us();
		if (fds[1].revents)
			send_replies();
		bus_server_flush(service.bus);
		struct signalfd_siginfo info;
		if (!stop_us && fds[2].revents && read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
			/* Keep serving while callers learn from the heartbeats that this instance is leaving. */
			stop_us = clock_monotonic_us();
			bus_server_drain(service.bus);
			log_write(LOG_INFO, "service.draining", LOG_INT("busy", (int64_t)service.n_busy));
		}
		int64_t now_us = clock_monotonic_us(), stopping_ms = stop_us ? (now_us - stop_us) / 1000 : 0;
		/* Done with what was here is not done: a caller on a loaded machine learns late, and what it sent meanwhile waits in the socket. */
		bool is_quiet = service.n_busy == 0 && now_us - busy_us > DRAIN_QUIET_MS * 1000;
		if (stop_us && ((stopping_ms > DRAIN_NOTICE_MS && is_quiet) || stopping_ms > DRAIN_MS))
			break;
	}
	arena_free(scratch);
}

/* ---- start and stop ---- */

static int
block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		abort();
	int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		abort();
	return fd;
}

static void
declare_metrics(void)
{
	service.queue_depth = metric_gauge("wordclaw_requests_inside", "Requests taken and not yet answered.", NULL);
	service.overloaded = metric_counter("wordclaw_overloaded_total", "Requests refused because the queue was full.", NULL);
	service.groups = metric_counter("wordclaw_groups_total", "Commits that several mutations shared.", NULL);
	service.grouped = metric_counter("wordclaw_grouped_total", "Mutations that shared a commit.", NULL);
	service.batches = metric_counter("wordclaw_batches_total", "Statements that several reads shared.", NULL);
	service.batched = metric_counter("wordclaw_batched_total", "Reads that shared a statement.", NULL);
	service.reruns = metric_counter("wordclaw_reruns_total", "Mutations run again after a conflict or a lost connection.", NULL);
}

static bool
prepare(const struct service_definition *definition)
{
	service.definition = definition;
	if (!service_settings_load(&service.settings, definition))
		return false;
	const char *level = service.settings.log_level;
	log_init(definition->name, strcmp(level, "debug") == 0 ? LOG_DEBUG : strcmp(level, "warn") == 0 ? LOG_WARN
	    : strcmp(level, "error") == 0 ? LOG_ERROR : LOG_INFO);
	secret_init();
	service.master_key = key_ring_load(service.settings.master_key_file);
	if (!service.master_key) {
		(void)fprintf(stderr, "wordclaw-%s: cannot read or make the key file '%s' of one to %d keys of %d bytes\n", definition->name,
		    service.settings.master_key_file, KEY_RING_MAX, SEAL_KEY_BYTES);
		return false;
	}
	const char *problem;
	if (*service.settings.bus_key_file && !bus_use_key(service.settings.bus_key_file, &problem)) {
		(void)fprintf(stderr, "wordclaw-%s: WORDCLAW_BUS_KEY_FILE: %s\n", definition->name, problem);
		return false;
	}
	if (!peers_are_reachable_safely(&service, &problem) || !trace_start(&service.settings.traces, definition->name, &problem)) {
		(void)fprintf(stderr, "wordclaw-%s: %s\n", definition->name, problem);
		return false;
	}
	declare_metrics();
	outbox_init(&service);
	health_init();
	return !definition->start || definition->start();
}

/* "content-2" of "ipc:///run/content-2.ipc": instances on one machine leave their metrics' addresses side by side. */
static const char *
instance_name(char *name, size_t size)
{
	const char *slash = strrchr(service.settings.bind_endpoint, '/');

	if (strncmp(service.settings.bind_endpoint, "ipc://", 6) != 0 || !slash || !slash[1])
		return service.definition->name;
	(void)snprintf(name, size, "%.*s", (int)strcspn(slash + 1, "."), slash + 1);
	return name;
}

static bool
start_serving(void)
{
	const char *problem = NULL;
	char name[64];

	collect_operations(service.definition);
	service.done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	service.bus = bus_server_new(service.settings.bind_endpoint, service.settings.poke_endpoint, &problem);
	if (!service.bus || service.done_fd < 0) {
		log_write(LOG_ERROR, "service.failed", LOG_TEXT("endpoint", service.settings.bind_endpoint), LOG_TEXT("message", problem));
		return false;
	}
	(void)metrics_serve(instance_name(name, sizeof(name)), service.settings.metrics_address, (int)service.settings.metrics_port, service.settings.run_dir); /* logs its own failure */
	queue_init(&service.done);
	workers_start(&service);
	consumers_start(&service);
	runner_start(&service);
	log_write(LOG_INFO, "service.ready", LOG_TEXT("endpoint", service.settings.bind_endpoint), LOG_TEXT("version", WORDCLAW_VERSION));
	return true;
}

static void
stop_serving(void)
{
	atomic_store(&service.stopping, true);
	consumers_join(&service);
	runner_stop(&service);
	workers_stop(&service);
	send_replies();
	bus_server_flush(service.bus);
	bus_server_free(service.bus);
	while (service.idle_jobs) {
		struct job *job = service.idle_jobs;
		service.idle_jobs = job->next;
		arena_free(job->arena);
		free(job);
	}
	trace_stop();
	log_write(LOG_INFO, "service.stopped", LOG_INT("unanswered", (int64_t)service.n_busy));
}

int
service_main(int argc, char **argv, const struct service_definition *definition)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		service_settings_print(definition);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("wordclaw-%s %s\n", definition->name, WORDCLAW_VERSION);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--check-config") == 0)
		return service_settings_load(&service.settings, definition) ? 0 : 2;
	bool is_ping = argc == 2 && strcmp(argv[1], "--ping") == 0;
	if (argc > 1 && !is_ping && !command_is_known(definition, argv[1])) {
		(void)fprintf(stderr, "wordclaw-%s: unknown argument '%s', see --help\n", definition->name, argv[1]);
		return 2;
	}
	int signal_fd = block_signals();
	if (!prepare(definition))
		return 2;
	if (is_ping)
		return health_ask(&service);
	if (argc > 1)
		return command_run(&service, argv[1], argc - 2, argv + 2);
	if (!start_serving())
		return 1;
	loop(signal_fd);
	stop_serving();
	return 0;
}
