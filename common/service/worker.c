/* A thread's two connections: a tenant's work and the service's own are different roles. */
#include <stdlib.h>

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
