/* HTTP client: libcurl with everything bounded and the peer's address checked where it cannot be changed any more. */
#include "http_client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"

enum { HEADERS_BYTES_MAX = 64 * 1024, HEADERS_MAX = 64, FIRST_BODY_BYTES = 4096, CONNECTIONS_MAX = 8 };

struct http_client {
	CURL *curl;
	CURLM *multi; /* of streams */
	atomic_bool is_stopped;
	bool allow_private;

	/* of the request in flight */
	struct buf body;
	size_t body_bytes_max;
	size_t n_headers_bytes;
	bool is_too_large;
	bool is_address_refused;
	const struct http_client_receiver *receiver; /* of a stream, or NULL */
	bool is_stream;      /* the answer is one */
	bool has_enough;
	int64_t alive_us;    /* when something came last */
};

struct network4 {
	uint32_t address;
	int n_bits;
};

struct network6 {
	uint8_t address[4]; /* all of these are decided by their first 32 bits */
	int n_bits;
};

/* IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890 and successors), and multicast. */
static const struct network4 SPECIAL4[] = {
	{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xac100000, 12 },
	{ 0xc0000000, 24 }, { 0xc0000200, 24 }, { 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 },
	{ 0xcb007100, 24 }, { 0xe0000000, 4 }, { 0xf0000000, 4 },
};

/* Only 2000::/3 is handed out; within it Teredo and other protocol assignments, documentation, 6to4, and 3fff::/20 are special. */
static const struct network6 SPECIAL6[] = {
	{ { 0x20, 0x01, 0x00, 0x00 }, 23 }, { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, { { 0x20, 0x02, 0x00, 0x00 }, 16 },
	{ { 0x3f, 0xff, 0x00, 0x00 }, 20 },
};

static const uint8_t MAPPED_PREFIX[12] = { [10] = 0xff, [11] = 0xff };        /* ::ffff:0:0/96 */
static const uint8_t NAT64_PREFIX[12] = { 0x00, 0x64, 0xff, 0x9b };           /* 64:ff9b::/96 */

static uint32_t
read_big_endian(const uint8_t bytes[4])
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool
is_in(uint32_t address, uint32_t network, int n_bits)
{
	return (address ^ network) >> (32 - n_bits) == 0;
}

static bool
is_public4(uint32_t address)
{
	for (size_t i = 0; i < sizeof(SPECIAL4) / sizeof(SPECIAL4[0]); i++)
		if (is_in(address, SPECIAL4[i].address, SPECIAL4[i].n_bits))
			return false;
	return true;
}

static bool
is_public6(const uint8_t bytes[16])
{
	uint32_t start = read_big_endian(bytes);

	if (memcmp(bytes, MAPPED_PREFIX, sizeof(MAPPED_PREFIX)) == 0 || memcmp(bytes, NAT64_PREFIX, sizeof(NAT64_PREFIX)) == 0)
		return is_public4(read_big_endian(bytes + 12));
	if (!is_in(start, 0x20000000, 3))
		return false;
	for (size_t i = 0; i < sizeof(SPECIAL6) / sizeof(SPECIAL6[0]); i++)
		if (is_in(start, read_big_endian(SPECIAL6[i].address), SPECIAL6[i].n_bits))
			return false;
	return true;
}

static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_client *client = context;

	if (purpose != CURLSOCKTYPE_IPCXN || (!client->allow_private && !http_client_is_public(&address->addr))) {
		client->is_address_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take_body(char *bytes, size_t size, size_t n, void *context)
{
	struct http_client *client = context;
	size_t n_bytes = size * n;

	client->alive_us = clock_monotonic_us();
	if (client->is_stream) {
		client->has_enough = !client->receiver->take(client->receiver->context, bytes, n_bytes);
		return client->has_enough ? 0 : n_bytes;
	}
	if (n_bytes > client->body_bytes_max - client->body.len) {
		client->is_too_large = true;
		return 0;
	}
	buf_add(&client->body, bytes, n_bytes);
	return n_bytes;
}

/* Behind the last header: is this what the receiver waits for? */
static bool
open_stream(struct http_client *client)
{
	long status = 0;
	const char *type = NULL;

	(void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(client->curl, CURLINFO_CONTENT_TYPE, &type);
	client->is_stream = status >= 200 && status < 300 && type && strncasecmp(type, "text/event-stream", 17) == 0;
	if (!client->is_stream || !client->receiver->open)
		return true;
	client->has_enough = !client->receiver->open(client->receiver->context);
	return !client->has_enough;
}

static size_t
take_header(char *bytes, size_t size, size_t n, void *context)
{
	struct http_client *client = context;
	bool is_end = size * n == 2 && bytes[0] == '\r';

	client->alive_us = clock_monotonic_us();
	client->n_headers_bytes += size * n;
	client->is_too_large = client->n_headers_bytes > HEADERS_BYTES_MAX;
	if (client->is_too_large || (is_end && client->receiver && !open_stream(client)))
		return 0;
	return size * n;
}

static void
init_curl(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
}

struct http_client *
http_client_new(bool allow_private)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http_client *client = calloc(1, sizeof(*client));

	(void)pthread_once(&once, init_curl); /* fails only for an invalid once */
	if (!client || !(client->curl = curl_easy_init()) || !(client->multi = curl_multi_init()))
		abort();
	client->allow_private = allow_private;
	return client;
}

void
http_client_free(struct http_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	(void)curl_multi_cleanup(client->multi); /* it holds nothing any more */
	free(client);
}

/* False when one of them could break out of its line. */
static bool
add_headers(const char *const *headers, struct curl_slist **list)
{
	for (size_t i = 0; headers && headers[i]; i++) {
		if (i == HEADERS_MAX || strpbrk(headers[i], "\r\n"))
			return false;
		struct curl_slist *longer = curl_slist_append(*list, headers[i]);
		if (!longer)
			abort();
		*list = longer;
	}
	return true;
}

/* libcurl has no way to fail on these but a build without the feature, which tests would show. */
static void
set_options(struct http_client *client, const struct http_client_request *request, struct curl_slist *headers)
{
	CURL *curl = client->curl;

	curl_easy_reset(curl); /* keeps the connections */
	(void)curl_easy_setopt(curl, CURLOPT_URL, request->url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* a proxy would connect where we may not */
	(void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	(void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, client);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, client);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_timeout_ms);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	(void)curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->response_bytes_max);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "WordClaw");
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (request->body || strcmp(request->method, "POST") == 0) {
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->n_body);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
	}
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	if (strcmp(request->method, "HEAD") == 0)
		(void)curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
}

static enum http_client_result
judge(const struct http_client *client, CURLcode code, struct http_client_response *response)
{
	if (code == CURLE_OK)
		return HTTP_CLIENT_ANSWERED;
	response->problem = curl_easy_strerror(code);
	if (client->has_enough || (client->receiver && atomic_load(&client->is_stopped)))
		return HTTP_CLIENT_STOPPED;
	if (client->is_too_large || code == CURLE_FILESIZE_EXCEEDED) {
		response->problem = "the answer is too large";
		return HTTP_CLIENT_TOO_LARGE;
	}
	if (code == CURLE_OPERATION_TIMEDOUT)
		return HTTP_CLIENT_LATE;
	if (client->is_address_refused) {
		response->problem = "the address is not public";
		return HTTP_CLIENT_ADDRESS_REFUSED;
	}
	if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
		return HTTP_CLIENT_BAD_REQUEST;
	return HTTP_CLIENT_UNREACHABLE;
}

/* ---- streams ---- */

enum { POLL_MS_MAX = 1000 };

/* How long nothing may happen from now on, in microseconds; not positive: too long already. */
static int64_t
remaining_us(const struct http_client *client, const struct http_client_request *request, int64_t start_us)
{
	int64_t now_us = clock_monotonic_us();

	if (client->is_stream)
		return client->alive_us + client->receiver->idle_timeout_ms * 1000 - now_us;
	return start_us + request->timeout_ms * 1000 - now_us;
}

/* False when the transfer is over; *ret_code says how. */
static bool
turn(struct http_client *client, int64_t patience_us, CURLcode *ret_code)
{
	int n_running = 0, n_left;
	CURLMsg *message;

	if (curl_multi_perform(client->multi, &n_running) != CURLM_OK) {
		*ret_code = CURLE_OUT_OF_MEMORY;
		return false;
	}
	while ((message = curl_multi_info_read(client->multi, &n_left)))
		if (message->msg == CURLMSG_DONE) {
			*ret_code = message->data.result;
			return false;
		}
	int64_t wait_ms = patience_us / 1000 < POLL_MS_MAX ? patience_us / 1000 + 1 : POLL_MS_MAX;
	(void)curl_multi_poll(client->multi, NULL, 0, (int)wait_ms, NULL); /* a failure shows in the next turn */
	return true;
}

static CURLcode
perform_stream(struct http_client *client, const struct http_client_request *request)
{
	int64_t start_us = clock_monotonic_us(), patience_us;
	CURLcode code = CURLE_OPERATION_TIMEDOUT;

	(void)curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, 0L); /* remaining_us decides */
	(void)curl_easy_setopt(client->curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)0); /* a stream has no size */
	if (curl_multi_add_handle(client->multi, client->curl) != CURLM_OK)
		return CURLE_OUT_OF_MEMORY;
	while (!atomic_load(&client->is_stopped) && (patience_us = remaining_us(client, request, start_us)) > 0)
		if (!turn(client, patience_us, &code))
			break;
	(void)curl_multi_remove_handle(client->multi, client->curl);
	return code;
}

/* ---- one exchange ---- */

static void
finish(struct http_client *client, enum http_client_result result, struct http_client_response *response)
{
	long status = 0;

	if (result != HTTP_CLIENT_ANSWERED)
		return;
	(void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	response->status = (int)status;
	response->body = client->body.bytes;
	response->n_body = client->body.len;
}

static enum http_client_result
exchange(struct http_client *client, struct arena *arena, const struct http_client_request *request,
    const struct http_client_receiver *receiver, struct http_client_response *ret_response)
{
	struct curl_slist *headers = NULL;
	struct http_client_response response = { .body = "" };
	int64_t start_us = clock_monotonic_us();

	buf_init(&client->body, arena, FIRST_BODY_BYTES);
	client->body_bytes_max = request->response_bytes_max;
	client->n_headers_bytes = 0;
	client->is_too_large = client->is_address_refused = client->is_stream = client->has_enough = false;
	client->receiver = receiver;

	enum http_client_result result = HTTP_CLIENT_BAD_REQUEST;
	if (add_headers(request->headers, &headers)) {
		set_options(client, request, headers);
		result = judge(client, receiver ? perform_stream(client, request) : curl_easy_perform(client->curl), &response);
		(void)curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL); /* the list dies here */
	} else {
		response.problem = "a header has a line break, or there are too many";
	}
	curl_slist_free_all(headers);
	finish(client, result, &response);
	response.duration_us = clock_monotonic_us() - start_us;
	*ret_response = response;
	return result;
}

enum http_client_result
http_client_send(struct http_client *client, struct arena *arena, const struct http_client_request *request,
    struct http_client_response *ret_response)
{
	return exchange(client, arena, request, NULL, ret_response);
}

enum http_client_result
http_client_stream(struct http_client *client, struct arena *arena, const struct http_client_request *request,
    const struct http_client_receiver *receiver, struct http_client_response *ret_response)
{
	return exchange(client, arena, request, receiver, ret_response);
}

void
http_client_stop(struct http_client *client)
{
	atomic_store(&client->is_stopped, true);
	(void)curl_multi_wakeup(client->multi); /* fails only where the loop looks within a second anyway */
}

const char *
http_client_header(const struct http_client *client, const char *name)
{
	struct curl_header *header;

	if (curl_easy_header(client->curl, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return NULL;
	return header->value;
}

bool
http_client_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return is_public4(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
	if (address->sa_family == AF_INET6)
		return is_public6(((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr);
	return false;
}

/* ---- URLs ---- */

static char *
url_part(struct arena *arena, CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL;

	if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
		return NULL;
	char *copy = arena_strdup(arena, text);
	curl_free(text);
	return copy;
}

bool
http_client_url_parse(struct arena *arena, const char *text, struct http_client_url *ret_url)
{
	CURLU *url = curl_url();

	if (!url)
		abort();
	if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK) {
		curl_url_cleanup(url);
		return false;
	}
	const char *port = url_part(arena, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	char *host = url_part(arena, url, CURLUPART_HOST, 0);
	struct http_client_url parsed = {
		.scheme = url_part(arena, url, CURLUPART_SCHEME, 0), .host = host, .port = port ? (int)strtol(port, NULL, 10) : 0,
		.has_credentials = url_part(arena, url, CURLUPART_USER, 0) || url_part(arena, url, CURLUPART_PASSWORD, 0),
		.has_zone = url_part(arena, url, CURLUPART_ZONEID, 0),
	};
	curl_url_cleanup(url);
	if (!host || !*host || !parsed.port || (strcmp(parsed.scheme, "http") != 0 && strcmp(parsed.scheme, "https") != 0))
		return false;
	for (char *at = host; *at; at++)
		*at = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
	*ret_url = parsed;
	return true;
}
