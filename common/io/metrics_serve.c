/* Answers scrapes on the loopback address, one connection at a time, from a thread of its own. */
#include "metrics.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

enum {
	REQUEST_BYTES_MAX = 4096,
	CONNECTION_US_MAX = 1000000, /* a scraper slower than this is cut off */
	RENDER_BYTES_MAX = 4 * 1024 * 1024,
	BACKLOG = 8,
	PATH_BYTES_MAX = 4096,
};

/* Waits for the descriptor until the deadline; false when that passes first. */
static bool
wait_for(int fd, short events, int64_t deadline_us)
{
	struct pollfd item = { .fd = fd, .events = events };
	int64_t left_us = deadline_us - clock_monotonic_us();

	return left_us > 0 && poll(&item, 1, (int)(left_us / 1000) + 1) == 1;
}

/* Reads up to the blank line; false when there is none in time or in size. */
static bool
read_head(int fd, char *head, int64_t deadline_us)
{
	size_t n = 0;
	while (n < REQUEST_BYTES_MAX - 1) {
		if (!wait_for(fd, POLLIN, deadline_us))
			return false;
		ssize_t got = recv(fd, head + n, REQUEST_BYTES_MAX - 1 - n, 0);
		if (got <= 0)
			return false;
		n += (size_t)got;
		head[n] = '\0';
		if (strstr(head, "\r\n\r\n"))
			return true;
	}
	return false;
}

static void
send_all(int fd, const char *bytes, size_t n, int64_t deadline_us)
{
	while (n > 0 && wait_for(fd, POLLOUT, deadline_us)) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN)
			return;
		bytes += sent > 0 ? sent : 0;
		n -= sent > 0 ? (size_t)sent : 0;
	}
}

static void
answer(int fd, struct arena *arena)
{
	char head[REQUEST_BYTES_MAX];
	int64_t deadline_us = clock_monotonic_us() + CONNECTION_US_MAX;
	struct buf body, reply;

	if (!read_head(fd, head, deadline_us))
		return;
	bool is_found = strncmp(head, "GET /metrics ", 13) == 0 || strncmp(head, "GET / ", 6) == 0;
	buf_init(&body, arena, 16384);
	buf_init(&reply, arena, 256);
	if (is_found)
		metrics_render(&body);
	else
		buf_add_text(&body, "not found: GET /metrics\n");
	buf_printf(&reply,
	    "HTTP/1.0 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
	    "Content-Length: %zu\r\nConnection: close\r\n\r\n", is_found ? "200 OK" : "404 Not Found", body.len);
	send_all(fd, reply.bytes, reply.len, deadline_us);
	send_all(fd, body.bytes, body.len, deadline_us);
}

static void *
serve(void *argument)
{
	int listener = (int)(intptr_t)argument;
	struct arena *arena = arena_new(RENDER_BYTES_MAX);

	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0) {
			struct timespec pause = { .tv_nsec = 100000000 };
			(void)nanosleep(&pause, NULL); /* out of descriptors: do not spin */
			continue;
		}
		answer(fd, arena);
		(void)close(fd);
		arena_reset(arena);
	}
	return NULL;
}

static int
listen_on(const char *text, int port, int *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	socklen_t n = sizeof(address);
	int on = 1;

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, n) < 0 || listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &n) < 0) {
		(void)close(fd);
		return -1;
	}
	*ret_port = ntohs(address.sin_port);
	return fd;
}

/* Renamed into place, so a reader never sees half of it. */
static bool
announce(const char *process, const char *address, const char *run_dir, int port)
{
	char path[PATH_BYTES_MAX], temporary[PATH_BYTES_MAX + 8];

	if (snprintf(path, sizeof(path), "%s/%s.metrics", run_dir, process) >= (int)sizeof(path))
		return false;
	(void)snprintf(temporary, sizeof(temporary), "%s.new", path);
	FILE *file = fopen(temporary, "we");
	if (!file)
		return false;
	bool is_written = fprintf(file, "%s:%d\n", strcmp(address, "0.0.0.0") == 0 ? "127.0.0.1" : address, port) > 0;
	is_written = fclose(file) == 0 && is_written;
	return is_written && rename(temporary, path) == 0;
}

/* Signals belong to the main thread. */
static bool
start_thread(int listener)
{
	sigset_t all, before;
	pthread_t thread;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	errno = pthread_create(&thread, NULL, serve, (void *)(intptr_t)listener);
	int problem = errno;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (problem)
		return false;
	(void)pthread_detach(thread);
	return true;
}

bool
metrics_serve(const char *process, const char *address, int port, const char *run_dir)
{
	int listener = listen_on(address, port, &port);

	if (listener >= 0 && (!run_dir || announce(process, address, run_dir, port)) && start_thread(listener))
		return true;
	log_write(LOG_ERROR, "metrics.unserved", LOG_TEXT("address", address), LOG_INT("port", port), LOG_TEXT("runDir", run_dir),
	    LOG_TEXT("cause", strerror(errno)));
	if (listener >= 0)
		(void)close(listener);
	return false;
}
