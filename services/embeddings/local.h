/* The local provider: word vectors made from WordNet, built into the binary.  No network, no key, microseconds a text. */
#ifndef LOCAL_H
#define LOCAL_H

#include <stddef.h>

/* The name changes with the vectors, so that texts are embedded anew. */
#define LOCAL_MODEL "wordnet-128-1"

enum { LOCAL_DIMENSION = 128 };

/* The text's vector, of length 1; all zero when the text has no word. */
void local_embed(const char *text, size_t n_bytes, float ret_vector[LOCAL_DIMENSION]);

#endif
