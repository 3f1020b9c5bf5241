/* What http.c needs of a stream. */
#ifndef STREAM_INTERNAL_H
#define STREAM_INTERNAL_H

#include <sys/types.h>

#include "http/stream.h"

/* Take bytes that wait.  0: none now.  -1: none will come. */
ssize_t stream_read(struct stream *stream, char *bytes, size_t n_max);

/* The connection is done with the exchange's stream. */
void stream_close(struct exchange *exchange);

#endif
