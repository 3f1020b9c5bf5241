/* Which instances answer on the bus, and whether they are of this version. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bus/bus.h"
#include "clock.h"
#include "codec/msgpack.h"
#include "common_proto.h"
#include "contract/envelope.h"
#include "doctor.h"

enum { PING_MS = 2000, QUEUE_DEPTH_HIGH = 256 };

struct pong {
	struct arena *arena;
	enum bus_result result;
	struct envelope_reply reply;
	bool is_readable;
};

static void
take_pong(void *context, enum bus_result result, const void *bytes, size_t n_bytes)
{
	struct pong *pong = context;

	pong->result = result;
	if (result == BUS_REPLIED)
		pong->is_readable = envelope_read_reply(pong->arena, arena_memdup(pong->arena, bytes, n_bytes), n_bytes, &pong->reply);
}

/* False with *ret_problem when there is no usable answer. */
static bool
ping(struct arena *arena, struct bus_client *client, struct health_ping_response *ret_answer, const char **ret_problem)
{
	const struct principal nobody = { .id = "doctor", .type = "system", .source = "doctor" };
	struct pong pong = { .arena = arena, .result = BUS_UNREACHABLE };
	struct buf input, record;

	buf_init(&input, arena, 16);
	codec_msgpack_write(&input, operation_health_ping.request, &(struct health_ping_request){ 0 });
	struct envelope_request envelope = { .correlation = bus_client_next_correlation(client), .op = operation_health_ping.id, .request_id = "doctor",
		.surface = "internal", .deadline_us = clock_now_us() + PING_MS * 1000, .principal = nobody, .input = input.bytes, .n_input = input.len };
	buf_init(&record, arena, 256);
	envelope_write_request(&record, &envelope);
	(void)bus_client_ask(client, &(struct bus_call){ .record = record.bytes, .n_record = record.len, .correlation = envelope.correlation,
	    .deadline_us = envelope.deadline_us, .done = take_pong, .context = &pong }); /* take_pong keeps the result */
	*ret_problem = "nobody answers";
	if (!pong.is_readable)
		return false;
	*ret_problem = pong.reply.message ? pong.reply.message : pong.reply.code;
	return pong.reply.ok && codec_msgpack_read(arena, operation_health_ping.response, pong.reply.output, pong.reply.n_output, ret_answer, ret_problem);
}

static void
judge(struct findings *findings, const struct health_ping_response *answer, const char *endpoint)
{
	const char *who = arena_printf(findings->arena, "%s, process %lld at %s", answer->service, (long long)answer->pid, endpoint);

	if (!answer->is_ready)
		finding_add(findings, "bus", VERDICT_FAIL, "read its log; the database findings say more", "%s is not ready: %s", who, answer->problem ? answer->problem : "it does not say why");
	else if (strcmp(answer->version, WORDCLAW_VERSION) != 0)
		finding_add(findings, "bus", VERDICT_WARN, "go on with the rolling change: replace it by this version's program, or this program by that version's",
		    "%s is version %s, this is %s", who, answer->version, WORDCLAW_VERSION);
	else if (answer->queue_depth > QUEUE_DEPTH_HIGH)
		finding_add(findings, "bus", VERDICT_WARN, "start another instance, or look for what keeps its workers", "%s has %lld requests inside", who, (long long)answer->queue_depth);
	else
		finding_add(findings, "bus", VERDICT_OK, NULL, "%s serves, version %s", who, answer->version);
}

static void
examine_instance(struct findings *findings, const char *service, const char *endpoint, const char *setting)
{
	struct bus_client *client = bus_client_new(service, endpoint);
	struct health_ping_response answer;
	const char *problem = "it is no endpoint, such as tcp://content:5551 or ipc:///run/wordclaw/content.ipc";

	if (client && ping(findings->arena, client, &answer, &problem))
		judge(findings, &answer, endpoint);
	else
		finding_add(findings, "bus", VERDICT_FAIL, arena_printf(findings->arena, "start wordclaw-%s, or say where it is: %s", service, setting),
		    "%s at %s: %s", service, endpoint, problem);
	bus_client_free(client);
}

/* Every address of a name is an instance of its own. */
static void
examine_name(struct findings *findings, const char *service, const char *host, const char *port, const char *setting)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	char address[INET6_ADDRSTRLEN];

	int status = getaddrinfo(host, port, &hints, &list);
	if (status != 0)
		finding_add(findings, "bus", VERDICT_FAIL, arena_printf(findings->arena, "correct %s, or start an instance: its name has no address", setting),
		    "%s at %s: %s", service, host, gai_strerror(status));
	for (const struct addrinfo *one = list; one; one = one->ai_next) {
		if (getnameinfo(one->ai_addr, one->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST) != 0)
			continue;
		bool is_v6 = one->ai_family == AF_INET6;
		examine_instance(findings, service, arena_printf(findings->arena, "tcp://%s%s%s:%s", is_v6 ? "[" : "", address, is_v6 ? "]" : "", port), setting);
	}
	if (list)
		freeaddrinfo(list);
}

static void
examine_service(struct findings *findings, const char *service, const char *endpoints, const char *setting)
{
	char *rest = arena_strdup(findings->arena, endpoints), *endpoint;

	while ((endpoint = strsep(&rest, ","))) {
		char *colon = strrchr(endpoint, ':');
		bool is_name = strncmp(endpoint, "tcp://", 6) == 0 && colon > endpoint + 6 && endpoint[6] != '[';
		if (!is_name) {
			examine_instance(findings, service, endpoint, setting);
			continue;
		}
		*colon = '\0';
		examine_name(findings, service, endpoint + 6, colon + 1, setting);
	}
}

void
doctor_bus(const struct operate *operate, struct findings *findings)
{
	for (size_t i = 0; registry_services[i]; i++) {
		const char *service = registry_services[i];
		char name[64];
		int n = snprintf(name, sizeof(name), "WORDCLAW_");
		for (const char *c = service; *c && n < 50; c++)
			name[n++] = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
		(void)snprintf(name + n, sizeof(name) - (size_t)n, "_ENDPOINTS");
		const char *set = getenv(name);
		const char *endpoints = set && *set ? set : arena_printf(operate->arena, "ipc://%s/%s.ipc", operate->run_dir, service);
		examine_service(findings, service, endpoints, arena_strdup(operate->arena, name));
	}
}
