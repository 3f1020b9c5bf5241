/* Keys and signatures of Lightning nodes through libsecp256k1. */
#include "lightning/node_key.h"

#include <pthread.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdlib.h>

#include "secret.h"

static secp256k1_context *context; /* made once, then only read */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
make_context(void)
{
	unsigned char seed[32];

	context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
	secret_random(seed, sizeof(seed));
	if (!context || !secp256k1_context_randomize(context, seed))
		abort();
}

static const secp256k1_context *
shared_context(void)
{
	(void)pthread_once(&once, make_context);
	return context;
}

static bool
write_id(unsigned char id[NODE_ID_BYTES], const secp256k1_pubkey *public_key)
{
	size_t n = NODE_ID_BYTES;

	return secp256k1_ec_pubkey_serialize(shared_context(), id, &n, public_key, SECP256K1_EC_COMPRESSED) == 1;
}

bool
node_key_id(unsigned char ret_id[NODE_ID_BYTES], const unsigned char key[NODE_KEY_BYTES])
{
	secp256k1_pubkey public_key;

	return secp256k1_ec_pubkey_create(shared_context(), &public_key, key) && write_id(ret_id, &public_key);
}

bool
node_sign(unsigned char ret_signature[NODE_SIGNATURE_BYTES], const unsigned char key[NODE_KEY_BYTES], const unsigned char digest[32])
{
	secp256k1_ecdsa_recoverable_signature signature;
	int recovery_id;

	if (!secp256k1_ecdsa_sign_recoverable(shared_context(), &signature, digest, key, NULL, NULL))
		return false;
	(void)secp256k1_ecdsa_recoverable_signature_serialize_compact(shared_context(), ret_signature, &recovery_id, &signature); /* cannot fail */
	ret_signature[64] = (unsigned char)recovery_id;
	return true;
}

bool
node_recover(unsigned char ret_id[NODE_ID_BYTES], const unsigned char signature[NODE_SIGNATURE_BYTES], const unsigned char digest[32])
{
	secp256k1_ecdsa_recoverable_signature parsed;
	secp256k1_pubkey public_key;

	if (signature[64] > 3 || !secp256k1_ecdsa_recoverable_signature_parse_compact(shared_context(), &parsed, signature, signature[64]))
		return false;
	return secp256k1_ecdsa_recover(shared_context(), &public_key, &parsed, digest) && write_id(ret_id, &public_key);
}

bool
node_verify(const unsigned char id[NODE_ID_BYTES], const unsigned char signature[NODE_SIGNATURE_BYTES], const unsigned char digest[32])
{
	secp256k1_ecdsa_signature parsed;
	secp256k1_pubkey public_key;

	return secp256k1_ec_pubkey_parse(shared_context(), &public_key, id, NODE_ID_BYTES) &&
	    secp256k1_ecdsa_signature_parse_compact(shared_context(), &parsed, signature) &&
	    secp256k1_ecdsa_verify(shared_context(), &parsed, digest, &public_key);
}
