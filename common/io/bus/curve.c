/* CURVE for tcp: one key pair for the whole installation.
 *
 * The public half is as secret as the other here: it never crosses the wire (a client proves that it knows it with its first
 * message), so knowing it is the right to connect and no list of client keys is needed. */
#include <string.h>

#include "bus/internal.h"
#include "secret.h"

enum { KEY_BYTES = 32, KEY_TEXT_BYTES = 41 };

static zcert_t *pair; /* made once, before there are threads */

bool
bus_has_key(void)
{
	return pair != NULL;
}

bool
bus_use_key(const char *path, const char **ret_problem)
{
	struct secret key;
	char secret_text[KEY_TEXT_BYTES], public_text[KEY_TEXT_BYTES];
	uint8_t public_key[KEY_BYTES];

	if (!zsys_has_curve()) {
		*ret_problem = bus_problem("this libzmq has no CURVE");
		return false;
	}
	if (!secret_load_key(path, KEY_BYTES, &key)) {
		*ret_problem = bus_problem("'%s' is not a readable key of %d bytes", path, KEY_BYTES);
		return false;
	}
	if (zmq_z85_encode(secret_text, key.bytes, KEY_BYTES) && zmq_curve_public(public_text, secret_text) == 0 &&
	    zmq_z85_decode(public_key, public_text))
		pair = zcert_new_from(public_key, key.bytes);
	secret_wipe(&key);
	explicit_bzero(secret_text, sizeof(secret_text));
	if (!pair)
		*ret_problem = bus_problem("'%s' holds no key", path);
	return pair != NULL;
}

void
bus_socket_secure(zsock_t *socket, const char *endpoint, bool is_server)
{
	bool is_tcp = strncmp(endpoint, "tcp://", 6) == 0;

	if (!pair)
		return;
	if (!is_tcp) {
		zsock_set_curve_server(socket, 0); /* plain, after a tcp endpoint of the same socket too */
		return;
	}
	zsock_set_curve_server(socket, is_server);
	zcert_apply(pair, socket);
	if (!is_server)
		zsock_set_curve_serverkey(socket, zcert_public_txt(pair));
}
