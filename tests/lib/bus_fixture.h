/* Servers in processes of their own, and a caller's loop, for the tests of the bus. */
#ifndef BUS_FIXTURE_H
#define BUS_FIXTURE_H

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "bus/bus.h"
#include "clock.h"
#include "contract/envelope.h"
#include "log.h"

enum {
	SECOND_US = 1000000,
	WAIT_US = 5 * SECOND_US,
};

enum server_mode { SERVER_ECHO, SERVER_MUTE };

static char directory[64];
static struct arena *arena;

/* ---- fixtures ---- */

static inline void
setup(void)
{
	(void)snprintf(directory, sizeof(directory), "/tmp/test_bus.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	arena = arena_new(64 * 1024 * 1024);
	log_init("test_bus", LOG_ERROR);
}

static inline void
teardown(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	ck_assert_int_eq(system(command), 0);
	arena_free(arena);
}

static inline const char *
endpoint(const char *name)
{
	return arena_printf(arena, "ipc://%s/%s", directory, name);
}

static inline const char *
free_tcp_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, n), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &n), 0);
	(void)close(fd);
	return arena_printf(arena, "%d", ntohs(address.sin_port));
}

/* ---- servers in processes of their own ---- */

struct serving {
	struct bus_server *server;
	struct arena *arena;
	enum server_mode mode;
};

static inline void
serve_record(void *context, const struct bus_peer *peer, const void *bytes, size_t n_bytes)
{
	struct serving *serving = context;
	struct envelope_request request;
	struct buf buf;

	if (serving->mode == SERVER_MUTE)
		return;
	arena_reset(serving->arena);
	if (!envelope_read_request(serving->arena, bytes, n_bytes, &request))
		return;
	buf_init(&buf, serving->arena, 256);
	envelope_write_reply(&buf, &(struct envelope_reply){
		.correlation = request.correlation, .ok = true, .code = "", .output = request.input,
		.n_output = request.n_input,
	});
	bus_server_reply(serving->server, peer, buf.bytes, buf.len);
}

static inline void
serve_forever(const char *address, enum server_mode mode)
{
	const char *problem = "";
	struct serving serving = { .mode = mode, .arena = arena_new(64 * 1024 * 1024) };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	serving.server = bus_server_new(address, NULL, &problem);
	if (!serving.server) {
		(void)fprintf(stderr, "server: %s\n", problem);
		_exit(1);
	}
	struct pollfd item = { .fd = bus_server_fd(serving.server), .events = POLLIN };
	for (;;) {
		while (bus_server_receive(serving.server, 64, serve_record, &serving) > 0)
			bus_server_flush(serving.server);
		(void)poll(&item, 1, 10);
	}
}

static inline void
use_key(const char *path)
{
	const char *problem = "";
	if (path && !bus_use_key(path, &problem)) {
		(void)fprintf(stderr, "%s\n", problem);
		_exit(1);
	}
}

/* main calls this first: a server is this program started anew, since a fork alone inherits the caller's threads' locks. */
static inline void
serve_when_asked(int argc, char **argv)
{
	char byte;

	if (argc != 5 || strcmp(argv[1], "serve") != 0)
		return;
	int trigger = atoi(argv[4]);
	log_init("test_bus_server", LOG_ERROR);
	use_key(getenv("TEST_BUS_KEY"));
	if (trigger < 0 || read(trigger, &byte, 1) == 1)
		serve_forever(argv[2], (enum server_mode)atoi(argv[3]));
	_exit(0);
}

static inline pid_t
spawn_server(const char *address, enum server_mode mode, int trigger)
{
	char mode_text[16], trigger_text[16];
	char *arguments[] = { (char[]){ "test" }, (char[]){ "serve" }, arena_strdup(arena, address), mode_text, trigger_text, NULL };

	(void)snprintf(mode_text, sizeof(mode_text), "%d", (int)mode);
	(void)snprintf(trigger_text, sizeof(trigger_text), "%d", trigger);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)execv("/proc/self/exe", arguments);
		_exit(127);
	}
	return pid;
}

static inline pid_t
start_server(const char *address, enum server_mode mode)
{
	return spawn_server(address, mode, -1);
}

/* A process that binds when a byte arrives on *ret_trigger. */
static inline pid_t
prepare_server(const char *address, enum server_mode mode, int *ret_trigger)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	pid_t pid = spawn_server(address, mode, ends[0]);
	(void)close(ends[0]);
	*ret_trigger = ends[1];
	return pid;
}

static inline void
kill_server(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* ---- the calling side ---- */

struct outcome {
	size_t n_done[4]; /* by enum bus_result */
	int64_t last_us;
};

static inline void
count_outcome(void *context, enum bus_result result, const void *reply, size_t n_reply)
{
	struct outcome *outcome = context;

	(void)reply;
	(void)n_reply;
	outcome->n_done[result]++;
	outcome->last_us = clock_monotonic_us();
}

static inline struct bus_call
make_call(struct bus_client *client, struct outcome *outcome, bool is_retryable, int64_t timeout_us)
{
	struct buf buf;
	uint64_t correlation = bus_client_next_correlation(client);

	buf_init(&buf, arena, 512);
	envelope_write_request(&buf, &(struct envelope_request){
		.correlation = correlation, .op = "content.items.get", .request_id = "r1", .surface = "rest",
		.deadline_us = clock_now_us() + timeout_us,
		.principal = { .id = "system", .type = "system", .source = "internal" },
		.input = "\x80", .n_input = 1,
	});
	return (struct bus_call){
		.record = buf.bytes, .n_record = buf.len, .correlation = correlation,
		.deadline_us = clock_now_us() + timeout_us, .is_retryable = is_retryable,
		.done = count_outcome, .context = outcome,
	};
}

static inline void
call(struct bus_client *client, struct outcome *outcome, bool is_retryable, int64_t timeout_us)
{
	struct bus_call made = make_call(client, outcome, is_retryable, timeout_us);
	bus_client_call(client, &made);
}

/* One turn of a loop like the gateway's. */
static inline void
turn(struct bus_client *client)
{
	int fds[BUS_INSTANCES_MAX];
	struct pollfd items[BUS_INSTANCES_MAX];

	bus_client_flush(client);
	bus_client_tick(client, clock_now_us());
	while (bus_client_receive(client) > 0)
		continue;
	size_t n = bus_client_fds(client, fds, BUS_INSTANCES_MAX);
	for (size_t i = 0; i < n; i++)
		items[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	(void)poll(items, n, 5);
}

static inline void
wait_live(struct bus_client *client, size_t n)
{
	int64_t until_us = clock_monotonic_us() + WAIT_US;
	while (bus_client_n_live(client) != n && clock_monotonic_us() < until_us)
		turn(client);
	ck_assert_uint_eq(bus_client_n_live(client), n);
}

static inline void
wait_done(struct bus_client *client)
{
	int64_t until_us = clock_monotonic_us() + WAIT_US;
	while (bus_client_n_outstanding(client) > 0 && clock_monotonic_us() < until_us)
		turn(client);
	ck_assert_uint_eq(bus_client_n_outstanding(client), 0);
}

#endif
