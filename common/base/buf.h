/* Growable byte buffer living in an arena; always NUL-terminated past its end. */
#ifndef BUF_H
#define BUF_H

#include <stdint.h>

#include "arena.h"

struct buf {
	struct arena *arena;
	char *bytes; /* never NULL after buf_init */
	size_t len;
	size_t capacity;
};

void buf_init(struct buf *buf, struct arena *arena, size_t capacity);
void buf_reset(struct buf *buf);
void buf_reserve(struct buf *buf, size_t n_more);
void buf_add(struct buf *buf, const void *bytes, size_t n_bytes);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_add_int(struct buf *buf, int64_t value);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A quoted JSON string with everything escaped that JSON wants escaped; text is valid UTF-8. */
void buf_add_json_text(struct buf *buf, const char *text, size_t n_bytes);

#endif
