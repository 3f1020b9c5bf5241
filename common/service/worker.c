/* The threads that serve, and the two connections of each: a tenant's work and the service's own are different roles. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "clock.h"
#include "fair.h"
#include "http_client.h"
#include "service_internal.h"

struct db *
worker_db(const struct service *service, const char *name, bool is_system)
{
	const struct service_settings *settings = &service->settings;
	struct db *db = db_new(is_system ? settings->system_database_url : settings->database_url, name);

	db_follow_file(db, getenv(is_system ? "WORDCLAW_SYSTEM_DATABASE_URL_FILE" : "WORDCLAW_DATABASE_URL_FILE"));
	return db;
}

void
worker_init(struct worker *worker, struct service *service, const char *name)
{
	*worker = (struct worker){ .service = service, .db = worker_db(service, name, false), .system_db = worker_db(service, name, true) };
}

void
worker_release(struct worker *worker)
{
	for (size_t i = 0; i < PEER_SERVICES_MAX; i++)
		bus_client_free(worker->peers[i]);
	for (size_t i = 0; i < sizeof(worker->http) / sizeof(worker->http[0]); i++)
		http_client_free(worker->http[i]);
	db_free(worker->db);
	db_free(worker->system_db);
}

/* ---- the pools ---- */

static void
hand_back(struct service *service, struct job **jobs, size_t n)
{
	struct job_chain chain = { NULL, NULL };

	for (size_t i = 0; i < n; i++)
		chain_add(&chain, jobs[i]);
	if (!queue_push(&service->done, &chain))
		return; /* the bus thread has been told and did not look yet */
	(void)eventfd_write(service->done_fd, 1);
}

static void *
serve(void *context)
{
	struct worker *worker = context;
	struct service *service = worker->service;
	bool is_writer = worker->queue != &service->reads && worker->queue != &service->slow;
	struct job *jobs[BATCH_MAX > GROUP_MAX ? BATCH_MAX : GROUP_MAX];
	size_t n_max = (size_t)(is_writer ? service->settings.group_max : service->settings.batch_max);

	for (;;) {
		size_t n = queue_take(worker->queue, jobs, n_max, is_writer ? dispatch_fits_write : dispatch_fits_read);
		if (n == 0)
			return NULL;
		int64_t began_us = clock_thread_us();
		metric_add(worker->busy, 1);
		if (is_writer)
			n = dispatch_writes(worker, jobs, n);
		else
			dispatch_reads(worker, jobs, n);
		metric_add(worker->busy, -1);
		fair_note(jobs, n, clock_thread_us() - began_us);
		hand_back(service, jobs, n);
	}
}

static void
start_worker(struct service *service, struct worker *worker, struct job_queue *queue, const char *kind)
{
	char name[64], labels[32];

	(void)snprintf(name, sizeof(name), "wordclaw-%s %s", service->definition->name, kind);
	(void)snprintf(labels, sizeof(labels), "pool=\"%s\"", kind);
	worker_init(worker, service, name);
	worker->queue = queue;
	worker->busy = metric_gauge("wordclaw_pool_busy", "Workers, each with its database connections, that are serving.", labels);
	metric_add(metric_gauge("wordclaw_pool_size", "Workers of the pool.", labels), 1);
	if (pthread_create(&worker->thread, NULL, serve, worker) != 0)
		abort();
}

static void
stop_worker(struct worker *worker)
{
	pthread_join(worker->thread, NULL);
	worker_release(worker);
}

static bool
has_slow(const struct service *service)
{
	for (size_t i = 0; i < service->n_rows; i++) {
		if (service->rows[i]->operation->flags & OPERATION_SLOW)
			return true;
	}
	return false;
}

void
workers_start(struct service *service)
{
	const struct service_settings *settings = &service->settings;

	queue_init(&service->done);
	queue_init(&service->reads);
	queue_init(&service->slow);
	queue_init(&service->long_writes);
	for (int64_t i = 0; i < settings->write_workers; i++)
		queue_init(&service->writes[i]);
	for (int64_t i = 0; i < settings->read_workers; i++)
		start_worker(service, &service->read_workers[i], &service->reads, "read");
	for (int64_t i = 0; i < settings->write_workers; i++)
		start_worker(service, &service->write_workers[i], &service->writes[i], "write");
	service->n_slow_workers = has_slow(service) ? SLOW_WORKERS : 0;
	for (size_t i = 0; i < service->n_slow_workers; i++)
		start_worker(service, &service->slow_workers[i], &service->slow, "slow");
	start_worker(service, &service->long_worker, &service->long_writes, "long");
}

void
workers_stop(struct service *service)
{
	const struct service_settings *settings = &service->settings;

	queue_close(&service->reads);
	queue_close(&service->slow);
	for (int64_t i = 0; i < settings->write_workers; i++)
		queue_close(&service->writes[i]);
	for (int64_t i = 0; i < settings->read_workers; i++)
		stop_worker(&service->read_workers[i]);
	for (int64_t i = 0; i < settings->write_workers; i++)
		stop_worker(&service->write_workers[i]);
	for (size_t i = 0; i < service->n_slow_workers; i++)
		stop_worker(&service->slow_workers[i]);
	queue_close(&service->long_writes); /* nothing is moved any more */
	stop_worker(&service->long_worker);
}
