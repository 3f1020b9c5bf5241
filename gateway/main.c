/* The gateway's process: settings, one loop that owns HTTP and bus, drain on SIGTERM. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "access/access.h"
#include "clock.h"
#include "access/credentials.h"
#include "access/decisions.h"
#include "events/event_stream.h"
#include "events/event_wait.h"
#include "front.h"
#include "assets/disk.h"
#include "blob/blob.h"
#include "trace.h"
#include "gateway.h"
#include "http/http.h"
#include "events/hub.h"
#include "http_client.h"
#include "log.h"
#include "graphql/graphql.h"
#include "mcp/mcp.h"
#include "metrics.h"
#include "pages/console.h"
#include "pages/metrics_page.h"
#include "contract/operation.h"
#include "patterns.h"
#include "secret.h"
#include "settings.h"
#include "dispatch/upstream.h"

enum {
	TICK_MS = 10,
	SWEEP_US = 500000,
	EVENTS_MAX = 64,
	ROUNDS_MAX = 8, /* of HTTP before the bus gets its turn */
	DESCRIPTORS_OWN_MAX = 256, /* besides connections: bus, logs, metrics */
};

enum tag { TAG_HTTP, TAG_TIMER, TAG_SIGNAL, TAG_METRICS, TAG_DISK, TAG_BUS /* and above: one per service */ };

struct loop {
	struct gateway *gateway;
	int epoll_fd, timer_fd, signal_fd;
	bool has_more; /* HTTP can go on at once */
	bool is_done;
	int64_t drain_until_us; /* 0: serving */
	int64_t next_sweep_us;
	struct metric *connections, *exchanges;
};

static void
watch(struct loop *loop, int fd, enum tag tag)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = tag };
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
		abort();
}

/* ---- signals and time ---- */

static int
block_signals(void)
{
	sigset_t signals;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int
start_timer(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	struct timespec period = { .tv_nsec = TICK_MS * 1000000L };

	(void)timerfd_settime(fd, 0, &(struct itimerspec){ .it_interval = period, .it_value = period }, NULL);
	return fd;
}

static void
start_drain(struct loop *loop)
{
	struct signalfd_siginfo info;

	if (read(loop->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info) || loop->drain_until_us)
		return;
	log_write(LOG_INFO, "gateway.draining", LOG_INT("requests", (int64_t)http_n_exchanges(loop->gateway->http)));
	loop->gateway->is_draining = true;
	loop->drain_until_us = clock_monotonic_us() + settings.drain_timeout_ms * 1000;
	http_quiesce(loop->gateway->http);
	hub_drain(loop->gateway->hub);
}

static void
tick(struct loop *loop)
{
	struct gateway *gateway = loop->gateway;
	int64_t now_us = clock_monotonic_us();
	uint64_t n_expired;

	(void)!read(loop->timer_fd, &n_expired, sizeof(n_expired));
	upstreams_tick(gateway->upstreams, clock_now_us());
	credentials_listen(gateway->credentials, now_us);
	hub_tick(gateway->hub, now_us);
	event_waits_tick(now_us);
	if (now_us < loop->next_sweep_us)
		return;
	loop->next_sweep_us = now_us + SWEEP_US;
	http_sweep(gateway->http, now_us);
	credentials_tick(gateway->credentials, now_us);
	mcp_tick(gateway->mcp, now_us);
	event_streams_beat(now_us);
	metric_set(loop->connections, (int64_t)http_n_connections(gateway->http));
	metric_set(loop->exchanges, (int64_t)http_n_exchanges(gateway->http));
}

/* ---- the loop ---- */

static void
react(struct loop *loop, uint64_t tag)
{
	if (tag >= TAG_BUS)
		upstreams_receive(loop->gateway->upstreams, tag - TAG_BUS);
	else if (tag == TAG_TIMER)
		tick(loop);
	else if (tag == TAG_SIGNAL)
		start_drain(loop);
	else if (tag == TAG_METRICS)
		metrics_page_deliver(loop->gateway->metrics_page);
	else if (tag == TAG_DISK)
		disk_deliver(loop->gateway->disk);
}

/* Replies have made answers; HTTP sends them and takes the next requests, whose calls go out together. */
static void
turn(struct loop *loop)
{
	struct gateway *gateway = loop->gateway;

	loop->has_more = true;
	for (int round = 0; round < ROUNDS_MAX && loop->has_more; round++)
		loop->has_more = http_run(gateway->http);
	decisions_flush(gateway->decisions, clock_monotonic_us());
	upstreams_flush(gateway->upstreams);
}

static void
serve(struct loop *loop)
{
	struct epoll_event events[EVENTS_MAX];

	while (!loop->is_done) {
		int n = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, loop->has_more ? 0 : -1);
		for (int i = 0; i < n; i++)
			react(loop, events[i].data.u64);
		turn(loop);
		if (loop->drain_until_us)
			loop->is_done = http_n_exchanges(loop->gateway->http) == 0 || clock_monotonic_us() >= loop->drain_until_us;
	}
}

/* ---- start and stop ---- */

/* Every connection is a descriptor; what the process was started with may be too few, but raising it is allowed. */
static void
raise_descriptor_limit(int64_t n_connections)
{
	struct rlimit limit;
	rlim_t n_wanted = (rlim_t)n_connections + DESCRIPTORS_OWN_MAX;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= n_wanted)
		return;
	limit.rlim_cur = n_wanted < limit.rlim_max ? n_wanted : limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* a refusal shows below */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < n_wanted)
		log_write(LOG_WARN, "gateway.few_descriptors", LOG_INT("limit", (int64_t)limit.rlim_cur), LOG_INT("wanted", (int64_t)n_wanted));
}

static bool
start_http(struct gateway *gateway)
{
	static struct trusted_proxies proxies; /* for the process's life */
	const char *problem = NULL;
	uint64_t seed;

	gateway->memory.max_bytes = (size_t)settings.memory_max_mb << 20;
	raise_descriptor_limit(settings.connections_max + settings.listeners_max);
	secret_random(&seed, sizeof(seed));
	if (!trusted_proxies_parse(settings.trusted_proxies, &proxies, &problem))
		return false; /* not after check_config */
	gateway->http = http_new(gateway, &(struct http_options){ .bind = settings.bind, .port = (int)settings.port,
	    .connections_max = (unsigned)settings.connections_max, .listeners_max = (unsigned)settings.listeners_max,
	    .connections_per_address_max = (unsigned)settings.connections_per_address_max,
	    .idle_timeout_us = settings.idle_timeout_ms * 1000, .receive_timeout_us = settings.receive_timeout_ms * 1000,
	    .send_timeout_us = settings.send_timeout_ms * 1000, .address_seed = seed, .trusted_proxies = &proxies }, &front_handlers, &problem);
	if (!gateway->http)
		log_write(LOG_ERROR, "gateway.not_listening", LOG_TEXT("address", settings.bind), LOG_INT("port", settings.port),
		    LOG_TEXT("problem", problem));
	return gateway->http != NULL;
}

/* Before any bus object. */
static bool
use_bus_key(void)
{
	const char *problem = NULL;
	if (settings.bus_key_file[0] == '\0' || bus_use_key(settings.bus_key_file, &problem))
		return true;
	log_write(LOG_ERROR, "bus.key_refused", LOG_TEXT("path", settings.bus_key_file), LOG_TEXT("problem", problem));
	return false;
}

static bool
start(struct loop *loop, struct gateway *gateway)
{
	const char *problem = NULL;

	gateway->started_us = clock_monotonic_us();
	if (!use_bus_key())
		return false;
	gateway->upstreams = upstreams_new(&(struct upstreams_options){ .services = registry_services, .endpoints = settings.endpoints,
	    .outstanding_max = settings.outstanding_max, .queue_delay_max_us = settings.queue_delay_max_ms * 1000,
	    .epoll_fd = loop->epoll_fd, .epoll_tag = TAG_BUS });
	gateway->credentials = credentials_new(gateway, settings.api_keys, settings.identity_pokes, &problem);
	gateway->decisions = decisions_new(gateway);
	gateway->access = access_new(&(struct access_options){ .rate_limit_max = settings.rate_limit_max,
	    .address_rate_limit_max = settings.address_rate_limit_max, .auth_failures_max = settings.auth_failures_max, .login_rate_limit_max = settings.login_rate_limit_max,
	    .upload_rate_limit_max = settings.upload_rate_limit_max,
	    .window_us = settings.rate_limit_window_ms * 1000 });
	gateway->blobs = blob_store_open(&settings.assets, &problem);
	if (!gateway->blobs) {
		(void)fprintf(stderr, "%s\n", problem);
		return false;
	}
	blob_sweep(gateway->blobs);
	if (!trace_start(&settings.traces, "gateway", &problem)) {
		(void)fprintf(stderr, "%s\n", problem);
		return false;
	}
	gateway->disk = disk_new();
	gateway->metrics_page = metrics_page_new(settings.run_dir, settings.metrics_remote);
	gateway->front = front_new(&(struct front_options){ .cors_allowed_origins = settings.cors_allowed_origins,
	    .hsts = settings.hsts, .documentation = settings.documentation });
	console_load(settings.console);
	gateway->hub = hub_new(gateway, settings.audit_pokes);
	gateway->mcp = mcp_new(settings.mcp_key_file);
	uint64_t seed;
	secret_random(&seed, sizeof(seed));
	gateway->graphql = graphql_new(seed);
	if (!gateway->hub || !gateway->mcp || !gateway->graphql || !gateway->upstreams || !gateway->credentials || !gateway->front || !patterns_install() || !start_http(gateway))
		return false;
	(void)mkdir(settings.run_dir, 0700); /* a missing directory shows when the metrics file is written */
	if (!metrics_serve("gateway", settings.metrics_address, (int)settings.metrics_port, settings.run_dir))
		return false;
	loop->gateway = gateway;
	loop->connections = metric_gauge("wordclaw_http_connections", "Open client connections.", NULL);
	loop->exchanges = metric_gauge("wordclaw_http_requests_in_flight", "Requests not answered yet.", NULL);
	watch(loop, http_fd(gateway->http), TAG_HTTP);
	watch(loop, metrics_page_fd(gateway->metrics_page), TAG_METRICS);
	watch(loop, disk_fd(gateway->disk), TAG_DISK);
	return true;
}

/* Calls still under way end as lost, so every exchange is answered before the connections close. */
static void
stop(struct gateway *gateway)
{
	size_t n_left = http_n_exchanges(gateway->http);

	struct upstreams *upstreams = gateway->upstreams;
	gateway->upstreams = NULL; /* what still comes in is refused */
	upstreams_free(upstreams);
	metrics_page_free(gateway->metrics_page);
	disk_free(gateway->disk);
	trace_stop();
	(void)http_run(gateway->http);
	http_free(gateway->http);
	credentials_free(gateway->credentials);
	decisions_free(gateway->decisions);
	access_free(gateway->access);
	front_free(gateway->front);
	mcp_free(gateway->mcp);
	hub_free(gateway->hub);
	graphql_free(gateway->graphql);
	log_write(LOG_INFO, "gateway.stopped", LOG_INT("cutOff", (int64_t)n_left));
}

static int
usage(void)
{
	(void)printf("wordclaw-gateway: HTTP in front of the services.\n\n"
		     "  --help          this text\n  --version       the build\n  --check-config  read the settings, report, exit\n"
		     "  --ping          ask the gateway that serves with these settings whether all is ready; for health checks\n\n");
	gateway_settings_print();
	return 0;
}

/* Two settings have a grammar of their own. */
static bool
check_config(void)
{
	const char *problem = NULL;
	struct trusted_proxies proxies;
	struct credentials *credentials;

	if (!gateway_settings_load())
		return false;
	if (!trusted_proxies_parse(settings.trusted_proxies, &proxies, &problem)) {
		(void)fprintf(stderr, "WORDCLAW_TRUSTED_PROXIES: %s\n", problem);
		return false;
	}
	credentials = credentials_new(NULL, settings.api_keys, NULL, &problem);
	if (!credentials)
		(void)fprintf(stderr, "API_KEYS: %s\n", problem);
	else
		credentials_free(credentials);
	return credentials != NULL;
}

static enum log_level
log_level_setting(void)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	for (int level = LOG_DEBUG; level <= LOG_ERROR; level++)
		if (strcmp(names[level], settings.log_level) == 0)
			return (enum log_level)level;
	return LOG_INFO;
}

static int
ping(void)
{
	enum { PING_TIMEOUT_MS = 3000, ANSWER_BYTES_MAX = 65536 };
	struct arena *arena = arena_new(ANSWER_BYTES_MAX * 4);
	struct http_client *client = http_client_new(true);
	bool is_any = strcmp(settings.bind, "0.0.0.0") == 0 || strcmp(settings.bind, "::") == 0, is_v6 = strchr(settings.bind, ':') != NULL;
	const char *host = is_any ? "127.0.0.1" : settings.bind;
	const char *url = arena_printf(arena, is_v6 && !is_any ? "http://[%s]:%d/ready" : "http://%s:%d/ready", host, (int)settings.port);
	struct http_client_request request = { .method = "GET", .url = url, .connect_timeout_ms = PING_TIMEOUT_MS, .timeout_ms = PING_TIMEOUT_MS,
		.response_bytes_max = ANSWER_BYTES_MAX };
	struct http_client_response response;
	bool is_ready = http_client_send(client, arena, &request, &response) == HTTP_CLIENT_ANSWERED && response.status == 200;

	(void)fprintf(is_ready ? stdout : stderr, "wordclaw-gateway: %s\n", is_ready ? "ready" : response.problem ? response.problem : response.body);
	http_client_free(client);
	arena_free(arena);
	return is_ready ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static struct gateway gateway;
	struct loop loop = { .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage();
	if (argc > 1 && strcmp(argv[1], "--version") == 0)
		return printf("%s\n", WORDCLAW_VERSION) < 0;
	secret_init();
	if (!check_config())
		return 2;
	if (argc > 1 && strcmp(argv[1], "--check-config") == 0)
		return 0;
	if (argc > 1 && strcmp(argv[1], "--ping") == 0)
		return ping();
	log_init("gateway", log_level_setting());
	loop.signal_fd = block_signals();
	loop.timer_fd = start_timer();
	if (!start(&loop, &gateway)) {
		(void)fflush(NULL);
		_exit(1); /* at exit czmq would list every socket still open, below the line that says what is wrong */
	}
	watch(&loop, loop.signal_fd, TAG_SIGNAL);
	watch(&loop, loop.timer_fd, TAG_TIMER);
	log_write(LOG_INFO, "gateway.listening", LOG_TEXT("address", settings.bind), LOG_INT("port", settings.port),
	    LOG_TEXT("version", WORDCLAW_VERSION));
	serve(&loop);
	stop(&gateway);
	return 0;
}
