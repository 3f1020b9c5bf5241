/* Growable byte buffer living in an arena. */
#include "buf.h"

#include <stdint.h>
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
	if (arena_extend(buf->arena, buf->bytes, buf->capacity + 1, capacity + 1)) {
		buf->capacity = capacity;
		return;
	}
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

#define BYTES_OF(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH_BITS      BYTES_OF(0x80)

/* Whether any of eight bytes must be escaped: each test leaves a high bit at the lowest byte that it is true of, if there is one. */
static bool
has_special(uint64_t eight)
{
	uint64_t quotes = eight ^ BYTES_OF('"'), backslashes = eight ^ BYTES_OF('\\');

	return (((eight - BYTES_OF(0x20)) & ~eight) | ((quotes - BYTES_OF(1)) & ~quotes) | ((backslashes - BYTES_OF(1)) & ~backslashes)) & HIGH_BITS;
}

/* Documents are long and their special characters few. */
static size_t
plain_length(const char *text, size_t n_bytes)
{
	size_t i = 0;
	uint64_t eight;

	for (; i + sizeof(eight) <= n_bytes; i += sizeof(eight)) {
		memcpy(&eight, text + i, sizeof(eight));
		if (has_special(eight))
			break;
	}
	while (i < n_bytes && (unsigned char)text[i] >= 0x20 && text[i] != '"' && text[i] != '\\')
		i++;
	return i;
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
	for (size_t i = 0; i < n_bytes; i++) {
		size_t n_plain = plain_length(text + i, n_bytes - i);
		buf_add(buf, text + i, n_plain);
		i += n_plain;
		if (i == n_bytes)
			break;
		unsigned char c = (unsigned char)text[i];
		char escape = c < 0x20 ? short_escapes[c] : (char)c;
		if (escape)
			buf_add(buf, (char[]){ '\\', escape }, 2);
		else
			buf_add(buf, (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
	}
	buf_add_char(buf, '"');
}
