/* The key that signs checkpoints, and those that did before it. */
#ifndef SIGNING_H
#define SIGNING_H

#include "audit_proto.h"
#include "audit_queries.h"
#include "secret.h"

struct signing {
	struct secret key;
	unsigned char public_key[32];
};

/* Read the file, or make it; false when neither works. */
bool signing_start(void);

/* What signs now.  Wipe the key after use. */
struct signing signing_now(void);

/* The public key that this checkpoint must be signed by: of a retired key when it names one that was in use then, else the current. */
void signing_key_of(struct arena *arena, const struct audit_checkpoint *checkpoint, unsigned char public_key[32]);

#endif
