/* The bus with real sockets and real processes that are killed, stopped and restarted. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "arena.h"
#include "bus.h"
#include "clock.h"
#include "envelope.h"
#include "log.h"

enum {
	SECOND_US = 1000000,
	N_CALLS_MAX = 2048,
	WAIT_US = 5 * SECOND_US,
};

enum server_mode { SERVER_ECHO, SERVER_MUTE };

static char directory[64];
static struct arena *arena;

/* ---- fixtures ---- */

static void
setup(void)
{
	(void)snprintf(directory, sizeof(directory), "/tmp/test_bus.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	arena = arena_new(64 * 1024 * 1024);
	log_init("test_bus", LOG_ERROR);
}

static void
teardown(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	ck_assert_int_eq(system(command), 0);
	arena_free(arena);
}

static const char *
endpoint(const char *name)
{
	return arena_printf(arena, "ipc://%s/%s", directory, name);
}

static const char *
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

static void
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

static void
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

static pid_t
start_server(const char *address, enum server_mode mode)
{
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		serve_forever(address, mode);
	return pid;
}

/* A process that binds when a byte arrives on *ret_trigger. */
static pid_t
prepare_server(const char *address, enum server_mode mode, int *ret_trigger)
{
	int ends[2];
	char byte;

	ck_assert_int_eq(pipe(ends), 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0 && read(ends[0], &byte, 1) == 1)
		serve_forever(address, mode);
	(void)close(ends[0]);
	*ret_trigger = ends[1];
	return pid;
}

static void
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

static void
count_outcome(void *context, enum bus_result result, const void *reply, size_t n_reply)
{
	struct outcome *outcome = context;

	(void)reply;
	(void)n_reply;
	outcome->n_done[result]++;
	outcome->last_us = clock_monotonic_us();
}

static struct bus_call
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

static void
call(struct bus_client *client, struct outcome *outcome, bool is_retryable, int64_t timeout_us)
{
	struct bus_call made = make_call(client, outcome, is_retryable, timeout_us);
	bus_client_call(client, &made);
}

/* One turn of a loop like the gateway's. */
static void
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

static void
wait_live(struct bus_client *client, size_t n)
{
	int64_t until_us = clock_monotonic_us() + WAIT_US;
	while (bus_client_n_live(client) != n && clock_monotonic_us() < until_us)
		turn(client);
	ck_assert_uint_eq(bus_client_n_live(client), n);
}

static void
wait_done(struct bus_client *client)
{
	int64_t until_us = clock_monotonic_us() + WAIT_US;
	while (bus_client_n_outstanding(client) > 0 && clock_monotonic_us() < until_us)
		turn(client);
	ck_assert_uint_eq(bus_client_n_outstanding(client), 0);
}

/* ---- requests and replies ---- */

START_TEST(ask_is_answered)
{
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };

	for (int i = 0; i < 100; i++) {
		struct bus_call made = make_call(client, &outcome, false, SECOND_US);
		ck_assert_int_eq(bus_client_ask(client, &made), BUS_REPLIED);
	}
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 100);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

START_TEST(thousand_concurrent_calls_are_answered)
{
	pid_t one = start_server(endpoint("a"), SERVER_ECHO);
	pid_t two = start_server(endpoint("b"), SERVER_ECHO);
	struct bus_client *client =
	    bus_client_new("content", arena_printf(arena, "%s,%s", endpoint("a"), endpoint("b")));
	struct outcome outcome = { 0 };

	wait_live(client, 2);
	for (int i = 0; i < 1000; i++)
		call(client, &outcome, false, 2 * SECOND_US);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 1000);
	bus_client_free(client);
	kill_server(one);
	kill_server(two);
}
END_TEST

START_TEST(tcp_name_reaches_every_address)
{
	const char *port = free_tcp_port();
	pid_t pid = start_server(arena_printf(arena, "tcp://127.0.0.1:%s", port), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", arena_printf(arena, "tcp://localhost:%s", port));
	struct outcome outcome = { 0 };

	wait_live(client, 1);
	call(client, &outcome, false, SECOND_US);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 1);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

/* A ROUTER without our code behind it: answers heartbeats, counts messages of records. */
struct message_count {
	size_t n_messages, n_records;
};

static void
count_message(void *router, struct message_count *count)
{
	uint8_t id[256], bytes[4096];
	int n_id = zmq_recv(router, id, sizeof(id), ZMQ_DONTWAIT);
	if (n_id < 0)
		return;
	int n = zmq_recv(router, bytes, sizeof(bytes), 0);
	if (bytes[0] == 0xc1) {
		(void)zmq_send(router, id, (size_t)n_id, ZMQ_SNDMORE);
		(void)zmq_send(router, bytes, (size_t)n, 0);
		return;
	}
	count->n_messages++;
	count->n_records++;
	int more = 0;
	size_t n_more = sizeof(more);
	while (zmq_getsockopt(router, ZMQ_RCVMORE, &more, &n_more) == 0 && more) {
		(void)zmq_recv(router, bytes, sizeof(bytes), 0);
		count->n_records++;
	}
}

START_TEST(calls_of_one_turn_share_messages)
{
	void *context = zmq_ctx_new();
	void *router = zmq_socket(context, ZMQ_ROUTER);
	struct message_count count = { 0, 0 };
	struct outcome outcome = { 0 };
	int64_t until_us = clock_monotonic_us() + WAIT_US;

	ck_assert_int_eq(zmq_bind(router, endpoint("raw")), 0);
	struct bus_client *client = bus_client_new("content", endpoint("raw"));
	while (bus_client_n_live(client) == 0 && clock_monotonic_us() < until_us) {
		count_message(router, &count);
		turn(client);
	}
	for (int i = 0; i < BUS_RECORDS_MAX + 6; i++)
		call(client, &outcome, false, SECOND_US);
	while (count.n_records < BUS_RECORDS_MAX + 6 && clock_monotonic_us() < until_us) {
		turn(client);
		count_message(router, &count);
	}
	ck_assert_uint_eq(count.n_records, BUS_RECORDS_MAX + 6);
	ck_assert_uint_eq(count.n_messages, 2);
	bus_client_free(client);
	(void)zmq_close(router);
	(void)zmq_ctx_term(context);
	ck_assert_uint_eq(outcome.n_done[BUS_LOST], BUS_RECORDS_MAX + 6);
}
END_TEST

/* ---- what goes wrong ---- */

START_TEST(killed_instance_loses_only_commands)
{
	pid_t mute = start_server(endpoint("a"), SERVER_MUTE);
	pid_t echo = start_server(endpoint("b"), SERVER_ECHO);
	struct bus_client *client =
	    bus_client_new("content", arena_printf(arena, "%s,%s", endpoint("a"), endpoint("b")));
	struct outcome queries = { 0 }, commands = { 0 };

	wait_live(client, 2);
	for (int i = 0; i < 200; i++) {
		call(client, &queries, true, 4 * SECOND_US);
		call(client, &commands, false, 4 * SECOND_US);
	}
	/* Until only what the mute instance took is left: at least a part of either kind. */
	for (int i = 0; i < 20; i++)
		turn(client);
	size_t n_commands_left = 200 - commands.n_done[BUS_REPLIED];
	ck_assert_uint_gt(bus_client_n_outstanding(client), 0);

	int64_t killed_us = clock_monotonic_us();
	kill_server(mute);
	wait_done(client);
	ck_assert_int_lt(clock_monotonic_us() - killed_us, 200000);
	ck_assert_uint_eq(queries.n_done[BUS_REPLIED], 200);
	ck_assert_uint_eq(commands.n_done[BUS_LOST], n_commands_left);
	ck_assert_uint_eq(commands.n_done[BUS_REPLIED] + commands.n_done[BUS_LOST], 200);
	ck_assert_uint_eq(bus_client_n_live(client), 1);
	bus_client_free(client);
	kill_server(echo);
}
END_TEST

START_TEST(kill_under_load_answers_every_query)
{
	pid_t one = start_server(endpoint("a"), SERVER_ECHO);
	pid_t two = start_server(endpoint("b"), SERVER_ECHO);
	struct bus_client *client =
	    bus_client_new("content", arena_printf(arena, "%s,%s", endpoint("a"), endpoint("b")));
	struct outcome outcome = { 0 };

	wait_live(client, 2);
	for (int i = 0; i < 200; i++) {
		for (int j = 0; j < 32; j++)
			call(client, &outcome, true, 4 * SECOND_US);
		if (i == 100)
			kill_server(one);
		do
			turn(client);
		while (bus_client_n_outstanding(client) > BUS_OUTSTANDING_MAX / 2);
	}
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 200 * 32);
	bus_client_free(client);
	kill_server(two);
}
END_TEST

START_TEST(stopped_instance_is_noticed)
{
	pid_t stopped = start_server(endpoint("a"), SERVER_ECHO);
	pid_t other = start_server(endpoint("b"), SERVER_ECHO);
	struct bus_client *client =
	    bus_client_new("content", arena_printf(arena, "%s,%s", endpoint("a"), endpoint("b")));
	struct outcome outcome = { 0 };

	wait_live(client, 2);
	(void)kill(stopped, SIGSTOP);
	int64_t stopped_us = clock_monotonic_us();
	for (int i = 0; i < 100; i++)
		call(client, &outcome, true, 4 * SECOND_US);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 100);
	ck_assert_int_lt(outcome.last_us - stopped_us, 750000);
	ck_assert_uint_eq(bus_client_n_live(client), 1);

	(void)kill(stopped, SIGCONT);
	wait_live(client, 2);
	bus_client_free(client);
	kill_server(stopped);
	kill_server(other);
}
END_TEST

START_TEST(absent_server_is_unreachable)
{
	struct bus_client *client = bus_client_new("content", endpoint("nobody"));
	struct outcome outcome = { 0 };
	struct bus_call made = make_call(client, &outcome, true, 3 * SECOND_US);
	int64_t start_us = clock_monotonic_us();

	ck_assert_int_eq(bus_client_ask(client, &made), BUS_UNREACHABLE);
	ck_assert_int_lt(clock_monotonic_us() - start_us, 400000);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE], 1);
	bus_client_free(client);
}
END_TEST

START_TEST(server_starting_within_the_hold_answers)
{
	int trigger;
	pid_t pid = prepare_server(endpoint("a"), SERVER_ECHO, &trigger);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };

	for (int i = 0; i < 10; i++)
		call(client, &outcome, false, 3 * SECOND_US);
	turn(client);
	ck_assert_uint_eq(bus_client_n_outstanding(client), 10);
	ck_assert_int_eq(write(trigger, "x", 1), 1);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 10);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

START_TEST(deadline_is_kept)
{
	pid_t pid = start_server(endpoint("a"), SERVER_MUTE);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	struct bus_call made = make_call(client, &outcome, true, 300000);

	wait_live(client, 1);
	made.deadline_us = clock_now_us() + 300000;
	int64_t start_us = clock_monotonic_us();
	ck_assert_int_eq(bus_client_ask(client, &made), BUS_LATE);
	ck_assert_int_ge(clock_monotonic_us() - start_us, 295000);
	ck_assert_int_lt(clock_monotonic_us() - start_us, 400000);

	struct bus_call past = make_call(client, &outcome, true, -1);
	ck_assert_int_eq(bus_client_ask(client, &past), BUS_LATE);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

START_TEST(late_reply_is_dropped)
{
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	int64_t until_us = clock_monotonic_us() + WAIT_US;

	wait_live(client, 1);
	(void)kill(pid, SIGSTOP);
	call(client, &outcome, false, 50000);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_LATE], 1);
	(void)kill(pid, SIGCONT);
	while (bus_client_n_stray(client) == 0 && clock_monotonic_us() < until_us)
		turn(client);
	ck_assert_uint_eq(bus_client_n_stray(client), 1);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 0);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

START_TEST(outstanding_is_bounded)
{
	pid_t pid = start_server(endpoint("a"), SERVER_MUTE);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };

	wait_live(client, 1);
	for (int i = 0; i < BUS_OUTSTANDING_MAX + 5; i++)
		call(client, &outcome, false, 2 * SECOND_US);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE], 0); /* never from inside bus_client_call */
	turn(client);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE], 5);
	ck_assert_uint_eq(bus_client_n_outstanding(client), BUS_OUTSTANDING_MAX);
	bus_client_free(client);
	ck_assert_uint_eq(outcome.n_done[BUS_LOST], BUS_OUTSTANDING_MAX);
	kill_server(pid);
}
END_TEST

START_TEST(oversized_record_is_refused_by_the_sender)
{
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	struct bus_call made = make_call(client, &outcome, true, SECOND_US);

	wait_live(client, 1);
	made.n_record = BUS_RECORD_BYTES_MAX + 1;
	made.record = arena_alloc(arena, made.n_record);
	ck_assert_int_eq(bus_client_ask(client, &made), BUS_UNREACHABLE);
	ck_assert_uint_eq(bus_client_n_live(client), 1);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

START_TEST(own_stall_does_not_kill_peers)
{
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };

	wait_live(client, 1);
	uint64_t generation = bus_client_generation(client);
	(void)usleep((BUS_DEAD_MS + 200) * 1000); /* the stall is the condition */
	struct bus_call made = make_call(client, &outcome, false, SECOND_US);
	ck_assert_int_eq(bus_client_ask(client, &made), BUS_REPLIED);
	ck_assert_uint_eq(bus_client_generation(client), generation);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

/* A leaving server gets no new calls but still answers what it has. */
START_TEST(draining_server_answers_but_is_not_chosen)
{
	const char *problem = NULL;
	struct serving serving = { .mode = SERVER_ECHO, .arena = arena_new(1024 * 1024) };
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	int64_t until_us = clock_monotonic_us() + WAIT_US;

	serving.server = bus_server_new(endpoint("a"), NULL, &problem);
	while (bus_client_n_live(client) == 0 && clock_monotonic_us() < until_us) {
		turn(client);
		(void)bus_server_receive(serving.server, 64, serve_record, &serving);
	}
	call(client, &outcome, false, 3 * SECOND_US);
	bus_client_flush(client);
	bus_server_drain(serving.server);
	while (bus_client_n_live(client) == 1 && clock_monotonic_us() < until_us) {
		turn(client);
		(void)bus_server_receive(serving.server, 64, serve_record, &serving);
		bus_server_flush(serving.server);
	}
	ck_assert_uint_eq(bus_client_n_live(client), 0);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 1);

	call(client, &outcome, false, 3 * SECOND_US);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE], 1);
	bus_client_free(client);
	bus_server_free(serving.server);
	arena_free(serving.arena);
}
END_TEST

struct again {
	struct bus_client *client;
	struct outcome *outcome;
	int n_left;
};

static void
call_again(void *context, enum bus_result result, const void *reply, size_t n_reply)
{
	struct again *again = context;

	count_outcome(again->outcome, result, reply, n_reply);
	if (again->n_left-- == 0)
		return;
	struct bus_call made = make_call(again->client, again->outcome, true, SECOND_US);
	made.done = call_again;
	made.context = again;
	bus_client_call(again->client, &made);
	bus_client_flush(again->client);
}

START_TEST(done_may_call_again)
{
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	struct again again = { .client = client, .outcome = &outcome, .n_left = 50 };

	call_again(&again, BUS_LATE, NULL, 0);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 50);

	kill_server(pid);
	outcome = (struct outcome){ 0 };
	again.n_left = 3;
	call_again(&again, BUS_LATE, NULL, 0);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE] + outcome.n_done[BUS_LOST], 3);
	bus_client_free(client);
}
END_TEST

/* ---- endpoints ---- */

START_TEST(second_bind_is_refused_until_the_first_dies)
{
	const char *problem = NULL;
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));

	wait_live(client, 1);
	ck_assert_ptr_null(bus_server_new(endpoint("a"), NULL, &problem));
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_ptr_nonnull(strstr(problem, "served by another process"));
	struct outcome outcome = { 0 };
	struct bus_call made = make_call(client, &outcome, false, SECOND_US);
	ck_assert_int_eq(bus_client_ask(client, &made), BUS_REPLIED);

	kill_server(pid); /* leaves its socket file behind */
	struct bus_server *server = bus_server_new(endpoint("a"), NULL, &problem);
	ck_assert_ptr_nonnull(server);
	bus_server_free(server);
	bus_client_free(client);
}
END_TEST

static const struct {
	const char *label, *text, *problem;
} bad_endpoints[] = {
	{ "no scheme", "/run/content.ipc", "neither" },
	{ "foreign scheme", "pgm://a:1", "neither" },
	{ "empty path", "ipc://", "neither" },
	{ "no port", "tcp://content", "no port" },
	{ "port zero", "tcp://content:0", "no port" },
	{ "port beyond", "tcp://content:65536", "no port" },
	{ "port text", "tcp://content:http", "no port" },
	{ "no host", "tcp://:5000", "no port" },
	{ "good then bad", "ipc:///tmp/a,tcp://x", "no port" },
};

START_TEST(malformed_endpoint_makes_no_client)
{
	log_init("test_bus", LOG_ERROR + 1);
	ck_assert_msg(!bus_client_new("content", bad_endpoints[_i].text), "%s", bad_endpoints[_i].label);
	ck_assert_msg(!bus_subscriber_new(bad_endpoints[_i].text), "%s", bad_endpoints[_i].label);
}
END_TEST

START_TEST(unbindable_endpoint_says_why)
{
	const char *problem = NULL;

	ck_assert_ptr_null(bus_server_new("ipc:///nonexistent/dir/a", NULL, &problem));
	ck_assert_ptr_nonnull(strstr(problem, "/nonexistent/dir/a"));
	ck_assert_ptr_null(bus_server_new("tcp://256.0.0.1:99999", NULL, &problem));
}
END_TEST

/* ---- pokes and lost replies ---- */

START_TEST(poke_wakes_the_subscriber)
{
	const char *problem = NULL;
	struct bus_server *server = bus_server_new(endpoint("a"), endpoint("a.pub"), &problem);
	ck_assert_ptr_nonnull(server);
	struct bus_subscriber *subscriber = bus_subscriber_new(endpoint("a.pub"));
	int64_t until_us = clock_monotonic_us() + WAIT_US;
	bool is_poked = false;

	ck_assert(!bus_subscriber_wait(subscriber, 0));
	while (!is_poked && clock_monotonic_us() < until_us) { /* a fresh subscriber misses the first ones */
		bus_server_poke(server);
		is_poked = bus_subscriber_wait(subscriber, 5);
	}
	ck_assert(is_poked);
	for (int i = 0; i < 10; i++)
		bus_server_poke(server);
	ck_assert(bus_subscriber_wait(subscriber, 1000));
	bus_subscriber_free(subscriber);
	bus_server_free(server);
}
END_TEST

static void
remember_peer(void *context, const struct bus_peer *peer, const void *bytes, size_t n_bytes)
{
	(void)bytes;
	(void)n_bytes;
	*(struct bus_peer *)context = *peer;
}

START_TEST(reply_to_a_gone_peer_is_counted)
{
	const char *problem = NULL;
	struct bus_server *server = bus_server_new(endpoint("a"), NULL, &problem);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	struct bus_peer peer = { 0 };
	int64_t until_us = clock_monotonic_us() + WAIT_US;

	call(client, &outcome, false, 3 * SECOND_US);
	while (peer.n == 0 && clock_monotonic_us() < until_us) {
		turn(client);
		(void)bus_server_receive(server, 64, remember_peer, &peer);
	}
	ck_assert_int_gt(peer.n, 0);
	bus_client_free(client);
	while (bus_server_n_lost(server) == 0 && clock_monotonic_us() < until_us) {
		bus_server_reply(server, &peer, "late", 4);
		bus_server_flush(server);
	}
	ck_assert_uint_gt(bus_server_n_lost(server), 0);
	bus_server_free(server);
}
END_TEST

/* n_max below the records of a message: the rest comes with the next call. */
START_TEST(receive_resumes_inside_a_message)
{
	const char *problem = NULL;
	struct bus_server *server = bus_server_new(endpoint("a"), NULL, &problem);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	struct bus_peer peer = { 0 };
	size_t n = 0;
	int64_t until_us = clock_monotonic_us() + WAIT_US;

	while (bus_client_n_live(client) == 0 && clock_monotonic_us() < until_us) {
		turn(client);
		(void)bus_server_receive(server, 1, remember_peer, &peer);
	}
	while (bus_server_receive(server, 64, remember_peer, &peer) > 0)
		continue;
	for (int i = 0; i < 20; i++)
		call(client, &outcome, false, 3 * SECOND_US);
	bus_client_flush(client);
	while (n < 20 && clock_monotonic_us() < until_us)
		n += bus_server_receive(server, 3, remember_peer, &peer);
	ck_assert_uint_ge(n, 20);
	bus_client_free(client);
	bus_server_free(server);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bus");
	TCase *tcase = tcase_create("bus");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, ask_is_answered);
	tcase_add_test(tcase, thousand_concurrent_calls_are_answered);
	tcase_add_test(tcase, tcp_name_reaches_every_address);
	tcase_add_test(tcase, calls_of_one_turn_share_messages);
	tcase_add_test(tcase, killed_instance_loses_only_commands);
	tcase_add_test(tcase, kill_under_load_answers_every_query);
	tcase_add_test(tcase, stopped_instance_is_noticed);
	tcase_add_test(tcase, absent_server_is_unreachable);
	tcase_add_test(tcase, server_starting_within_the_hold_answers);
	tcase_add_test(tcase, deadline_is_kept);
	tcase_add_test(tcase, late_reply_is_dropped);
	tcase_add_test(tcase, outstanding_is_bounded);
	tcase_add_test(tcase, oversized_record_is_refused_by_the_sender);
	tcase_add_test(tcase, own_stall_does_not_kill_peers);
	tcase_add_test(tcase, draining_server_answers_but_is_not_chosen);
	tcase_add_test(tcase, done_may_call_again);
	tcase_add_test(tcase, second_bind_is_refused_until_the_first_dies);
	tcase_add_loop_test(tcase, malformed_endpoint_makes_no_client, 0,
	    (int)(sizeof(bad_endpoints) / sizeof(bad_endpoints[0])));
	tcase_add_test(tcase, unbindable_endpoint_says_why);
	tcase_add_test(tcase, poke_wakes_the_subscriber);
	tcase_add_test(tcase, reply_to_a_gone_peer_is_counted);
	tcase_add_test(tcase, receive_resumes_inside_a_message);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
