/* The limit the item read is measured against: libmicrohttpd and libpq in one process and nothing else.
 * bare PORT CONNINFO TENANT   GET /ID answers the item with that id, one prepared statement, one connection a thread
 * bare PORT                   answers a constant text of an item's size */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_THREADS = 4, ANSWER_BYTES_MAX = 8192, STATIC_BYTES = 1700 };

static const char *conninfo, *tenant;
static char constant[STATIC_BYTES];
static __thread PGconn *connection;

static const char statement[] = "SELECT id, content_type_id, data, status, version, created_at, updated_at, last_published_version "
				"FROM content.content_items WHERE domain_id = $2::integer AND id = $1::integer";

static PGconn *
connect_once(void)
{
	if (connection)
		return connection;
	connection = PQconnectdb(conninfo);
	PGresult *result = PQprepare(connection, "item", statement, 2, NULL);
	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		(void)fprintf(stderr, "bare: %s", PQerrorMessage(connection));
		exit(1);
	}
	PQclear(result);
	return connection;
}

static int
read_item(char *answer, const char *id)
{
	const char *values[] = { id, tenant };
	PGresult *result = PQexecPrepared(connect_once(), "item", 2, values, NULL, NULL, 0);
	int n = 0;

	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		n = snprintf(answer, ANSWER_BYTES_MAX,
		    "{\"data\":{\"id\":%s,\"contentTypeId\":%s,\"data\":%s,\"status\":\"%s\",\"version\":%s,\"createdAt\":\"%s\",\"updatedAt\":\"%s\"}}",
		    PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1), PQgetvalue(result, 0, 2), PQgetvalue(result, 0, 3),
		    PQgetvalue(result, 0, 4), PQgetvalue(result, 0, 5), PQgetvalue(result, 0, 6));
	PQclear(result);
	return n;
}

static enum MHD_Result
answer(void *context, struct MHD_Connection *http, const char *url, const char *method, const char *version, const char *body,
    size_t *n_body, void **state)
{
	char text[ANSWER_BYTES_MAX];
	struct MHD_Response *response;
	(void)context, (void)method, (void)version, (void)body, (void)n_body;

	if (!*state) {
		*state = http;
		return MHD_YES;
	}
	if (conninfo)
		response = MHD_create_response_from_buffer((size_t)read_item(text, url + 1), text, MHD_RESPMEM_MUST_COPY);
	else
		response = MHD_create_response_from_buffer(sizeof(constant), constant, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result = MHD_queue_response(http, 200, response);
	MHD_destroy_response(response);
	return result;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	if (argc != 2 && argc != 4) {
		(void)fprintf(stderr, "usage: bare PORT [CONNINFO TENANT]\n");
		return 2;
	}
	address.sin_port = htons((unsigned short)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	conninfo = argc == 4 ? argv[2] : NULL;
	tenant = argc == 4 ? argv[3] : NULL;
	memset(constant, 'x', sizeof(constant));
	/* Internal polling, not epoll: its epoll mode hangs from 128 connections on. */
	struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, answer, NULL,
	    MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)N_THREADS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)8192, MHD_OPTION_END);
	if (!daemon) {
		(void)fprintf(stderr, "bare: cannot listen on port %s\n", argv[1]);
		return 1;
	}
	pause();
	return 0;
}
