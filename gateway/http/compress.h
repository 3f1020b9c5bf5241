/* Answers that are asked for compressed: gzip, as Accept-Encoding allows. */
#ifndef COMPRESS_H
#define COMPRESS_H

#include "http/exchange.h"

/* Call once, when the answer is complete and before its headers are sent.  Leaves alone what is small, a stream, a file, encoded already, or
 * no text; of what is above COMPRESS_BYTES_MAX the loop would wait too long.  The entity tag becomes a weak one: it stands for the
 * content, and If-None-Match and If-Match take it back as it is. */
void compress_answer(struct exchange *exchange);

/* The same for what never changes: made once, kept for the process's life.  NULL with 0 when it does not become smaller. */
const void *compress_kept(const void *bytes, size_t n, size_t *ret_n);

#endif
