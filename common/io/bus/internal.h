/* What the bus files share: czmq's context, sockets with every rule set, endpoints, the heartbeat frame. */
#ifndef BUS_INTERNAL_H
#define BUS_INTERNAL_H

#include <czmq.h>
/* czmq.h brings syslog.h, whose names are those of our log. */
#undef LOG_DEBUG
#undef LOG_INFO

#include "bus/bus.h"
#include "bus/message.h"

enum {
	BUS_HWM = 1024,            /* messages; above BUS_OUTSTANDING_MAX, so credit runs out before the pipe does */
	BUS_POKE_HWM = 16,
	BUS_LINGER_MS = 200,
	BUS_RECONNECT_MS = 20,
	BUS_RECONNECT_MAX_MS = 200,
	BUS_HEARTBEAT_BYTES = 10,
	BUS_ADDRESS_MAX = 320,
	BUS_HOST_MAX = 256,
	BUS_IPC_PATH_MAX = 107,    /* sun_path */
	BUS_PROBLEM_MAX = 512,
};

/* Before the first socket: makes czmq's context, which lasts as long as the process (czmq cannot make it a second time, nor can a
 * forked child use its parent's).  Its exit waits until lingering replies are out, at most BUS_LINGER_MS. */
void bus_context_need(void);

/* A socket with the limits of this bus: bounded queues, heartbeats, no routing id, no waiting in send and receive.  NULL with
 * errno when the process is out of descriptors. */
zsock_t *bus_socket_new(int type);
/* Before each bind or connect: sets or clears encryption for this endpoint. */
void bus_socket_secure(zsock_t *socket, const char *endpoint, bool is_server, size_t which);
size_t bus_n_keys(void);
void bus_socket_free(zsock_t *socket, int linger_ms); /* accepts NULL */
bool bus_socket_has_input(zsock_t *socket);
/* Hand one frame to the socket; false with errno when it does not take it. */
bool bus_socket_send(zsock_t *socket, const void *bytes, size_t n_bytes, bool has_more);

/* Whether the process holds the key that tcp is encrypted with. */
bool bus_has_key(void);

/* ZMQ_FD signals edges, and any send may swallow one.  A wake is one descriptor over sockets that behaves like a
 * level: whoever finds input left after sending raises it. */
struct bus_wake {
	int fd, event_fd; /* fd is what callers poll */
	bool is_raised;
};

void bus_wake_init(struct bus_wake *wake);
void bus_wake_release(struct bus_wake *wake);
void bus_wake_watch(struct bus_wake *wake, int fd);
void bus_wake_unwatch(struct bus_wake *wake, int fd);
void bus_wake_raise(struct bus_wake *wake);
void bus_wake_clear(struct bus_wake *wake);

/* Heartbeat: a frame of 0xc1 (no message begins so: its first record would have 3 GiB), the asker's stamp big-endian, and 1
 * when the answering server is leaving. */
void bus_heartbeat_write(uint8_t frame[BUS_HEARTBEAT_BYTES], int64_t stamp_us);
bool bus_heartbeat_is(const void *bytes, size_t n_bytes);
void bus_heartbeat_set_leaving(void *bytes);
bool bus_heartbeat_is_leaving(const void *bytes);

/* ---- endpoints ---- */

struct bus_endpoint {
	char address[BUS_ADDRESS_MAX]; /* as zsock_connect wants it */
	char host[BUS_HOST_MAX], port[8]; /* tcp only */
	bool is_name;                  /* host needs resolving */
};

struct bus_endpoints {
	struct bus_endpoint items[BUS_INSTANCES_MAX];
	size_t n;
};

/* False with *ret_problem (thread-local) when the list is malformed or too long.  An empty list is valid. */
bool bus_endpoints_parse(const char *text, struct bus_endpoints *ret_endpoints, const char **ret_problem);

/* False with *ret_problem when the endpoint leaves this machine over tcp and there is no key. */
bool bus_endpoint_is_safe(const char *endpoint, const char **ret_problem);

/* Thread-local text for *ret_problem parameters. */
const char *bus_problem(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Lock an ipc endpoint by its lock file and remove what a dead predecessor left.  Returns the lock's descriptor, or
 * -1 with errno and *ret_problem.  tcp and abstract ipc need none (their bind refuses): returns -1 with errno 0. */
int bus_endpoint_lock(const char *endpoint, const char **ret_problem);

/* ---- name resolution, on a thread of its own because getaddrinfo blocks ---- */

struct bus_resolver;
struct bus_resolver *bus_resolver_new(const struct bus_endpoints *endpoints); /* copies the names among them */
void bus_resolver_free(struct bus_resolver *resolver); /* accepts NULL; never waits for a look-up */
/* All addresses currently known, when they changed since the last take. */
bool bus_resolver_take(struct bus_resolver *resolver, struct bus_endpoints *ret_addresses);

#endif
