/* ID tokens (OpenID Connect Core 1.0, 3.1.3.7): who the provider says has signed in. */
#ifndef IDTOKEN_H
#define IDTOKEN_H

#include "arena.h"
#include "json/json.h"

struct idtoken_expected {
	const char *issuer, *client_id, *nonce;
	int64_t now_s;
};

struct idtoken {
	const char *subject;
	const char *email; /* NULL: not said, or not verified by the provider */
};

/* Signed by one of the keys (RS256 or ES256; nothing else is known here), of this issuer, for this client, with this nonce, and not expired.
 * NULL on success, else what is wrong as one clause. */
const char *idtoken_read(struct arena *arena, const char *token, const struct json_value *keys, const struct idtoken_expected *expected,
    struct idtoken *ret_token);

#endif
