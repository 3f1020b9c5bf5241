/* The limit: libmicrohttpd and libpq with nothing between them.  A pool of threads, a connection each; GET /static answers
 * from memory, GET /api/content-items/ID with one statement: no key, no tenant, no policy, no other process.  PUT /file takes a file, GET /file gives it out
 * from the page cache.
 * Usage: bare PORT CONNINFO TENANT [FILE] */
#include <fcntl.h>
#include <microhttpd.h>
#include <postgresql/libpq-fe.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 4, STATIC_BYTES = 1536, POOL_BYTES = 8192 };

static const char item_sql[] =
    "SELECT json_build_object('id', i.id, 'contentTypeId', i.content_type_id, 'status', i.status, 'version', i.version)::text,"
    " i.data::text FROM content.content_items i WHERE i.domain_id = $2::integer AND i.id = $1::integer";
static const char item_path[] = "/api/content-items/";
static char static_body[STATIC_BYTES + 1];
static const char file_path[] = "/file";
static const char *conninfo, *tenant, *file;
static _Thread_local PGconn *conn;

static PGconn *
connection(void)
{
	if (conn)
		return conn;
	conn = PQconnectdb(conninfo);
	PGresult *prepared = PQprepare(conn, "item", item_sql, 2, NULL);
	if (PQresultStatus(prepared) != PGRES_COMMAND_OK) {
		(void)fprintf(stderr, "bare: %s", PQerrorMessage(conn));
		exit(1);
	}
	PQclear(prepared);
	return conn;
}

static struct MHD_Response *
item_response(const char *id, unsigned *ret_status)
{
	const char *values[] = { id, tenant };
	PGresult *result = PQexecPrepared(connection(), "item", 2, values, NULL, NULL, 0);
	char *body = NULL;
	int n = -1;

	*ret_status = MHD_HTTP_NOT_FOUND;
	if (PQntuples(result) == 1) {
		const char *head = PQgetvalue(result, 0, 0);
		n = asprintf(&body, "{\"data\":%.*s,\"data\":%s}}", (int)strlen(head) - 1, head, PQgetvalue(result, 0, 1));
		*ret_status = MHD_HTTP_OK;
	}
	PQclear(result);
	if (n < 0)
		return MHD_create_response_from_buffer(0, static_body, MHD_RESPMEM_PERSISTENT);
	return MHD_create_response_from_buffer((size_t)n, body, MHD_RESPMEM_MUST_FREE);
}

static struct MHD_Response *
file_response(unsigned *ret_status)
{
	struct stat found;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, &found) == 0)
		return MHD_create_response_from_fd64((uint64_t)found.st_size, fd);
	*ret_status = MHD_HTTP_NOT_FOUND;
	return MHD_create_response_from_buffer(0, static_body, MHD_RESPMEM_PERSISTENT);
}

/* As much of an upload as has come. */
static bool
take(FILE *out, const char *bytes, size_t n)
{
	return fwrite(bytes, 1, n, out) == n;
}

static bool
finish(FILE *out)
{
	bool is_kept = fflush(out) == 0 && fsync(fileno(out)) == 0;
	return fclose(out) == 0 && is_kept;
}

static struct MHD_Response *
response_to(const char *url, FILE *out, unsigned *ret_status)
{
	if (out)
		*ret_status = finish(out) ? MHD_HTTP_CREATED : MHD_HTTP_INTERNAL_SERVER_ERROR;
	else if (strcmp(url, file_path) == 0)
		return file_response(ret_status);
	else if (strncmp(url, item_path, sizeof(item_path) - 1) == 0)
		return item_response(url + sizeof(item_path) - 1, ret_status);
	return MHD_create_response_from_buffer(STATIC_BYTES, static_body, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result
answer(void *context, struct MHD_Connection *client, const char *url, const char *method, const char *version,
    const char *upload, size_t *n_upload, void **state)
{
	static int seen;
	unsigned status = MHD_HTTP_OK;

	(void)context, (void)version;
	if (!*state) {
		*state = strcmp(method, "PUT") == 0 && file ? (void *)fopen(file, "we") : (void *)&seen;
		return *state ? MHD_YES : MHD_NO;
	}
	FILE *out = *state == &seen ? NULL : *state;
	if (*n_upload > 0) {
		bool is_taken = !out || take(out, upload, *n_upload);
		*n_upload = 0;
		return is_taken ? MHD_YES : MHD_NO;
	}
	struct MHD_Response *response = response_to(url, out, &status);
	(void)MHD_add_response_header(response, "Content-Type", "application/json; charset=utf-8");
	enum MHD_Result queued = MHD_queue_response(client, status, response);
	MHD_destroy_response(response);
	return queued;
}

int
main(int argc, char **argv)
{
	sigset_t ends;
	int number;

	if (argc != 4 && argc != 5)
		return 2;
	conninfo = argv[2];
	tenant = argv[3];
	file = argc == 5 ? argv[4] : NULL;
	memset(static_body, 'x', STATIC_BYTES);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
	struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (uint16_t)atoi(argv[1]), NULL, NULL, answer, NULL,
	    MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_END);
	if (!daemon)
		return 1;
	(void)sigwait(&ends, &number);
	MHD_stop_daemon(daemon);
	return 0;
}
