/* The outbound client: what may be connected to, and hosts that rest. */
#include "outbound.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "service_internal.h"

enum { PORTS_MAX = 16, ALLOWED_MAX = 32, HOSTS_MAX = 1024, HOST_BYTES_MAX = 255 };

struct allowed {
	char host[HOST_BYTES_MAX + 1];
	int port; /* 0: any */
};

static struct {
	int ports[PORTS_MAX];
	size_t n_ports;
	struct allowed allowed[ALLOWED_MAX];
	size_t n_allowed;
} rules = { .ports = { 443 }, .n_ports = 1 };

/* ---- rules ---- */

static bool
read_port(const char *text, size_t n, int *ret_port)
{
	char digits[6];

	if (n == 0 || n >= sizeof(digits) || strspn(text, "0123456789") < n)
		return false;
	memcpy(digits, text, n);
	digits[n] = '\0';
	*ret_port = (int)strtol(digits, NULL, 10);
	return *ret_port >= 1 && *ret_port <= 65535;
}

static bool
read_ports(const char *text)
{
	rules.n_ports = 0;
	while (*text) {
		size_t n = strcspn(text, ",");
		if (rules.n_ports == PORTS_MAX || !read_port(text, n, &rules.ports[rules.n_ports]))
			return false;
		rules.n_ports++;
		text += n + (text[n] == ',');
	}
	return rules.n_ports > 0;
}

static bool
read_allowed(const char *text)
{
	rules.n_allowed = 0;
	while (*text) {
		size_t n = strcspn(text, ",");
		const char *colon = memrchr(text, ':', n);
		struct allowed *entry = &rules.allowed[rules.n_allowed];
		if (!colon || colon == text || rules.n_allowed == ALLOWED_MAX || (size_t)(colon - text) > HOST_BYTES_MAX)
			return false;
		size_t n_port = (size_t)(text + n - colon - 1);
		memcpy(entry->host, text, (size_t)(colon - text));
		entry->host[colon - text] = '\0';
		entry->port = 0;
		if (!(n_port == 1 && colon[1] == '*') && !read_port(colon + 1, n_port, &entry->port))
			return false;
		rules.n_allowed++;
		text += n + (text[n] == ',');
	}
	return true;
}

bool
outbound_settings_check(const char *ports, const char *allow)
{
	if (!read_ports(ports)) {
		(void)fprintf(stderr, "WORDCLAW_OUTBOUND_PORTS '%s' is not a list of ports: use numbers with commas, such as 443,8443\n", ports);
		return false;
	}
	if (!read_allowed(allow)) {
		(void)fprintf(stderr, "WORDCLAW_OUTBOUND_ALLOW '%s' is not a list of receivers: use host:port with commas, such as localhost:9000,10.0.0.7:*\n", allow);
		return false;
	}
	return true;
}

static bool
is_allowed(const struct http_client_url *url)
{
	for (size_t i = 0; i < rules.n_allowed; i++) {
		const struct allowed *entry = &rules.allowed[i];
		if (strcasecmp(entry->host, url->host) == 0 && (entry->port == 0 || entry->port == url->port))
			return true;
	}
	return false;
}

static bool
is_port_open(int port)
{
	for (size_t i = 0; i < rules.n_ports; i++) {
		if (rules.ports[i] == port)
			return true;
	}
	return false;
}

/* The URL's host as an address, if it is one: refused at once rather than at the first delivery. */
static bool
is_private_literal(const char *host)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	char plain[HOST_BYTES_MAX + 1];
	size_t n = strlen(host);

	if (inet_aton(host, &v4.sin_addr) != 0) /* every spelling that a resolver takes: 127.1, 0x7f.1, 2130706433 */
		return !http_client_is_public((const struct sockaddr *)(const void *)&v4);
	if (host[0] != '[' || n < 3 || n > HOST_BYTES_MAX)
		return false;
	(void)snprintf(plain, sizeof(plain), "%.*s", (int)(n - 2), host + 1);
	return inet_pton(AF_INET6, plain, &v6.sin6_addr) != 1 || !http_client_is_public((const struct sockaddr *)(const void *)&v6);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), n_end = strlen(end);

	return n >= n_end && strcasecmp(text + n - n_end, end) == 0;
}

static bool
is_local_name(const char *host)
{
	static const char *const endings[] = { ".local", ".localhost", ".internal", ".home.arpa", ".localdomain" };

	if (strcasecmp(host, "localhost") == 0 || !strpbrk(host, ".:"))
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (ends_with(host, endings[i]))
			return true;
	}
	return false;
}

static const char *
judge(struct arena *arena, const struct http_client_url *url)
{
	if (url->has_credentials)
		return "it carries a user name or password";
	if (url->has_zone)
		return "it names a network interface";
	if (is_allowed(url))
		return NULL;
	if (strcmp(url->scheme, "https") != 0)
		return "it must begin with https://";
	if (!is_port_open(url->port))
		return arena_printf(arena, "port %d is not open to receivers", url->port);
	if (is_local_name(url->host))
		return arena_printf(arena, "the host '%s' is not on the public Internet", url->host);
	if (is_private_literal(url->host))
		return arena_printf(arena, "the address %s is not public", url->host);
	return NULL;
}

static const char *
parse(struct arena *arena, const char *text, struct http_client_url *ret_url)
{
	if (strlen(text) > OUTBOUND_URL_BYTES_MAX)
		return arena_printf(arena, "it is longer than %d bytes", OUTBOUND_URL_BYTES_MAX);
	if (!http_client_url_parse(arena, text, ret_url))
		return "it is not an absolute http or https URL";
	return judge(arena, ret_url);
}

const char *
outbound_check_url(struct arena *arena, const char *text)
{
	struct http_client_url url;

	return parse(arena, text, &url);
}

/* ---- hosts that rest ---- */

struct host {
	uint64_t hash; /* 0: nobody's */
	int n_failures;
	int64_t rests_until_us; /* monotonic */
};

static struct {
	pthread_mutex_t mutex;
	struct host list[HOSTS_MAX];
} hosts = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* A place per hash: two hosts that share one rest together, which costs a delay and nothing else. */
static struct host *
place_of(const struct http_client_url *url)
{
	uint64_t hash = 14695981039346656037u ^ (uint64_t)url->port;

	for (const char *at = url->host; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 1099511628211u;
	struct host *host = &hosts.list[hash % HOSTS_MAX];
	if (host->hash != hash)
		*host = (struct host){ .hash = hash };
	return host;
}

static bool
is_resting(const struct http_client_url *url)
{
	pthread_mutex_lock(&hosts.mutex);
	bool rests = place_of(url)->rests_until_us > clock_monotonic_us();
	pthread_mutex_unlock(&hosts.mutex);
	return rests;
}

static void
note_result(const struct http_client_url *url, bool is_answered)
{
	pthread_mutex_lock(&hosts.mutex);
	struct host *host = place_of(url);
	host->n_failures = is_answered ? 0 : host->n_failures + 1;
	if (host->n_failures >= OUTBOUND_FAILURES_MAX) {
		host->rests_until_us = clock_monotonic_us() + OUTBOUND_REST_MS * 1000;
		host->n_failures = OUTBOUND_FAILURES_MAX - 1; /* one more failure after the rest, and it rests again */
	}
	pthread_mutex_unlock(&hosts.mutex);
}

/* ---- one request ---- */

enum outbound_result
outbound_send(struct request *req, const struct http_client_request *request, struct http_client_response *ret_response)
{
	struct http_client_url url;

	assert(!req->in_transaction);
	*ret_response = (struct http_client_response){ .body = "" };
	ret_response->problem = parse(req->arena, request->url, &url);
	if (ret_response->problem)
		return OUTBOUND_REFUSED;
	if (is_resting(&url)) {
		ret_response->problem = "the host failed too often and rests for some seconds";
		return OUTBOUND_RESTING;
	}
	bool is_private = is_allowed(&url);
	struct http_client **client = &req->worker->http[is_private];
	if (!*client)
		*client = http_client_new(is_private);
	req->worker->last_http = *client;
	enum http_client_result result = http_client_send(*client, req->arena, request, ret_response);
	bool is_ours = result == HTTP_CLIENT_BAD_REQUEST || result == HTTP_CLIENT_ADDRESS_REFUSED;
	if (!is_ours)
		note_result(&url, result == HTTP_CLIENT_ANSWERED);
	return result == HTTP_CLIENT_ANSWERED ? OUTBOUND_ANSWERED : is_ours ? OUTBOUND_REFUSED : OUTBOUND_FAILED;
}

const char *
outbound_header(const struct request *req, const char *name)
{
	return req->worker->last_http ? http_client_header(req->worker->last_http, name) : NULL;
}
