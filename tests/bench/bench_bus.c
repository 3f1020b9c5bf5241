/* Round trips per second over ipc, 200 bytes to 1.6 KB, through the bus and through bare libzmq. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "arena.h"
#include "bus/bus.h"
#include "clock.h"
#include "contract/envelope.h"
#include "log.h"

enum {
	REQUEST_BYTES = 200,
	REPLY_BYTES = 1600,
	RUN_US = 1500000,
	DEPTH_MAX = 64,
	SAMPLES_MAX = 1000000,
};

static uint32_t samples[SAMPLES_MAX];
static size_t n_samples;

static int
compare_samples(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static void
report(const char *name, int depth, size_t n, int64_t us)
{
	qsort(samples, n_samples, sizeof(samples[0]), compare_samples);
	printf("%-8s depth %2d  %8.0f/s  p50 %4u us  p99 %5u us\n", name, depth, (double)n * 1e6 / (double)us,
	    samples[n_samples / 2], samples[n_samples * 99 / 100]);
	n_samples = 0;
}

static void
sample(int64_t start_us)
{
	if (n_samples < SAMPLES_MAX)
		samples[n_samples++] = (uint32_t)(clock_monotonic_us() - start_us);
}

static pid_t
spawn(void (*serve)(const char *), const char *endpoint)
{
	pid_t pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(endpoint);
		_exit(0);
	}
	return pid;
}

/* ---- through the bus ---- */

struct echo {
	struct bus_server *server;
	struct buf buf;
};

static void
echo_record(void *context, const struct bus_peer *peer, const void *bytes, size_t n_bytes)
{
	static const char output[REPLY_BYTES];
	struct echo *echo = context;
	uint64_t correlation;

	if (!envelope_peek_correlation(bytes, n_bytes, &correlation))
		return;
	buf_reset(&echo->buf);
	envelope_write_reply(&echo->buf, &(struct envelope_reply){
		.correlation = correlation, .ok = true, .code = "", .output = output, .n_output = sizeof(output),
	});
	bus_server_reply(echo->server, peer, echo->buf.bytes, echo->buf.len);
}

static void
serve_bus(const char *endpoint)
{
	const char *problem;
	struct echo echo = { .server = bus_server_new(endpoint, NULL, &problem) };

	if (!echo.server) {
		(void)fprintf(stderr, "%s\n", problem);
		return;
	}
	buf_init(&echo.buf, arena_new(1024 * 1024), 4096);
	struct pollfd item = { .fd = bus_server_fd(echo.server), .events = POLLIN };
	for (;;) {
		size_t n = bus_server_receive(echo.server, 256, echo_record, &echo);
		bus_server_flush(echo.server);
		if (n == 0)
			(void)poll(&item, 1, 50);
	}
}

struct load {
	struct bus_client *client;
	char record[REQUEST_BYTES + 200];
	struct buf buf;
	int64_t until_us;
	size_t n, n_failed;
	struct slot {
		struct load *load;
		int64_t start_us;
	} slots[DEPTH_MAX];
};

static void load_next(struct load *load, struct slot *slot);

static void
load_done(void *context, enum bus_result result, const void *reply, size_t n_reply)
{
	struct slot *slot = context;

	(void)reply;
	(void)n_reply;
	sample(slot->start_us);
	slot->load->n++;
	slot->load->n_failed += result != BUS_REPLIED;
	load_next(slot->load, slot);
}

static void
load_next(struct load *load, struct slot *slot)
{
	static const char input[REQUEST_BYTES - 100];
	uint64_t correlation = bus_client_next_correlation(load->client);
	int64_t deadline_us = clock_now_us() + 2000000;

	slot->start_us = clock_monotonic_us();
	if (slot->start_us > load->until_us)
		return;
	buf_reset(&load->buf);
	envelope_write_request(&load->buf, &(struct envelope_request){
		.correlation = correlation, .op = "content.items.get", .request_id = "r", .surface = "rest",
		.deadline_us = deadline_us, .principal = { .id = "system", .type = "system", .source = "internal" },
		.input = input, .n_input = sizeof(input),
	});
	bus_client_call(load->client, &(struct bus_call){
		.record = load->buf.bytes, .n_record = load->buf.len, .correlation = correlation,
		.deadline_us = deadline_us, .is_retryable = true, .done = load_done, .context = slot,
	});
}

static void
bench_bus(const char *endpoint, int depth)
{
	struct load load = { .client = bus_client_new("echo", endpoint) };
	int fd;

	buf_init(&load.buf, arena_new(1024 * 1024), 4096);
	(void)bus_client_fds(load.client, &fd, 1);
	struct pollfd item = { .fd = fd, .events = POLLIN };
	while (bus_client_n_live(load.client) == 0) {
		bus_client_tick(load.client, clock_now_us());
		while (bus_client_receive(load.client) > 0)
			continue;
		(void)poll(&item, 1, 5);
	}
	int64_t start_us = clock_monotonic_us();
	load.until_us = start_us + RUN_US;
	for (int i = 0; i < depth; i++) {
		load.slots[i].load = &load;
		load_next(&load, &load.slots[i]);
	}
	while (bus_client_n_outstanding(load.client) > 0) {
		size_t n = bus_client_receive(load.client);
		bus_client_flush(load.client);
		bus_client_tick(load.client, clock_now_us());
		if (n == 0)
			(void)poll(&item, 1, 20);
	}
	report("bus", depth, load.n, clock_monotonic_us() - start_us);
	if (load.n_failed > 0)
		printf("%zu calls failed\n", load.n_failed);
	bus_client_free(load.client);
}

/* ---- bare libzmq: one frame each way, no heartbeats, no deadlines ---- */

static void
serve_raw(const char *endpoint)
{
	static const char output[REPLY_BYTES];
	char id[256], bytes[4096];
	void *router = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);

	if (zmq_bind(router, endpoint) < 0)
		return;
	for (;;) {
		int n_id = zmq_recv(router, id, sizeof(id), 0);
		(void)zmq_recv(router, bytes, sizeof(bytes), 0);
		(void)zmq_send(router, id, (size_t)n_id, ZMQ_SNDMORE);
		(void)zmq_send(router, output, sizeof(output), 0);
	}
}

static void
bench_raw(const char *endpoint, int depth)
{
	char request[REQUEST_BYTES] = { 0 }, reply[4096];
	void *context = zmq_ctx_new();
	void *dealer = zmq_socket(context, ZMQ_DEALER);
	int64_t starts[DEPTH_MAX];
	size_t n_sent = 0, n = 0;
	int linger = 0;

	(void)zmq_setsockopt(dealer, ZMQ_LINGER, &linger, sizeof(linger));
	(void)zmq_connect(dealer, endpoint);
	(void)zmq_send(dealer, request, sizeof(request), 0);
	(void)zmq_recv(dealer, reply, sizeof(reply), 0); /* connected */
	int64_t start_us = clock_monotonic_us();
	int64_t now_us = start_us;
	while (now_us < start_us + RUN_US || n < n_sent) {
		while (now_us < start_us + RUN_US && n_sent - n < (size_t)depth) {
			starts[n_sent++ % DEPTH_MAX] = clock_monotonic_us();
			(void)zmq_send(dealer, request, sizeof(request), 0);
		}
		(void)zmq_recv(dealer, reply, sizeof(reply), 0);
		sample(starts[n++ % DEPTH_MAX]);
		now_us = clock_monotonic_us();
	}
	report("zmq", depth, n, now_us - start_us);
	(void)zmq_close(dealer);
	(void)zmq_ctx_term(context);
}

int
main(void)
{
	char directory[] = "/tmp/bench_bus.XXXXXX", bus[64], raw[64], command[64];

	log_init("bench_bus", LOG_ERROR);
	if (!mkdtemp(directory))
		return 1;
	(void)snprintf(bus, sizeof(bus), "ipc://%s/bus", directory);
	(void)snprintf(raw, sizeof(raw), "ipc://%s/raw", directory);
	pid_t servers[] = { spawn(serve_bus, bus), spawn(serve_raw, raw) };
	for (int depth = 1; depth <= DEPTH_MAX; depth *= 8) {
		bench_bus(bus, depth);
		bench_raw(raw, depth);
	}
	for (size_t i = 0; i < 2; i++) {
		(void)kill(servers[i], SIGKILL);
		(void)waitpid(servers[i], NULL, 0);
	}
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	return system(command) == 0 ? 0 : 1;
}
