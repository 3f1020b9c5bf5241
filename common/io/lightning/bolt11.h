/* BOLT 11 invoices as text. */
#ifndef BOLT11_H
#define BOLT11_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "lightning/node_key.h"

enum { BOLT11_HASH_BYTES = 32, BOLT11_EXPIRY_DEFAULT_S = 3600, BOLT11_DESCRIPTION_BYTES_MAX = 639 };

struct bolt11_invoice {
	const char *network;         /* "bc", "tb", "tbs", "bcrt" */
	int64_t amount_msats;        /* 0: the payer chooses */
	int64_t made_s;              /* seconds since 1970 */
	int64_t expiry_s;            /* after made_s */
	int64_t final_cltv_blocks;   /* 0 when not stated */
	unsigned char payment_hash[BOLT11_HASH_BYTES];
	unsigned char payment_secret[BOLT11_HASH_BYTES];
	const char *description;     /* NULL: description_hash stands for it */
	unsigned char description_hash[BOLT11_HASH_BYTES];
	const unsigned char *metadata; /* or NULL */
	size_t n_metadata;
	unsigned char payee[NODE_ID_BYTES]; /* decoded: who signed */
};

/* False with what is wrong as one clause: form, checksum, signature, a missing field, a feature that is required and unknown.
 * Text of the invoice lives in the arena.  Source: BOLT 11, "Requirements". */
bool bolt11_decode(struct arena *arena, const char *text, struct bolt11_invoice *ret_invoice, const char **ret_problem);

/* Signed with the node's key; metadata and payee are not used.  NULL when a member is out of range or the key is none. */
char *bolt11_encode(struct arena *arena, const struct bolt11_invoice *invoice, const unsigned char key[NODE_KEY_BYTES]);

/* What a signature is about: the prefix and the words before it, these as bytes, padded with zero bits. */
void bolt11_digest(struct arena *arena, const char *prefix, const uint8_t *words, size_t n_words, unsigned char ret_digest[32]);

#endif
