/* CURVE for tcp: one key pair for the whole installation.
 *
 * The public half is as secret as the other here: it never crosses the wire (a client proves that it knows it with its first
 * message), so knowing it is the right to connect and no list of client keys is needed. */
#include <assert.h>
#include <string.h>

#include "bus/internal.h"
#include "log.h"
#include "secret.h"

enum { KEY_BYTES = 32, KEY_TEXT_BYTES = 41 };

static struct {
	bool is_set;
	char public_text[KEY_TEXT_BYTES], secret_text[KEY_TEXT_BYTES];
} pair; /* written once, before there are threads */

bool
bus_use_key(const char *path, const char **ret_problem)
{
	struct secret key;

	if (!zmq_has("curve")) {
		*ret_problem = bus_problem("this libzmq has no CURVE");
		return false;
	}
	if (!secret_load_key(path, KEY_BYTES, &key)) {
		*ret_problem = bus_problem("'%s' is no readable key of %d bytes", path, KEY_BYTES);
		return false;
	}
	char *text = zmq_z85_encode(pair.secret_text, key.bytes, KEY_BYTES);
	secret_wipe(&key);
	pair.is_set = text && zmq_curve_public(pair.public_text, pair.secret_text) == 0;
	if (!pair.is_set)
		*ret_problem = bus_problem("'%s' holds no key", path);
	return pair.is_set;
}

static void
set_key(void *socket, int option, const char *text)
{
	int rc = zmq_setsockopt(socket, option, text, KEY_TEXT_BYTES);
	assert(rc == 0);
}

void
bus_socket_secure(void *socket, const char *endpoint, bool is_server)
{
	bool is_tcp = strncmp(endpoint, "tcp://", 6) == 0;

	if (is_tcp && is_server && !pair.is_set)
		log_write(LOG_WARN, "bus.unencrypted", LOG_TEXT("endpoint", endpoint));
	if (!pair.is_set)
		return;
	if (!is_tcp) {
		bus_socket_set(socket, ZMQ_CURVE_SERVER, 0); /* plain, after a tcp endpoint of the same socket too */
		return;
	}
	bus_socket_set(socket, ZMQ_CURVE_SERVER, is_server);
	set_key(socket, ZMQ_CURVE_SECRETKEY, pair.secret_text);
	if (is_server)
		return;
	set_key(socket, ZMQ_CURVE_PUBLICKEY, pair.public_text);
	set_key(socket, ZMQ_CURVE_SERVERKEY, pair.public_text);
}
