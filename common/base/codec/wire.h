/* msgpack as it comes off the wire, before any decoder: heads of values, and the check that bounds what they claim. */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_DEPTH_MAX = 16, WIRE_BYTES_MAX = 16 * 1024 * 1024, WIRE_ITEMS_MAX = 1 << 20 };

enum wire_kind { WIRE_INVALID, WIRE_NIL, WIRE_BOOL, WIRE_INT, WIRE_FLOAT, WIRE_TEXT, WIRE_BIN, WIRE_LIST, WIRE_MAP };

struct wire_head {
	enum wire_kind kind;
	size_t n_bytes;   /* of the head; a number's value is part of it */
	uint64_t n;       /* bytes of TEXT and BIN, items of LIST, pairs of MAP */
	int64_t integer;  /* INT; BOOL: 0 or 1 */
	bool is_beyond;   /* INT above INT64_MAX: integer is not it */
};

/* The head at bytes.  Kind WIRE_INVALID when it is cut off, reserved, or an extension type (we use none). */
struct wire_head wire_read_head(const unsigned char *bytes, size_t n_bytes);

/* Values that follow directly inside one of this head. */
uint64_t wire_n_children(const struct wire_head *head);

/* True when bytes hold exactly one msgpack value whose claimed sizes fit the bytes, nested at most WIRE_DEPTH_MAX, with at
 * most WIRE_ITEMS_MAX values and no extension types.  Nothing is allocated.  msgpack-c allocates what a head claims, so
 * every value passes here first. */
bool wire_check(const void *bytes, size_t n_bytes);

#endif
