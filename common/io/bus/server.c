/* The serving end: one ROUTER taking records and batching replies per peer, one PUB for pokes. */
#include "bus/internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BATCHES_MAX = 16, /* peers with unsent replies; one more flushes them all */
};

struct reply_batch {
	struct bus_peer peer;
	struct bus_message message;
};

struct bus_server {
	zsock_t *router, *pub;
	struct bus_wake wake;
	int lock_fd, poke_lock_fd;
	bool is_leaving;
	struct bus_peer peer; /* of the message being received */
	zframe_t *frame;      /* the last one received of it, or NULL */
	bool is_inside;       /* of that message: more frames are waiting */
	struct bus_records rest; /* of that frame: records not yet taken */
	uint64_t n_lost;
	size_t n_batches;
	struct reply_batch batches[BATCHES_MAX];
};

/* Binds; the lock stays for the life of the server. */
static zsock_t *
bind_socket(int type, const char *endpoint, int *ret_lock_fd, const char **ret_problem)
{
	if (!bus_endpoint_is_safe(endpoint, ret_problem)) {
		errno = EPERM;
		return NULL;
	}
	int lock_fd = bus_endpoint_lock(endpoint, ret_problem);
	if (lock_fd < 0 && errno != 0)
		return NULL;
	zsock_t *socket = bus_socket_new(type);
	if (socket)
		bus_socket_secure(socket, endpoint, true, 0);
	if (socket && zsock_bind(socket, "%s", endpoint) >= 0) {
		if (lock_fd >= 0)
			(void)chmod(endpoint + strlen("ipc://"), 0660); /* the directory guards what the mode does not */
		*ret_lock_fd = lock_fd;
		return socket;
	}
	int problem = errno;
	*ret_problem = bus_problem("cannot bind '%s': %s", endpoint, zmq_strerror(problem));
	bus_socket_free(socket, 0);
	if (lock_fd >= 0)
		(void)close(lock_fd);
	errno = problem;
	return NULL;
}

struct bus_server *
bus_server_new(const char *endpoint, const char *poke_endpoint, const char **ret_problem)
{
	struct bus_server *server = calloc(1, sizeof(*server));
	assert(server);
	bus_context_need();
	server->lock_fd = server->poke_lock_fd = -1;
	bus_wake_init(&server->wake);
	server->router = bind_socket(ZMQ_ROUTER, endpoint, &server->lock_fd, ret_problem);
	if (server->router && poke_endpoint)
		server->pub = bind_socket(ZMQ_PUB, poke_endpoint, &server->poke_lock_fd, ret_problem);
	if (!server->router || (poke_endpoint && !server->pub)) {
		int problem = errno;
		bus_server_free(server);
		errno = problem;
		return NULL;
	}
	bus_wake_watch(&server->wake, (int)zsock_fd(server->router));
	return server;
}

void
bus_server_free(struct bus_server *server)
{
	if (!server)
		return;
	if (server->router)
		bus_server_flush(server);
	bus_wake_release(&server->wake);
	zframe_destroy(&server->frame);
	bus_socket_free(server->router, BUS_LINGER_MS);
	bus_socket_free(server->pub, BUS_LINGER_MS);
	if (server->lock_fd >= 0)
		(void)close(server->lock_fd);
	if (server->poke_lock_fd >= 0)
		(void)close(server->poke_lock_fd);
	free(server);
}

int
bus_server_fd(const struct bus_server *server)
{
	return server->wake.fd;
}

/* First frame of a message: who sent it.  A foreign routing id that does not fit leaves n at 0: dropped. */
static void
take_peer(struct bus_server *server, zframe_t *frame)
{
	size_t n = zframe_size(frame);

	server->peer.n = 0;
	if (n > sizeof(server->peer.id))
		return;
	server->peer.n = (uint8_t)n;
	memcpy(server->peer.id, zframe_data(frame), n);
}

static void
answer_heartbeat(struct bus_server *server, zframe_t *frame)
{
	if (server->is_leaving)
		bus_heartbeat_set_leaving(zframe_data(frame));
	/* Unsent when the peer is gone or its pipe is full; its silence is the signal then. */
	if (bus_socket_send(server->router, server->peer.id, server->peer.n, true))
		(void)bus_socket_send(server->router, zframe_data(frame), zframe_size(frame), false);
}

/* False when none is waiting. */
static bool
next_frame(struct bus_server *server)
{
	bool is_first = !server->is_inside;

	zframe_destroy(&server->frame);
	server->frame = zframe_recv(server->router);
	if (!server->frame)
		return false;
	const void *bytes = zframe_data(server->frame);
	size_t n_bytes = zframe_size(server->frame);
	server->is_inside = zframe_more(server->frame);
	if (is_first)
		take_peer(server, server->frame);
	else if (server->peer.n > 0 && bus_heartbeat_is(bytes, n_bytes))
		answer_heartbeat(server, server->frame);
	else if (server->peer.n > 0)
		server->rest = (struct bus_records){ bytes, n_bytes };
	return true;
}

size_t
bus_server_receive(struct bus_server *server, size_t n_max, bus_take take, void *context)
{
	const void *record;
	size_t n_record, n = 0;

	bus_wake_clear(&server->wake);
	for (; n < n_max; n++) {
		if (bus_records_next(&server->rest, &record, &n_record))
			take(context, &server->peer, record, n_record);
		else if (!next_frame(server))
			break;
	}
	if (n == n_max)
		bus_wake_raise(&server->wake);
	return n;
}

/* ROUTER_MANDATORY decides at the routing frame: once that is taken, the message is too. */
static bool
send_batch(struct bus_server *server, struct reply_batch *batch)
{
	if (!bus_socket_send(server->router, batch->peer.id, batch->peer.n, true))
		return false;
	return bus_message_send(&batch->message, server->router);
}

static void
flush_batch(struct bus_server *server, struct reply_batch *batch)
{
	size_t n = batch->message.n_records;

	if (n > 0 && !send_batch(server, batch))
		server->n_lost += n;
	bus_message_clear(&batch->message);
}

static struct reply_batch *
batch_for(struct bus_server *server, const struct bus_peer *peer)
{
	for (size_t i = 0; i < server->n_batches; i++) {
		struct reply_batch *batch = &server->batches[i];
		if (batch->peer.n == peer->n && memcmp(batch->peer.id, peer->id, peer->n) == 0)
			return batch;
	}
	if (server->n_batches == BATCHES_MAX)
		bus_server_flush(server);
	struct reply_batch *batch = &server->batches[server->n_batches++];
	*batch = (struct reply_batch){ .peer = *peer };
	return batch;
}

void
bus_server_reply(struct bus_server *server, const struct bus_peer *peer, const void *bytes, size_t n_bytes)
{
	if (n_bytes == 0 || n_bytes > BUS_RECORD_BYTES_MAX) {
		server->n_lost++;
		return;
	}
	struct reply_batch *batch = batch_for(server, peer);
	if (!bus_message_has_room(&batch->message, n_bytes))
		flush_batch(server, batch);
	bus_message_add(&batch->message, bytes, n_bytes);
}

void
bus_server_flush(struct bus_server *server)
{
	if (server->n_batches == 0)
		return;
	for (size_t i = 0; i < server->n_batches; i++)
		flush_batch(server, &server->batches[i]);
	server->n_batches = 0;
	if (bus_socket_has_input(server->router))
		bus_wake_raise(&server->wake);
}

void
bus_server_poke(struct bus_server *server)
{
	if (server->pub)
		(void)bus_socket_send(server->pub, "", 0, false); /* a hint: the poll behind it covers a lost one */
}

void
bus_server_drain(struct bus_server *server)
{
	server->is_leaving = true;
}

uint64_t
bus_server_n_lost(const struct bus_server *server)
{
	return server->n_lost;
}
