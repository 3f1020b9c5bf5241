/* Records to one frame and back.  One frame, because libzmq aborts the process when a peer leaves between two frames of a
 * message (docs/adr/0013-one-frame-per-message.md). */
#include "bus/internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 4096 };

bool
bus_message_has_room(const struct bus_message *message, size_t n_record)
{
	if (message->n_records == 0)
		return true;
	return message->n_records < BUS_RECORDS_MAX
	    && message->n_bytes + BUS_LENGTH_BYTES + n_record <= BUS_MESSAGE_BYTES_MAX;
}

static void
reserve(struct bus_message *message, size_t n_more)
{
	size_t n = message->n_allocated ? message->n_allocated : FIRST_BYTES;

	while (n < message->n_bytes + n_more)
		n *= 2;
	if (n == message->n_allocated)
		return;
	message->bytes = realloc(message->bytes, n);
	assert(message->bytes);
	message->n_allocated = n;
}

void
bus_message_add(struct bus_message *message, const void *record, size_t n_record)
{
	assert(n_record > 0 && n_record <= BUS_RECORD_BYTES_MAX);
	reserve(message, BUS_LENGTH_BYTES + n_record);
	for (size_t i = 0; i < BUS_LENGTH_BYTES; i++)
		message->bytes[message->n_bytes++] = (uint8_t)(n_record >> (8 * (BUS_LENGTH_BYTES - 1 - i)));
	memcpy(message->bytes + message->n_bytes, record, n_record);
	message->n_bytes += n_record;
	message->n_records++;
}

bool
bus_message_send(struct bus_message *message, zsock_t *socket)
{
	assert(message->n_records > 0);
	bool is_sent = bus_socket_send(socket, message->bytes, message->n_bytes, false);
	int problem = errno;
	bus_message_clear(message);
	errno = problem;
	return is_sent;
}

void
bus_message_clear(struct bus_message *message)
{
	free(message->bytes);
	*message = (struct bus_message){ 0 };
}

bool
bus_records_next(struct bus_records *records, const void **ret_record, size_t *ret_n_record)
{
	size_t n_record = 0;

	if (records->n_bytes < BUS_LENGTH_BYTES) {
		records->n_bytes = 0;
		return false;
	}
	for (size_t i = 0; i < BUS_LENGTH_BYTES; i++)
		n_record = n_record << 8 | records->bytes[i];
	if (n_record == 0 || n_record > records->n_bytes - BUS_LENGTH_BYTES) {
		records->n_bytes = 0;
		return false;
	}
	*ret_record = records->bytes + BUS_LENGTH_BYTES;
	*ret_n_record = n_record;
	records->bytes += BUS_LENGTH_BYTES + n_record;
	records->n_bytes -= BUS_LENGTH_BYTES + n_record;
	return true;
}
