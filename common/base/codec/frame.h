/* Heads of msgpack values, read and written.  Nothing is allocated for what a head claims. */
#ifndef FRAME_H
#define FRAME_H

#include "buf.h"

enum frame_kind { FRAME_INVALID, FRAME_NIL, FRAME_BOOL, FRAME_INT, FRAME_FLOAT, FRAME_TEXT, FRAME_BIN, FRAME_LIST,
	FRAME_MAP };

struct frame_head {
	enum frame_kind kind;
	size_t n_bytes;   /* of the head; a number's value is part of it */
	uint64_t n;       /* bytes of TEXT and BIN, items of LIST, pairs of MAP */
	int64_t integer;  /* INT; BOOL: 0 or 1 */
	bool is_beyond;   /* INT above INT64_MAX: integer is not it */
};

/* The head at bytes.  Kind FRAME_INVALID when it is cut off, reserved, or an extension type (we use none). */
struct frame_head frame_read_head(const unsigned char *bytes, size_t n_bytes);

/* Values that follow directly inside one of this head. */
uint64_t frame_n_children(const struct frame_head *head);

/* Append in the shortest form. */
void frame_write_int(struct buf *buf, int64_t value);
void frame_write_bool(struct buf *buf, bool value);
void frame_write_text(struct buf *buf, const char *text);
void frame_write_bin(struct buf *buf, const void *bytes, size_t n_bytes);
void frame_write_list(struct buf *buf, size_t n); /* n values follow */

/* A map whose pairs are counted while they are written: at most n_max, of which frame_end_map says n came. */
size_t frame_begin_map(struct buf *buf, size_t n_max);
void frame_end_map(struct buf *buf, size_t begin, size_t n_max, size_t n);

#endif
