/* Any bytes as the body of a form, through the library's server over a socket pair: pieces lie in memory, each part begins once and has a name, and no
 * more comes out than went in.  The first byte chooses how the boundary is written. */
#include <arpa/inet.h>
#include <assert.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/connection.h"
#include "http/form.h"

enum { INPUT_BYTES_MAX = 32 * 1024, TURNS_MAX = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

struct reading {
	struct connection connection;
	struct exchange exchange;
	struct form *form;
	size_t n_in, n_out;
	bool has_part, is_over;
};

static struct reading *reading; /* of the input under way */

static bool
take(void *context, const struct form_piece *piece)
{
	struct reading *self = context;
	char last = 0;

	assert(piece->name && (piece->is_first || self->has_part));
	self->has_part = true;
	self->n_out += piece->n;
	assert(self->n_out <= self->n_in);
	for (size_t i = 0; i < piece->n; i++)
		last = (char)(last ^ piece->bytes[i]);
	(void)strlen(piece->name);
	return piece->n < 1000 || last != 'x'; /* some want no more */
}

static enum MHD_Result
answer(void *context, struct MHD_Connection *client, const char *url, const char *method, const char *version, const char *upload, size_t *n_upload, void **state)
{
	(void)context, (void)url, (void)method, (void)version;
	if (!*state) {
		*state = reading;
		reading->connection.mhd = client;
		reading->exchange.connection = &reading->connection;
		reading->form = form_new(&reading->exchange, take, reading);
		return MHD_YES;
	}
	if (*n_upload > 0) {
		reading->n_in += *n_upload;
		bool is_good = !reading->form || form_add(reading->form, upload, *n_upload);
		*n_upload = 0;
		return is_good ? MHD_YES : MHD_NO;
	}
	(void)form_end(reading->form);
	reading->form = NULL;
	reading->is_over = true;
	struct MHD_Response *response = MHD_create_response_from_buffer(0, (void *)(uintptr_t)"", MHD_RESPMEM_PERSISTENT);
	enum MHD_Result queued = MHD_queue_response(client, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return queued;
}

static void
on_end(void *context, struct MHD_Connection *client, void **state, enum MHD_RequestTerminationCode why)
{
	(void)context, (void)client, (void)state, (void)why;
	(void)form_end(reading->form);
	reading->form = NULL;
	reading->is_over = true;
}

static void
send_all(int fd, const void *bytes, size_t n_bytes)
{
	const char *from = bytes;

	for (size_t n = 0; n < n_bytes;) {
		ssize_t sent = send(fd, from + n, n_bytes - n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent <= 0)
			return; /* the other side has closed, or it is more than the socket takes */
		n += (size_t)sent;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	static const char *const boundaries[] = { "bound", "\"bound\"", "----a-boundary", "\"", "" };
	static struct MHD_Daemon *daemon;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int ends[2];
	char head[512];

	if (n_bytes == 0 || n_bytes > INPUT_BYTES_MAX)
		return 0;
	if (!daemon)
		daemon = MHD_start_daemon(MHD_USE_NO_LISTEN_SOCKET | MHD_USE_EPOLL, 0, NULL, NULL, answer, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_END);
	int got = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends);
	assert(daemon && got == 0);
	reading = calloc(1, sizeof(*reading));
	const char *boundary = boundaries[bytes[0] % (sizeof(boundaries) / sizeof(boundaries[0]))];
	int n_head = snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=%s\r\nContent-Length: %zu\r\n\r\n", boundary, n_bytes - 1);
	send_all(ends[1], head, (size_t)n_head);
	send_all(ends[1], bytes + 1, n_bytes - 1);
	(void)shutdown(ends[1], SHUT_WR);
	assert(MHD_add_connection(daemon, ends[0], (struct sockaddr *)&address, sizeof(address)) == MHD_YES);
	for (int i = 0; i < TURNS_MAX && !reading->is_over; i++)
		(void)MHD_run(daemon);
	(void)close(ends[1]);
	for (int i = 0; i < TURNS_MAX && MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections > 0; i++)
		(void)MHD_run(daemon);
	assert(!reading->form);
	free(reading);
	reading = NULL;
	return 0;
}
