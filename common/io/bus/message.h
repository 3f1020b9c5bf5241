/* Many records in one ZeroMQ frame, each behind its length (four bytes, big-endian).  Private to the bus. */
#ifndef BUS_MESSAGE_H
#define BUS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct _zsock_t zsock_t; /* czmq's */

enum {
	BUS_MESSAGE_BYTES_MAX = 1024 * 1024, /* a larger record travels alone */
	BUS_LENGTH_BYTES = 4,
};

/* A message being filled; zeroed: empty. */
struct bus_message {
	uint8_t *bytes; /* malloc'd; NULL while nothing was added */
	size_t n_bytes, n_allocated;
	size_t n_records;
};

bool bus_message_has_room(const struct bus_message *message, size_t n_record);
void bus_message_add(struct bus_message *message, const void *record, size_t n_record);

/* Hand the message to the socket as one frame, without waiting.  It is empty afterwards, sent or not; false with
 * libzmq's errno when the socket did not take it. */
bool bus_message_send(struct bus_message *message, zsock_t *socket);
void bus_message_clear(struct bus_message *message);

/* What is left to read of a received frame; the bytes stay the frame's. */
struct bus_records {
	const uint8_t *bytes;
	size_t n_bytes;
};

/* The next record.  False at the end, and at a length that is 0 or reaches beyond it: nothing after that can be trusted. */
bool bus_records_next(struct bus_records *records, const void **ret_record, size_t *ret_n_record);

#endif
