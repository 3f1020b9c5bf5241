/* The chain: what is hashed, how one entry follows another, what a checkpoint says. */
#ifndef RULES_H
#define RULES_H

#include "audit_proto.h"
#include "secret.h"

#define CHAIN_START "0000000000000000000000000000000000000000000000000000000000000000"

enum { HASH_HEX_BYTES = 2 * CHAIN_HASH_BYTES + 1 };

/* The text that is hashed for a fact: its JSON, members in the order of the shape. */
const char *rules_canonical(struct arena *arena, const struct audit_fact *fact);

/* BLAKE2b-256(previous || canonical), all in hex.  False when previous is no hash. */
bool rules_hash(char hash[HASH_HEX_BYTES], const char *previous, const char *canonical);

/* What the columns of a stored entry say, to be compared with what was hashed. */
struct audit_fact rules_fact_of(const struct audit_chain_row *row);

/* details as readers know it: the event's payload with the request id among its members. */
const char *rules_details(struct arena *arena, struct doc payload, const char *request_id);

/* "content_item.update" -> "update".  The text after the last dot, or the whole. */
const char *rules_action(const char *event_type);

/* Words that entries are filtered by: one of those that events have before their dot, or behind it.  False with the list of them. */
bool rules_is_known(struct arena *arena, const char *word, bool is_action, const char **ret_known);

/* The one text a checkpoint signs. */
const char *rules_checkpoint_text(struct arena *arena, int64_t tenant, int64_t number, const char *hash, int64_t signed_us);

/* NULL when entry follows (number - 1, previous_hash) and holds together; else why it does not. */
struct chain_break {
	const char *reason, *expected, *found;
};
bool rules_entry_holds(struct arena *arena, const struct audit_chain_row *row, int64_t number, const char *previous_hash,
    struct chain_break *ret_break);

/* Whether a checkpoint's signature is by its key and its text says its number and hash. */
bool rules_checkpoint_holds(struct arena *arena, int64_t tenant, const struct audit_checkpoint *checkpoint,
    const unsigned char public_key[32], struct chain_break *ret_break);

#endif
