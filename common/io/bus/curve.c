/* CURVE for tcp: one key pair for the whole installation.
 *
 * The public half is as secret as the other here: it never crosses the wire (a client proves that it knows it with its first
 * message), so knowing it is the right to connect and no list of client keys is needed.  While it is rotated there are several. */
#include <string.h>

#include "bus/internal.h"
#include "secret.h"

enum { KEY_BYTES = 32, KEY_TEXT_BYTES = 41, KEYS_MAX = 4 };

/* Made once, before there are threads.  The first is what servers have; clients try all of them, so that a key can be rotated while
 * some servers have the old one. */
static zcert_t *pairs[KEYS_MAX];
static size_t n_pairs;

bool
bus_has_key(void)
{
	return n_pairs > 0;
}

size_t
bus_n_keys(void)
{
	return n_pairs;
}

static bool
add_pair(const unsigned char *secret_key)
{
	char secret_text[KEY_TEXT_BYTES], public_text[KEY_TEXT_BYTES];
	uint8_t public_key[KEY_BYTES];

	if (zmq_z85_encode(secret_text, secret_key, KEY_BYTES) && zmq_curve_public(public_text, secret_text) == 0 &&
	    zmq_z85_decode(public_key, public_text))
		pairs[n_pairs] = zcert_new_from(public_key, secret_key);
	explicit_bzero(secret_text, sizeof(secret_text));
	if (!pairs[n_pairs])
		return false;
	n_pairs++;
	return true;
}

bool
bus_use_key(const char *path, const char **ret_problem)
{
	struct secret keys;
	bool is_good = true;

	if (!zsys_has_curve()) {
		*ret_problem = bus_problem("this libzmq has no CURVE");
		return false;
	}
	if (!secret_load_keys(path, &keys)) {
		*ret_problem = bus_problem("'%s' is not a readable key of %d bytes, nor up to %d such keys", path, KEY_BYTES, KEYS_MAX);
		return false;
	}
	for (size_t at = 0; at < keys.n && is_good; at += KEY_BYTES)
		is_good = add_pair(keys.bytes + at);
	secret_wipe(&keys);
	if (!is_good)
		*ret_problem = bus_problem("'%s' holds no key", path);
	return is_good;
}

void
bus_socket_secure(zsock_t *socket, const char *endpoint, bool is_server, size_t which)
{
	bool is_tcp = strncmp(endpoint, "tcp://", 6) == 0;

	if (n_pairs == 0)
		return;
	zcert_t *pair = pairs[which % n_pairs];
	if (!is_tcp) {
		zsock_set_curve_server(socket, 0); /* plain, after a tcp endpoint of the same socket too */
		return;
	}
	zsock_set_curve_server(socket, is_server);
	zcert_apply(pair, socket);
	if (!is_server)
		zsock_set_curve_serverkey(socket, zcert_public_txt(pair));
}
