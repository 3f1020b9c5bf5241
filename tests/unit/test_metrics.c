/* Series, their text form, and the endpoint that serves it. */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "clock.h"
#include "log.h"
#include "metrics.h"

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(8 * 1024 * 1024);
	log_init("test_metrics", LOG_ERROR + 1);
}

static void
teardown(void)
{
	arena_free(arena);
}

static const char *
render(void)
{
	struct buf buf;

	buf_init(&buf, arena, 4096);
	metrics_render(&buf);
	return buf.bytes;
}

static void
assert_line(const char *text, const char *line)
{
	const char *found = strstr(text, line);
	ck_assert_msg(found && (found == text || found[-1] == '\n') && found[strlen(line)] == '\n',
	    "no line '%s' in:\n%s", line, text);
}

START_TEST(counter_and_gauge_are_rendered)
{
	struct metric *counter = metric_counter("requests_total", "Requests.", "operation=\"a\"");
	metric_add(counter, 2);
	metric_add(counter, 3);
	metric_set(metric_gauge("depth", "Depth\nof \\ the queue.", NULL), -4);
	const char *text = render();
	assert_line(text, "# HELP requests_total Requests.");
	assert_line(text, "# TYPE requests_total counter");
	assert_line(text, "requests_total{operation=\"a\"} 5");
	assert_line(text, "# HELP depth Depth\\nof \\\\ the queue.");
	assert_line(text, "depth -4");
}
END_TEST

START_TEST(same_name_and_labels_is_the_same_series)
{
	ck_assert_ptr_eq(metric_counter("a_total", "A.", NULL), metric_counter("a_total", "A.", NULL));
	ck_assert_ptr_ne(metric_counter("a_total", "A.", NULL), metric_counter("a_total", "A.", "x=\"1\""));
}
END_TEST

START_TEST(a_family_is_rendered_together)
{
	metric_add(metric_counter("a_total", "A.", "x=\"1\""), 1);
	metric_add(metric_counter("b_total", "B.", NULL), 1);
	metric_add(metric_counter("a_total", "A.", "x=\"2\""), 1);
	const char *text = render();
	ck_assert_ptr_nonnull(strstr(text, "a_total{x=\"1\"} 1\na_total{x=\"2\"} 1\n"));
	const char *help = strstr(text, "# HELP a_total");
	ck_assert_ptr_null(strstr(help + 1, "# HELP a_total"));
}
END_TEST

START_TEST(histogram_is_cumulative)
{
	struct metric *histogram = metric_histogram("latency_seconds", "Latency.", "op=\"x\"");
	metric_observe_us(histogram, 100);      /* on the bound */
	metric_observe_us(histogram, 101);
	metric_observe_us(histogram, 2000000);
	metric_observe_us(histogram, 60000000); /* beyond the last */
	metric_observe_us(histogram, -5);       /* a clock that stepped back */
	const char *text = render();
	assert_line(text, "latency_seconds_bucket{op=\"x\",le=\"0.0001\"} 2");
	assert_line(text, "latency_seconds_bucket{op=\"x\",le=\"0.00025\"} 3");
	assert_line(text, "latency_seconds_bucket{op=\"x\",le=\"1\"} 3");
	assert_line(text, "latency_seconds_bucket{op=\"x\",le=\"2.5\"} 4");
	assert_line(text, "latency_seconds_bucket{op=\"x\",le=\"10\"} 4");
	assert_line(text, "latency_seconds_bucket{op=\"x\",le=\"+Inf\"} 5");
	assert_line(text, "latency_seconds_sum{op=\"x\"} 62.000201");
	assert_line(text, "latency_seconds_count{op=\"x\"} 5");
}
END_TEST

START_TEST(full_registry_keeps_working)
{
	char name[32];

	for (int i = 0; i < 2100; i++) {
		(void)snprintf(name, sizeof(name), "m%d_total", i);
		metric_add(metric_counter(name, "M.", NULL), 1);
	}
	const char *text = render();
	assert_line(text, "m0_total 1");
	assert_line(text, "m2047_total 1");
	ck_assert_ptr_null(strstr(text, "m2048_total"));
}
END_TEST

static void *
add_many(void *argument)
{
	struct metric *counter = metric_counter("shared_total", "S.", NULL);

	(void)argument;
	for (int i = 0; i < 10000; i++) {
		metric_add(counter, 1);
		metric_observe_us(metric_histogram("shared_seconds", "S.", NULL), i);
	}
	return NULL;
}

START_TEST(threads_lose_no_update)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, add_many, NULL), 0);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	const char *text = render();
	assert_line(text, "shared_total 40000");
	assert_line(text, "shared_seconds_count 40000");
}
END_TEST

START_TEST(process_is_described)
{
	const char *text = render();
	assert_line(text, "# TYPE process_resident_memory_bytes gauge");
	assert_line(text, "# TYPE process_cpu_seconds_total counter");
	const char *fds = strstr(text, "\nprocess_open_fds ");
	ck_assert_ptr_nonnull(fds);
	ck_assert_int_ge(atoi(fds + strlen("\nprocess_open_fds ")), 3);
	const char *memory = strstr(text, "\nprocess_resident_memory_bytes ");
	ck_assert_int_gt(atoll(memory + strlen("\nprocess_resident_memory_bytes ")), 100000);
}
END_TEST

/* ---- served ---- */

static int
read_port(const char *directory)
{
	char path[128];
	int port = 0;

	(void)snprintf(path, sizeof(path), "%s/probe.metrics", directory);
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "127.0.0.1:%d", &port), 1);
	(void)fclose(file);
	(void)unlink(path);
	return port;
}

static int
open_connection(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static const char *
exchange(int port, const char *request)
{
	char *reply = arena_alloc(arena, 65536);
	size_t n = 0;
	ssize_t got;
	int fd = open_connection(port);

	ck_assert_int_eq(send(fd, request, strlen(request), 0), (ssize_t)strlen(request));
	while (n < 65535 && (got = recv(fd, reply + n, 65535 - n, 0)) > 0)
		n += (size_t)got;
	(void)close(fd);
	return reply;
}

START_TEST(served_text_is_the_rendered_text)
{
	char directory[] = "/tmp/test_metrics.XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(directory));
	metric_add(metric_counter("served_total", "S.", NULL), 3);
	ck_assert(metrics_serve("probe", "127.0.0.1", 0, directory));
	int port = read_port(directory);
	ck_assert_int_eq(rmdir(directory), 0);

	const char *reply = exchange(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
	ck_assert_msg(strncmp(reply, "HTTP/1.0 200 OK\r\n", 17) == 0, "%s", reply);
	assert_line(reply, "served_total 3");
	ck_assert_int_eq(strncmp(exchange(port, "GET /secret HTTP/1.1\r\n\r\n"), "HTTP/1.0 404", 12), 0);
	ck_assert_int_eq(strncmp(exchange(port, "POST /metrics HTTP/1.1\r\n\r\n"), "HTTP/1.0 404", 12), 0);

	/* A client that says nothing holds the next one for a second, not for ever. */
	int silent = open_connection(port);
	int64_t start_us = clock_monotonic_us();
	ck_assert_int_eq(strncmp(exchange(port, "GET /metrics HTTP/1.1\r\n\r\n"), "HTTP/1.0 200", 12), 0);
	ck_assert_int_lt(clock_monotonic_us() - start_us, 2000000);
	(void)close(silent);
}
END_TEST

START_TEST(taken_port_is_an_error)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, n), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &n), 0);
	ck_assert(!metrics_serve("probe", "127.0.0.1", ntohs(address.sin_port), NULL));
	ck_assert(!metrics_serve("probe", "127.0.0.1", 0, "/nonexistent"));
	(void)close(fd);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tcase = tcase_create("metrics");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, counter_and_gauge_are_rendered);
	tcase_add_test(tcase, same_name_and_labels_is_the_same_series);
	tcase_add_test(tcase, a_family_is_rendered_together);
	tcase_add_test(tcase, histogram_is_cumulative);
	tcase_add_test(tcase, full_registry_keeps_working);
	tcase_add_test(tcase, threads_lose_no_update);
	tcase_add_test(tcase, process_is_described);
	tcase_add_test(tcase, served_text_is_the_rendered_text);
	tcase_add_test(tcase, taken_port_is_an_error);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
