/* Collecting takes round trips to other processes, so a thread does it while the loop serves: one at a time, with a
 * deadline, whoever asks meanwhile gets the same text.  A process that does not answer is shown as down. */
#include "pages/metrics_page.h"

#include <arpa/inet.h>
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rest/answer.h"
#include "clock.h"
#include "pages/exposition.h"
#include "pages/page.h"

enum {
	PROCESSES_MAX = 64,
	TEXT_BYTES_MAX = 4 * 1024 * 1024, /* of one process */
	COLLECT_ARENA_BYTES = 64 * 1024 * 1024,
	COLLECT_US_MAX = 2000000,
	PROCESS_US_MAX = 500000,
};

struct metrics_page {
	const char *run_dir;
	bool answer_remote;
	int event_fd;
	bool is_collecting;
	pthread_t thread;
	struct arena *arena; /* the thread's while it collects */
	struct buf text;
	struct exchange *waiting;
};

struct metrics_page *
metrics_page_new(const char *run_dir, bool answer_remote)
{
	struct metrics_page *page = calloc(1, sizeof(*page));
	if (!page)
		abort();
	page->run_dir = run_dir;
	page->answer_remote = answer_remote;
	page->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert(page->event_fd >= 0);
	page->arena = arena_new(COLLECT_ARENA_BYTES);
	return page;
}

int
metrics_page_fd(const struct metrics_page *page)
{
	return page->event_fd;
}

/* ---- in the thread ---- */

static bool
wait_for(int fd, short events, int64_t deadline_us)
{
	struct pollfd item = { .fd = fd, .events = events };
	int64_t left_us = deadline_us - clock_monotonic_us();
	return left_us > 0 && poll(&item, 1, (int)(left_us / 1000) + 1) == 1;
}

static int
connect_to(int port, int64_t deadline_us)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
	socklen_t n = sizeof(error);

	if (fd < 0)
		return -1;
	bool is_good = connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)) == 0 ||
	    (errno == EINPROGRESS && wait_for(fd, POLLOUT, deadline_us) && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0);
	if (is_good)
		return fd;
	(void)close(fd);
	return -1;
}

static bool
read_all(int fd, struct buf *buf, int64_t deadline_us)
{
	char chunk[16 * 1024];

	while (buf->len < TEXT_BYTES_MAX && wait_for(fd, POLLIN, deadline_us)) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n == 0)
			return true;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (n > 0)
			buf_add(buf, chunk, (size_t)n);
	}
	return false;
}

/* The body of GET /metrics on a loopback port, or NULL. */
static const char *
fetch(struct arena *arena, int port, int64_t deadline_us)
{
	static const char request[] = "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";
	struct buf buf;
	int fd = connect_to(port, deadline_us);

	if (fd < 0)
		return NULL;
	buf_init(&buf, arena, 64 * 1024);
	bool is_read = write(fd, request, sizeof(request) - 1) == (ssize_t)sizeof(request) - 1 && read_all(fd, &buf, deadline_us);
	(void)close(fd);
	const char *body = is_read && strstr(buf.bytes, " 200 ") ? strstr(buf.bytes, "\r\n\r\n") : NULL;
	return body ? body + 4 : NULL;
}

/* "127.0.0.1:4312" in <run_dir>/<process>.metrics; 0 when there is none. */
static int
read_port(const char *run_dir, const char *file_name)
{
	char path[4096], text[64] = "";

	if (snprintf(path, sizeof(path), "%s/%s", run_dir, file_name) >= (int)sizeof(path))
		return 0;
	FILE *file = fopen(path, "re");
	if (!file)
		return 0;
	const char *line = fgets(text, sizeof(text), file);
	(void)fclose(file);
	const char *colon = line ? strrchr(line, ':') : NULL;
	int port = colon ? atoi(colon + 1) : 0;
	return port > 0 && port < 65536 ? port : 0;
}

static void
collect_process(struct metrics_page *page, struct exposition *exposition, const char *file_name, int64_t deadline_us)
{
	size_t n_name = strlen(file_name) - strlen(".metrics");
	const char *process = arena_strndup(page->arena, file_name, n_name);
	int port = read_port(page->run_dir, file_name);
	int64_t own_us = clock_monotonic_us() + PROCESS_US_MAX;
	const char *text = port ? fetch(page->arena, port, own_us < deadline_us ? own_us : deadline_us) : NULL;
	const char *up = text ? "# HELP wordclaw_process_up Whether the process answered.\n# TYPE wordclaw_process_up gauge\nwordclaw_process_up 1\n"
	                      : "# HELP wordclaw_process_up Whether the process answered.\n# TYPE wordclaw_process_up gauge\nwordclaw_process_up 0\n";

	if (text)
		exposition_add(exposition, process, text, strlen(text));
	exposition_add(exposition, process, up, strlen(up));
}

static void *
collect(void *context)
{
	struct metrics_page *page = context;
	struct exposition *exposition = exposition_new(page->arena);
	int64_t deadline_us = clock_monotonic_us() + COLLECT_US_MAX;
	DIR *directory = opendir(page->run_dir);
	const struct dirent *entry;
	const uint64_t one = 1;
	size_t n = 0;

	while (directory && n < PROCESSES_MAX && (entry = readdir(directory))) {
		size_t n_name = strlen(entry->d_name);
		if (n_name <= 8 || strcmp(entry->d_name + n_name - 8, ".metrics") != 0 || strpbrk(entry->d_name, "\"\\\n"))
			continue;
		collect_process(page, exposition, entry->d_name, deadline_us);
		n++;
	}
	if (directory)
		(void)closedir(directory);
	buf_init(&page->text, page->arena, 64 * 1024);
	exposition_write(&page->text, exposition);
	(void)!write(page->event_fd, &one, sizeof(one)); /* an eventfd takes it */
	return NULL;
}

/* ---- in the loop ---- */

void
metrics_page_deliver(struct metrics_page *page)
{
	uint64_t n;

	if (!page->is_collecting || read(page->event_fd, &n, sizeof(n)) != (ssize_t)sizeof(n))
		return;
	(void)pthread_join(page->thread, NULL);
	page->is_collecting = false;
	while (page->waiting) {
		struct exchange *exchange = page->waiting;
		page->waiting = exchange->next;
		const void *text = arena_memdup(exchange->arena, page->text.bytes, page->text.len);
		exchange_set_header(exchange, "Cache-Control", "no-store");
		exchange_answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", text, page->text.len);
	}
}

void
metrics_page_free(struct metrics_page *page)
{
	struct pollfd done = { .fd = page->event_fd, .events = POLLIN };
	if (page->is_collecting && poll(&done, 1, -1) == 1) /* within COLLECT_US_MAX */
		metrics_page_deliver(page);
	(void)close(page->event_fd);
	arena_free(page->arena);
	free(page);
}

static void
answer_metrics(struct exchange *exchange)
{
	struct metrics_page *page = exchange->gateway->metrics_page;

	if (!exchange->is_local && !page->answer_remote) {
		ANSWER_FAIL(exchange, NOT_FOUND, "no route '%s'", exchange->path);
		return;
	}
	if (!page->is_collecting) {
		arena_reset(page->arena);
		if (pthread_create(&page->thread, NULL, collect, page) != 0) {
			ANSWER_FAIL(exchange, SERVICE_UNAVAILABLE, "no thread could be started to collect the metrics");
			return;
		}
		page->is_collecting = true;
	}
	exchange->next = page->waiting;
	page->waiting = exchange;
	exchange_wait(exchange);
}

const struct page metrics_page = { .method = "GET", .path = "/metrics", .name = "metrics", .answer = answer_metrics };
