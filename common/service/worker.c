/* A thread's two connections: a tenant's work and the service's own are different roles. */
#include "http_client.h"
#include "service_internal.h"

void
worker_init(struct worker *worker, struct service *service, const char *name)
{
	*worker = (struct worker){ .service = service, .db = db_new(service->settings.database_url, name),
		.system_db = db_new(service->settings.system_database_url, name) };
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
