/* API keys and sessions to principals: keys of the environment, and a cache of what identity said less than a second ago. */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include "contract/envelope.h"
#include "error_codes.h"
#include "secret.h"

struct credentials;
struct gateway;

enum {
	CREDENTIAL_VALID_US = 900000,   /* where identity's poke was lost, a revocation takes effect within a second, the way included */
	CREDENTIAL_REFRESH_US = 450000, /* a key in use is verified again in the background from this age on */
	CREDENTIAL_REFUSED_US = 5000000, /* a refused key stays refused: keys never come back to life */
};

/* What was presented: a key, or a session's token and the tenant that its holder has chosen. */
struct key_hash {
	unsigned char bytes[SHA256_BYTES];
	bool is_session;
	int64_t domain; /* of a session; 0: none was chosen */
};

enum credential_state {
	CREDENTIAL_VERIFIED,
	CREDENTIAL_REFUSED,
	CREDENTIAL_STALE,   /* was verified, must be again */
	CREDENTIAL_UNKNOWN, /* never seen, or forgotten */
};

struct credential {
	enum credential_state state;
	struct principal principal; /* VERIFIED: copied into the arena given */
	enum error_code code;       /* REFUSED, or why it could not be verified */
};

/* Whoever waits for a verification.  Lives until done was called. */
struct credential_waiter {
	void (*done)(void *context, const struct credential *credential);
	void *context;
	struct arena *arena; /* of the answer's principal */
	struct credential_waiter *next;
};

/* env_keys: "key=scope|scope,key=scope".  pokes: where identity says that something has changed.  NULL with *ret_problem when that is malformed (the text names no key). */
struct credentials *credentials_new(struct gateway *gateway, const char *env_keys, const char *pokes, const char **ret_problem);
void credentials_free(struct credentials *credentials);

struct key_hash credentials_hash(const char *key);
bool credentials_hash_equal(const struct key_hash *a, const struct key_hash *b);

/* What is known without asking. */
struct credential credentials_lookup(struct credentials *credentials, const struct key_hash *hash, struct arena *arena);

/* Ask identity; one call per key, whoever waits.  done is called once, maybe before this returns.  Its credential is
 * VERIFIED, REFUSED, or UNKNOWN with the code to answer (identity not reachable: never a stale grant).  waiter NULL: nobody
 * waits, the next lookup knows. */
void credentials_verify(struct credentials *credentials, const struct key_hash *hash, struct credential_waiter *waiter);

/* Call in every tick: a revocation is met by the next request after it. */
void credentials_listen(struct credentials *credentials, int64_t now_us);
/* Grows with every poke and every refusal: whoever holds a grant of its own looks it up again then. */
uint64_t credentials_n_changes(const struct credentials *credentials);

/* Tell identity when keys and sessions were last used.  Call about once a second. */
void credentials_tick(struct credentials *credentials, int64_t now_us);

#endif
