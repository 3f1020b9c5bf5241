/* Keys and signatures of Lightning nodes; libsecp256k1 stays behind this header. */
#ifndef NODE_KEY_H
#define NODE_KEY_H

#include <stdbool.h>

enum { NODE_KEY_BYTES = 32, NODE_ID_BYTES = 33, NODE_SIGNATURE_BYTES = 65 };

/* False when the bytes are no key, which random bytes practically always are. */
bool node_key_id(unsigned char ret_id[NODE_ID_BYTES], const unsigned char key[NODE_KEY_BYTES]);

/* r, s and the recovery id in the last byte; deterministic (RFC 6979). */
bool node_sign(unsigned char ret_signature[NODE_SIGNATURE_BYTES], const unsigned char key[NODE_KEY_BYTES], const unsigned char digest[32]);

/* Who signed. */
bool node_recover(unsigned char ret_id[NODE_ID_BYTES], const unsigned char signature[NODE_SIGNATURE_BYTES], const unsigned char digest[32]);

/* Did this node sign?  Refuses signatures whose s is not the lower one. */
bool node_verify(const unsigned char id[NODE_ID_BYTES], const unsigned char signature[NODE_SIGNATURE_BYTES], const unsigned char digest[32]);

#endif
