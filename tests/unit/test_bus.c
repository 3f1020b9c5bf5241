/* The bus with real sockets and real processes: requests, endpoints, pokes. */
#include <errno.h>
#include <zmq.h>

#include "bus_fixture.h"

/* ---- requests and replies ---- */

START_TEST(ask_is_answered)
{
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };

	wait_live(client, 1);
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
	static uint8_t id[256], bytes[64 * 1024];
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
	for (size_t i = 0; i + 4 < (size_t)n; count->n_records++)
		i += 4 + ((size_t)bytes[i] << 24 | (size_t)bytes[i + 1] << 16 | (size_t)bytes[i + 2] << 8 | bytes[i + 3]);
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

static void
count_record(void *context, const struct bus_peer *peer, const void *bytes, size_t n_bytes)
{
	size_t *n = context;

	(void)peer;
	(void)bytes;
	ck_assert_uint_gt(n_bytes, 0);
	(*n)++;
}

/* n_max below the records of a message: the rest comes with the next call. */
START_TEST(receive_resumes_inside_a_message)
{
	const char *problem = NULL;
	struct bus_server *server = bus_server_new(endpoint("a"), NULL, &problem);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	size_t n = 0;
	int64_t until_us = clock_monotonic_us() + WAIT_US;

	while (bus_client_n_live(client) == 0 && clock_monotonic_us() < until_us) {
		turn(client);
		(void)bus_server_receive(server, 1, count_record, &n);
	}
	ck_assert_uint_eq(n, 0);
	for (int i = 0; i < 20; i++)
		call(client, &outcome, false, 3 * SECOND_US);
	bus_client_flush(client);
	while (n < 20 && clock_monotonic_us() < until_us) {
		size_t n_before = n;
		(void)bus_server_receive(server, 3, count_record, &n);
		ck_assert_uint_le(n, n_before + 3);
	}
	ck_assert_uint_eq(n, 20);
	bus_client_free(client);
	bus_server_free(server);
}
END_TEST

/* ---- encryption ---- */

static const struct {
	const char *label, *server_key, *client_key;
	enum bus_result result;
} key_pairings[] = {
	{ "same key", "k1", "k1", BUS_REPLIED },
	{ "other key", "k1", "k2", BUS_UNREACHABLE },
	{ "client without a key", "k1", NULL, BUS_UNREACHABLE },
	{ "server without a key", NULL, "k1", BUS_UNREACHABLE },
};

static const char *
key_path(const char *name)
{
	return name ? arena_printf(arena, "%s/%s", directory, name) : NULL;
}

static void
wait_listening(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int64_t until_us = clock_monotonic_us() + WAIT_US;
	bool is_listening = false;

	while (!is_listening && clock_monotonic_us() < until_us) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		is_listening = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
		(void)close(fd);
		(void)poll(NULL, 0, 1);
	}
	ck_assert(is_listening);
}

/* Over tcp only equal keys meet; the ipc instance beside it stays reachable. */
START_TEST(tcp_needs_the_same_key)
{
	const char *port = free_tcp_port();
	const char *tcp = arena_printf(arena, "tcp://127.0.0.1:%s", port);
	struct outcome outcome = { 0 };

	use_key(key_path(key_pairings[_i].client_key));
	if (key_pairings[_i].server_key)
		ck_assert_int_eq(setenv("TEST_BUS_KEY", key_path(key_pairings[_i].server_key), 1), 0);
	pid_t pids[] = { start_server(tcp, SERVER_ECHO), start_server(endpoint("a"), SERVER_ECHO) };
	struct bus_client *ipc = bus_client_new("content", endpoint("a"));
	wait_live(ipc, 1);
	wait_listening(port);
	struct bus_client *client = bus_client_new("content", tcp);
	if (key_pairings[_i].result == BUS_REPLIED)
		wait_live(client, 1);
	struct bus_call made = make_call(client, &outcome, true, SECOND_US);
	ck_assert_msg(bus_client_ask(client, &made) == key_pairings[_i].result, "%s", key_pairings[_i].label);
	bus_client_free(client);
	bus_client_free(ipc);
	kill_server(pids[0]);
	kill_server(pids[1]);
}
END_TEST

static const struct {
	const char *label, *endpoint;
	bool is_safe;
} exposures[] = {
	{ "socket file", "ipc:///tmp/a", true },
	{ "loopback", "tcp://127.0.0.1:5551", true },
	{ "another loopback", "tcp://127.1.2.3:5551", true },
	{ "loopback of IPv6", "tcp://[::1]:5551", true },
	{ "name of loopback", "tcp://localhost:5551", true },
	{ "every interface", "tcp://0.0.0.0:5551", false },
	{ "every interface, wildcard", "tcp://*:5551", false },
	{ "private address", "tcp://10.0.0.7:5551", false },
	{ "address of IPv6", "tcp://[fe80::1]:5551", false },
	{ "name", "tcp://content:5551", false },
	{ "name that begins like loopback", "tcp://localhost.example.com:5551", false },
	{ "second of a list", "ipc:///tmp/a,tcp://10.0.0.7:5551", false },
};

START_TEST(tcp_off_the_loopback_needs_a_key)
{
	const char *problem = NULL, *text = exposures[_i].endpoint;
	bool is_safe = bus_endpoints_are_safe(text, &problem);

	ck_assert_msg(is_safe == exposures[_i].is_safe, "%s", exposures[_i].label);
	if (is_safe)
		return;
	ck_assert_ptr_nonnull(strstr(problem, "WORDCLAW_BUS_KEY_FILE"));
	ck_assert_ptr_null(bus_client_new("content", text));
	ck_assert_ptr_null(bus_subscriber_new(text));
	use_key(key_path("one"));
	ck_assert_msg(bus_endpoints_are_safe(text, &problem), "%s with a key", exposures[_i].label);
}
END_TEST

START_TEST(server_off_the_loopback_needs_a_key)
{
	const char *problem = NULL;

	ck_assert_ptr_null(bus_server_new("tcp://0.0.0.0:5551", NULL, &problem));
	ck_assert_ptr_nonnull(strstr(problem, "WORDCLAW_BUS_KEY_FILE"));
	ck_assert_ptr_null(bus_server_new(endpoint("a"), "tcp://0.0.0.0:5552", &problem));
	ck_assert_ptr_nonnull(strstr(problem, "tcp://0.0.0.0:5552"));
}
END_TEST

static void
ignore(int number)
{
	(void)number;
}

START_TEST(signals_stay_the_programs)
{
	static const int numbers[] = { SIGTERM, SIGINT };
	struct sigaction mine = { .sa_handler = ignore }, found;
	const char *problem;

	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(sigaction(numbers[i], &mine, NULL), 0);
	struct bus_server *server = bus_server_new(endpoint("a"), NULL, &problem);
	ck_assert_ptr_nonnull(server);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(sigaction(numbers[i], NULL, &found), 0);
		ck_assert(found.sa_handler == ignore);
	}
	bus_server_free(server);
}
END_TEST

START_TEST(unreadable_key_is_refused)
{
	const char *problem = NULL;

	ck_assert(!bus_use_key("/nonexistent/dir/key", &problem));
	ck_assert_ptr_nonnull(strstr(problem, "/nonexistent/dir/key"));
}
END_TEST

int
main(int argc, char **argv)
{
	serve_when_asked(argc, argv);
	Suite *suite = suite_create("bus");
	TCase *tcase = tcase_create("bus");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, ask_is_answered);
	tcase_add_test(tcase, thousand_concurrent_calls_are_answered);
	tcase_add_test(tcase, tcp_name_reaches_every_address);
	tcase_add_test(tcase, calls_of_one_turn_share_messages);
	tcase_add_test(tcase, second_bind_is_refused_until_the_first_dies);
	tcase_add_loop_test(tcase, malformed_endpoint_makes_no_client, 0,
	    (int)(sizeof(bad_endpoints) / sizeof(bad_endpoints[0])));
	tcase_add_test(tcase, unbindable_endpoint_says_why);
	tcase_add_loop_test(tcase, tcp_needs_the_same_key, 0, (int)(sizeof(key_pairings) / sizeof(key_pairings[0])));
	tcase_add_test(tcase, unreadable_key_is_refused);
	tcase_add_loop_test(tcase, tcp_off_the_loopback_needs_a_key, 0, (int)(sizeof(exposures) / sizeof(exposures[0])));
	tcase_add_test(tcase, server_off_the_loopback_needs_a_key);
	tcase_add_test(tcase, signals_stay_the_programs);
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
