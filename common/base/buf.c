/* Growable byte buffer living in an arena. */
#include "buf.h"

#include <stdio.h>
#include <string.h>

void
buf_init(struct buf *buf, struct arena *arena, size_t capacity)
{
	if (capacity < 64)
		capacity = 64;
	buf->arena = arena;
	buf->bytes = arena_alloc_raw(arena, capacity + 1);
	buf->bytes[0] = '\0';
	buf->capacity = capacity;
	buf->len = 0;
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->bytes[0] = '\0';
}

void
buf_reserve(struct buf *buf, size_t n_more)
{
	size_t needed = buf->len + n_more;
	if (needed <= buf->capacity)
		return;
	size_t capacity = buf->capacity * 2;
	if (capacity < needed)
		capacity = needed;
	char *bytes = arena_alloc_raw(buf->arena, capacity + 1);
	memcpy(bytes, buf->bytes, buf->len + 1);
	buf->bytes = bytes;
	buf->capacity = capacity;
}

void
buf_add(struct buf *buf, const void *bytes, size_t n_bytes)
{
	if (n_bytes == 0)
		return;
	buf_reserve(buf, n_bytes);
	memcpy(buf->bytes + buf->len, bytes, n_bytes);
	buf->len += n_bytes;
	buf->bytes[buf->len] = '\0';
}

void
buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void
buf_add_int(struct buf *buf, int64_t value)
{
	char digits[24];
	char *end = digits + sizeof(digits);
	char *p = end;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--p = '-';
	buf_add(buf, p, (size_t)(end - p));
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = arena_vprintf(buf->arena, format, args);
	va_end(args);
	buf_add_text(buf, text);
}

void
buf_add_json_text(struct buf *buf, const char *text, size_t n_bytes)
{
	static const char hex[] = "0123456789abcdef";
	static const char short_escapes[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
	};

	buf_reserve(buf, n_bytes + 2);
	buf_add_char(buf, '"');
	size_t start = 0;
	for (size_t i = 0; i < n_bytes; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(buf, text + start, i - start);
		start = i + 1;
		char escape = c < 0x20 ? short_escapes[c] : (char)c;
		if (escape)
			buf_add(buf, (char[]){ '\\', escape }, 2);
		else
			buf_add(buf, (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
	}
	buf_add(buf, text + start, n_bytes - start);
	buf_add_char(buf, '"');
}
