/* The message bus: ROUTER/DEALER requests in multi-record messages, PUB/SUB pokes.  czmq stays behind this header.
 * A bus object belongs to one thread. */
#ifndef BUS_H
#define BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BUS_RECORDS_MAX = 64,          /* records of one message */
	BUS_RECORD_BYTES_MAX = 16 * 1024 * 1024, /* a larger record is refused by the sender; receivers drop the connection */
	BUS_OUTSTANDING_MAX = 512,     /* unanswered requests per instance; further ones are refused at once */
	BUS_INSTANCES_MAX = 32,
	BUS_HEARTBEAT_MS = 100,        /* our own heartbeat record */
	BUS_DEAD_MS = 500,             /* silence after which an instance is taken for dead */
};

/* Encrypt tcp with CURVE, both ends using one key pair: the secret half is the 32 raw bytes of the file at path, made (0600)
 * when absent; every host of an installation needs the same file.  Up to four keys in a row: servers have the first, clients try all.  Only holders of the file can connect or be connected to.
 * ipc stays plain (file permissions guard it), and so does tcp on the loopback without a key; other tcp endpoints are refused
 * then.  Once per process, before any bus object. */
bool bus_use_key(const char *path, const char **ret_problem);

/* ---- server ---- */

struct bus_server;

/* Opaque return address of a record, by value; valid as long as the server. */
struct bus_peer {
	uint8_t n;
	uint8_t id[15];
};

/* Bind a ROUTER (and a PUB when poke_endpoint is not NULL).  Takes a lock file beside an ipc path: a second
 * server on it fails instead of stealing.  NULL with errno and *ret_problem (static or thread-local text) on failure. */
struct bus_server *bus_server_new(const char *endpoint, const char *poke_endpoint, const char **ret_problem);
void bus_server_free(struct bus_server *server);

/* Readable when there may be input that no bus_server_receive has met yet. */
int bus_server_fd(const struct bus_server *server);

/* Hand every waiting record to take(), at most n_max frames and records: what is left keeps the descriptor readable.
 * Heartbeats are answered inside.  Bytes die when take returns.  0 when nothing was waiting. */
typedef void (*bus_take)(void *context, const struct bus_peer *peer, const void *bytes, size_t n_bytes);
size_t bus_server_receive(struct bus_server *server, size_t n_max, bus_take take, void *context);

/* Queue a reply record; flush sends all, one message per peer (and per BUS_RECORDS_MAX).  A peer that is gone or
 * does not read loses its replies (counted). */
void bus_server_reply(struct bus_server *server, const struct bus_peer *peer, const void *bytes, size_t n_bytes);
void bus_server_flush(struct bus_server *server);

/* Tell subscribers that there is something to pull. */
void bus_server_poke(struct bus_server *server);

/* From now on heartbeats answer "leaving": callers stop choosing this instance but still get their replies. */
void bus_server_drain(struct bus_server *server);
uint64_t bus_server_n_lost(const struct bus_server *server);

/* ---- client ---- */

struct bus_client;

enum bus_result {
	BUS_REPLIED,
	BUS_UNREACHABLE, /* no live instance, or all have BUS_OUTSTANDING_MAX unanswered */
	BUS_LOST,        /* the instance died after taking it (and it was not retryable, or the retry was lost too) */
	BUS_LATE,        /* deadline passed */
};

/* reply bytes die when done returns.  done may call bus_client_call. */
typedef void (*bus_done)(void *context, enum bus_result result, const void *reply, size_t n_reply);

struct bus_call {
	const void *record; /* an envelope; copied */
	size_t n_record;
	uint64_t correlation; /* of the envelope; unique among the client's calls (bus_client_next_correlation) */
	int64_t deadline_us;  /* absolute, realtime */
	bool is_retryable;    /* a query: sent once more to another instance when its first is lost */
	bus_done done;
	void *context;
};

/* Whether bus_client_new and bus_subscriber_new would take the list; if not, *ret_problem (thread-local text) says why. */
bool bus_endpoints_are_valid(const char *endpoints, const char **ret_problem);
/* The same, and none of them leaves this machine over tcp while the process has no key (bus_use_key). */
bool bus_endpoints_are_safe(const char *endpoints, const char **ret_problem);

/* endpoints: comma-separated "ipc://..." or "tcp://host:port"; host names are re-resolved every second and every address gets its own connection.
 * NULL with a log line when the list is malformed. */
struct bus_client *bus_client_new(const char *service, const char *endpoints);
void bus_client_free(struct bus_client *client); /* calls done with BUS_LOST for what is outstanding */
uint64_t bus_client_next_correlation(struct bus_client *client);

/* Queue a call; sent at the next flush together with everything else of this turn.  While no instance is live it waits
 * for one, at most 250 ms.  done never runs inside, except when more calls are open than all instances could take. */
void bus_client_call(struct bus_client *client, const struct bus_call *call);
void bus_client_flush(struct bus_client *client);

/* Dispatch every waiting reply; 0 when there was none. */
size_t bus_client_receive(struct bus_client *client);

/* Heartbeats, deadlines, deaths, re-resolution.  Call at least every 20 ms. */
void bus_client_tick(struct bus_client *client, int64_t now_us);

/* Descriptors to poll: one over all instances, the same for the client's life, readable when there may be replies that no
 * bus_client_receive has met yet.  The generation counts connections made afresh. */
size_t bus_client_fds(const struct bus_client *client, int *fds, size_t n_max);
uint64_t bus_client_generation(const struct bus_client *client);

size_t bus_client_n_live(const struct bus_client *client);
size_t bus_client_n_outstanding(const struct bus_client *client);
uint64_t bus_client_n_stray(const struct bus_client *client); /* replies nobody waited for any more */

/* ---- pokes ---- */

struct bus_subscriber;
struct bus_subscriber *bus_subscriber_new(const char *endpoints); /* NULL like bus_client_new */
void bus_subscriber_free(struct bus_subscriber *subscriber);
/* Wait for a poke at most timeout_ms; swallows all waiting ones; true when there was one. */
bool bus_subscriber_wait(struct bus_subscriber *subscriber, int timeout_ms);
void bus_subscriber_wake(struct bus_subscriber *subscriber); /* from any thread: the wait ends as if there had been a poke */

/* One blocking call on a client nobody polls (services calling services, consumers): runs receive and tick itself.
 * The reply is copied by take before it returns. */
enum bus_result bus_client_ask(struct bus_client *client, const struct bus_call *call);

#endif
