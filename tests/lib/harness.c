/* A service's operations run in process, through the real dispatcher, on a real and freshly migrated database. */
#include "harness.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "codec/msgpack.h"
#include "common_proto.h"
#include "log.h"
#include "process/runner.h"
#include "service_internal.h"

enum { CALLS_MAX = 4096 };

struct harness {
	struct service service;
	struct worker worker;
	struct arena *arena; /* what the harness keeps */
	struct arena *calls[CALLS_MAX]; /* one per call, as large as a request's; callers keep what is in them */
	size_t n_calls;
	struct operation_metrics metrics;
	PGconn *admin;
	char database[64];
	char home[64];
};

static void
give_up(const char *what, const char *why)
{
	(void)fprintf(stderr, "harness: %s: %s\n", what, why);
	exit(3);
}

/* Steps on the runner's threads ask the same connection as the test does. */
static pthread_mutex_t admin_mutex = PTHREAD_MUTEX_INITIALIZER;

static PGresult *
execute(PGconn *connection, const char *sql)
{
	pthread_mutex_lock(&admin_mutex);
	PGresult *result = PQexec(connection, sql);
	pthread_mutex_unlock(&admin_mutex);
	return result;
}

static void
run_sql(PGconn *connection, const char *sql)
{
	PGresult *result = execute(connection, sql);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		give_up(sql, PQerrorMessage(connection));
	PQclear(result);
}

static PGconn *
connect_to(const char *url)
{
	PGconn *connection = PQconnectdb(url);

	if (PQstatus(connection) != CONNECTION_OK)
		give_up(url, PQerrorMessage(connection));
	return connection;
}

static void
migrate(struct harness *harness, const char *database)
{
	const char *bin = getenv("WORDCLAW_TEST_BIN") ? getenv("WORDCLAW_TEST_BIN") : "bin";
	char *program = arena_printf(harness->arena, "%s/wordclaw-migrate", bin);

	setenv("DATABASE_URL", arena_printf(harness->arena, "%s dbname=%s", getenv("WORDCLAW_TEST_DATABASE_URL"), database), 1);
	char *command = arena_printf(harness->arena, "'%s' >'%s/migrate.log' 2>&1 || { cat '%s/migrate.log' >&2; exit 1; }", program,
	    harness->home, harness->home);
	FILE *shell = popen(command, "r");
	if (!shell || pclose(shell) != 0)
		give_up(program, "failed");
}

/* Named by what the migrations say, so that a cluster that outlives a run has one for each. */
static char *
template_name(struct harness *harness)
{
	unsigned long sum = 0;
	FILE *shell = popen("cat migrations/*.sql migrations/*/*.sql | cksum", "r");

	if (!shell || fscanf(shell, "%lu", &sum) != 1 || pclose(shell) != 0)
		give_up("migrations", "cannot be read");
	return arena_printf(harness->arena, "wc_template_%lu", sum);
}

/* Every migration, once for all tests of a cluster: copying what came of them takes a tenth of the time. */
static void
make_database(struct harness *harness)
{
	const char *url = getenv("WORDCLAW_TEST_DATABASE_URL");

	if (!url)
		give_up("WORDCLAW_TEST_DATABASE_URL is not set", "run through `make test`, which starts a throw-away cluster");
	const char *template = template_name(harness);
	PGconn *connection = connect_to(url);
	PQclear(execute(connection, "SELECT pg_advisory_lock(1)"));
	PGresult *found = execute(connection, arena_printf(harness->arena, "SELECT FROM pg_database WHERE datname = '%s'", template));
	if (PQntuples(found) == 0) {
		run_sql(connection, "DROP DATABASE IF EXISTS wc_template");
		run_sql(connection, "CREATE DATABASE wc_template");
		migrate(harness, "wc_template");
		run_sql(connection, arena_printf(harness->arena, "ALTER DATABASE wc_template RENAME TO %s", template));
	}
	PQclear(found);
	(void)snprintf(harness->database, sizeof(harness->database), "wc_%s_%d", harness->service.definition->name, (int)getpid());
	run_sql(connection, arena_printf(harness->arena, "CREATE DATABASE %s TEMPLATE %s", harness->database, template));
	PQfinish(connection); /* and the lock is released */
	harness->admin = connect_to(arena_printf(harness->arena, "%s dbname=%s", url, harness->database));
}

static void
make_home(struct harness *harness)
{
	(void)snprintf(harness->home, sizeof(harness->home), "/tmp/wchXXXXXX");
	if (!mkdtemp(harness->home))
		give_up(harness->home, "cannot be made");
	setenv("WORDCLAW_HOME", harness->home, 1);
}

static char *
read_dsn(struct harness *harness, const char *role)
{
	char *path = arena_printf(harness->arena, "%s/secrets/%s%s.dsn", harness->home, harness->service.definition->name, role);
	char *text = arena_alloc(harness->arena, 1024);
	FILE *file = fopen(path, "r");

	if (!file || !fgets(text, 1024, file))
		give_up(path, "cannot be read");
	(void)fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

struct harness *
harness_start(const struct service_definition *definition)
{
	struct harness *harness = calloc(1, sizeof(*harness));
	struct service *service = &harness->service;

	if (!harness)
		give_up("calloc", "no memory");
	log_init(definition->name, LOG_ERROR);
	secret_init();
	service->definition = definition;
	harness->arena = arena_new((size_t)1 << 30);
	make_home(harness);
	make_database(harness);
	migrate(harness, harness->database); /* roles and secrets: what a copy has not */
	if (!settings_load(definition->settings, definition->n_settings) || (definition->start && !definition->start()))
		give_up(definition->name, "does not start");
	service->settings.outbox_keep_days = 7;
	char path[64];
	(void)snprintf(path, sizeof(path), "/tmp/wcharness%d.key", (int)getpid());
	service->master_key = key_ring_load(path);
	(void)unlink(path); /* what was read stays */
	service->groups = service->grouped = service->batches = service->batched = service->reruns =
	    metric_counter("harness_total", "Whatever the dispatcher counts.", NULL);
	harness->metrics = (struct operation_metrics){ service->groups, service->groups, service->groups,
		metric_histogram("harness_seconds", "Whatever the dispatcher measures.", NULL) };
	service->settings.database_url = read_dsn(harness, "");
	service->settings.system_database_url = read_dsn(harness, "_system");
	worker_init(&harness->worker, service, "harness");
	return harness;
}

void
harness_stop(struct harness *harness)
{
	worker_release(&harness->worker);
	key_ring_free(harness->service.master_key);
	PQfinish(harness->admin);
	PGconn *connection = PQconnectdb(getenv("WORDCLAW_TEST_DATABASE_URL"));
	char sql[128];
	(void)snprintf(sql, sizeof(sql), "DROP DATABASE %s (FORCE)", harness->database);
	run_sql(connection, sql);
	PQfinish(connection);
	FILE *shell = popen(arena_printf(harness->arena, "rm -rf '%s'", harness->home), "r");
	if (shell)
		(void)pclose(shell);
	for (size_t i = 0; i < harness->n_calls; i++)
		arena_free(harness->calls[i]);
	arena_free(harness->arena);
	free(harness);
}

static struct job *
make_job(struct harness *harness, const struct operation *operation, const struct principal *principal, const void *in)
{
	if (harness->n_calls == CALLS_MAX)
		give_up(operation->id, "too many calls of one harness");
	struct arena *arena = harness->calls[harness->n_calls++] = arena_new(REQUEST_ARENA_BYTES);
	struct job *job = ARENA_NEW(arena, struct job);
	const struct service_definition *definition = harness->service.definition;
	struct buf input;

	job->arena = arena;
	for (size_t i = 0; i < definition->n_operations; i++) {
		if (definition->operations[i].operation == operation)
			job->row = &definition->operations[i];
	}
	if (operation == &operation_events_pull)
		job->row = &outbox_pull_operation; /* every service's */
	if (!job->row)
		give_up(operation->id, "is no operation of this service");
	buf_init(&input, job->arena, 256);
	codec_msgpack_write(&input, operation->request, in);
	job->envelope = (struct envelope_request){ .op = operation->id, .request_id = "harness", .surface = "rest",
		.deadline_us = clock_now_us() + 10 * 1000000, .principal = *principal, .input = input.bytes, .n_input = input.len };
	job->metrics = &harness->metrics;
	job->received_us = clock_monotonic_us();
	/* Through the wire format, as a worker gets it. */
	const char *problem;
	job->in = arena_alloc(job->arena, operation->request->size + 1);
	job->out = arena_alloc(job->arena, operation->response->size + 1);
	if (!codec_msgpack_read(job->arena, operation->request, input.bytes, input.len, job->in, &problem))
		give_up(operation->id, problem);
	return job;
}

const struct error *
harness_run(struct harness *harness, const struct operation *operation, struct harness_call *call, const void *in, const void **ret_out)
{
	struct job *job = make_job(harness, operation, call->principal, in);

	job->envelope.idempotency_key = call->idempotency_key;
	job->envelope.dry_run = call->dry_run;
	if (operation->tx == OPERATION_TX_WRITE)
		dispatch_writes(&harness->worker, &job, 1);
	else
		dispatch_reads(&harness->worker, &job, 1);
	call->is_replayed = job->is_replayed;
	call->effects = call->dry_run && !job->error ? outbox_effects(&job->req) : NULL;
	/* Read back what was encoded: a replay has no struct, and every answer must survive the wire. */
	if (!job->error) {
		const char *problem;
		void *out = arena_alloc(harness->arena, operation->response->size + 1);
		if (!codec_msgpack_read(harness->arena, operation->response, job->output, job->n_output, out, &problem))
			give_up(operation->id, problem);
		*ret_out = out;
	}
	return job->error;
}

void
harness_run_group(struct harness *harness, const struct operation *const operations[],
    const struct principal *const principals[], const void *const ins[], size_t n, const struct error *errors[], const void *outs[])
{
	const char *const keys[GROUP_MAX] = { NULL };

	harness_run_group_keyed(harness, operations, principals, keys, ins, n, errors, outs);
}

void
harness_run_group_keyed(struct harness *harness, const struct operation *const operations[], const struct principal *const principals[],
    const char *const keys[], const void *const ins[], size_t n, const struct error *errors[], const void *outs[])
{
	struct job *jobs[GROUP_MAX];

	for (size_t i = 0; i < n; i++) {
		jobs[i] = make_job(harness, operations[i], principals[i], ins[i]);
		jobs[i]->envelope.idempotency_key = keys[i];
	}
	for (size_t i = 1; i < n; i++)
		if (!dispatch_fits_write(jobs[0], jobs[i]))
			give_up(operations[i]->id, "does not fit into this group");
	dispatch_writes(&harness->worker, jobs, n);
	for (size_t i = 0; i < n; i++) {
		errors[i] = jobs[i]->error;
		outs[i] = jobs[i]->out;
	}
}

struct application {
	const struct error *(*apply)(struct request *req, const char *publisher, const struct event_record *events, size_t n);
	const struct error *(*run)(struct request *req);
	const char *publisher;
	const struct event_record *events;
	size_t n;
};

static const struct error *
apply_in_request(struct request *req, void *context)
{
	struct application *application = context;

	return application->run ? application->run(req) : application->apply(req, application->publisher, application->events, application->n);
}

const struct error *
harness_apply(struct harness *harness, const struct error *(*apply)(struct request *req, const char *publisher, const struct event_record *events, size_t n),
    const char *publisher, const struct event_record *events, size_t n)
{
	struct application application = { .apply = apply, .publisher = publisher, .events = events, .n = n };
	struct arena_mark mark = arena_mark(harness->arena);
	const struct error *error = transaction_run(&harness->worker, harness->arena, 10000, apply_in_request, &application);

	if (!error)
		arena_rewind(harness->arena, mark);
	return error;
}

const struct error *
harness_run_timer(struct harness *harness, const struct error *(*run)(struct request *req))
{
	struct application application = { .run = run };

	return transaction_run(&harness->worker, harness->arena, 10000, apply_in_request, &application);
}

int64_t
harness_count(struct harness *harness, const char *sql)
{
	PGresult *result = execute(harness->admin, sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
		give_up(sql, PQerrorMessage(harness->admin));
	int64_t n = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return n;
}

void
harness_execute(struct harness *harness, const char *sql)
{
	run_sql(harness->admin, sql);
}

uint64_t
harness_n_statements(const struct harness *harness)
{
	return db_n_statements(harness->worker.db) + db_n_statements(harness->worker.system_db);
}

void
harness_runner_start(struct harness *harness)
{
	outbox_init(&harness->service);
	harness->service.settings.step_workers = 4;
	harness->service.settings.step_connections = 2;
	runner_start(&harness->service);
}

void
harness_runner_stop(struct harness *harness)
{
	runner_stop(&harness->service);
}

struct act {
	int64_t tenant;
	const struct error *(*run)(struct request *req, void *context);
	void *context;
};

static const struct error *
act(struct request *req, void *context)
{
	const struct act *self = context;

	request_act_for(req, self->tenant);
	return self->run(req, self->context);
}

const struct error *
harness_act(struct harness *harness, int64_t tenant, const struct error *(*run)(struct request *req, void *context), void *context)
{
	struct act self = { tenant, run, context };

	return transaction_run(&harness->worker, harness->arena, 10000, act, &self);
}

struct principal
harness_principal(int64_t tenant, const char *scope)
{
	static const char *scopes[8][1];
	static size_t n;
	const char **list = scopes[n++ % 8];

	list[0] = scope;
	return (struct principal){ .tenant = tenant, .id = "api_key:1", .type = "api_key", .source = "db", .key_id = 1,
		.scopes = list, .n_scopes = 1 };
}
