/* Heads of msgpack values, read without a decoder: for checks that must not allocate. */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_kind { FRAME_INVALID, FRAME_NIL, FRAME_BOOL, FRAME_INT, FRAME_FLOAT, FRAME_TEXT, FRAME_BIN, FRAME_LIST,
	FRAME_MAP };

struct frame_head {
	enum frame_kind kind;
	size_t n_bytes;   /* of the head; a number's value is part of it */
	uint64_t n;       /* bytes of TEXT and BIN, items of LIST, pairs of MAP */
	int64_t integer;  /* INT: two's complement, so values above INT64_MAX come out negative */
};

/* The head at bytes.  Kind FRAME_INVALID when it is cut off, reserved, or an extension type (we use none). */
struct frame_head frame_read_head(const unsigned char *bytes, size_t n_bytes);

#endif
