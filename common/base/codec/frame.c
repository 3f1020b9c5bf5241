/* Reading and writing msgpack heads, and the check that every frame passes before it is read. */
#include "codec/frame.h"

#include <assert.h>
#include <string.h>

#include "codec/msgpack.h"

struct lead {
	unsigned char kind;    /* enum frame_kind */
	unsigned char n_bytes; /* of the length or number that follows the lead byte */
	bool is_signed;
};

/* Lead bytes 0xc0 to 0xdf.  Source: the msgpack specification, "Formats". */
static const struct lead leads[32] = {
	[0x00] = { FRAME_NIL, 0, false },
	[0x02] = { FRAME_BOOL, 0, false },
	[0x03] = { FRAME_BOOL, 0, false },
	[0x04] = { FRAME_BIN, 1, false },
	[0x05] = { FRAME_BIN, 2, false },
	[0x06] = { FRAME_BIN, 4, false },
	[0x0a] = { FRAME_FLOAT, 4, false },
	[0x0b] = { FRAME_FLOAT, 8, false },
	[0x0c] = { FRAME_INT, 1, false },
	[0x0d] = { FRAME_INT, 2, false },
	[0x0e] = { FRAME_INT, 4, false },
	[0x0f] = { FRAME_INT, 8, false },
	[0x10] = { FRAME_INT, 1, true },
	[0x11] = { FRAME_INT, 2, true },
	[0x12] = { FRAME_INT, 4, true },
	[0x13] = { FRAME_INT, 8, true },
	[0x19] = { FRAME_TEXT, 1, false },
	[0x1a] = { FRAME_TEXT, 2, false },
	[0x1b] = { FRAME_TEXT, 4, false },
	[0x1c] = { FRAME_LIST, 2, false },
	[0x1d] = { FRAME_LIST, 4, false },
	[0x1e] = { FRAME_MAP, 2, false },
	[0x1f] = { FRAME_MAP, 4, false },
};

static int64_t
sign_extended(uint64_t value, unsigned n_bytes)
{
	uint64_t sign = UINT64_C(1) << (n_bytes * 8 - 1);

	return (int64_t)((value ^ sign) - sign);
}

struct frame_head
frame_read_head(const unsigned char *bytes, size_t n_bytes)
{
	struct frame_head head = { .kind = FRAME_INVALID, .n_bytes = 1 };

	if (n_bytes == 0)
		return head;
	unsigned char byte = bytes[0];
	if (byte < 0x80 || byte >= 0xe0) {
		head.kind = FRAME_INT;
		head.integer = (int8_t)byte;
		return head;
	}
	if (byte < 0xc0) {
		head.kind = byte < 0x90 ? FRAME_MAP : byte < 0xa0 ? FRAME_LIST : FRAME_TEXT;
		head.n = byte & (head.kind == FRAME_TEXT ? 31 : 15);
		return head;
	}
	const struct lead *lead = &leads[byte - 0xc0];
	if (n_bytes < 1u + lead->n_bytes)
		return head;
	uint64_t value = 0;
	for (unsigned i = 1; i <= lead->n_bytes; i++)
		value = value << 8 | bytes[i];
	head.kind = lead->kind;
	head.n_bytes = 1u + lead->n_bytes;
	if (head.kind == FRAME_BOOL)
		head.integer = byte & 1;
	else if (head.kind == FRAME_INT && lead->is_signed)
		head.integer = sign_extended(value, lead->n_bytes);
	else if (head.kind == FRAME_INT) {
		head.integer = (int64_t)value;
		head.is_beyond = value > INT64_MAX;
	} else {
		head.n = value;
	}
	return head;
}

uint64_t
frame_n_children(const struct frame_head *head)
{
	if (head->kind == FRAME_LIST)
		return head->n;
	return head->kind == FRAME_MAP ? head->n * 2 : 0;
}

bool
frame_check(const void *bytes, size_t n_bytes)
{
	const unsigned char *p = bytes;
	size_t left = n_bytes;
	uint64_t open[FRAME_DEPTH_MAX + 1]; /* values still missing at each level */
	size_t depth = 0;

	if (n_bytes > FRAME_BYTES_MAX)
		return false;
	open[0] = 1;
	for (size_t n_items = 0; n_items < FRAME_ITEMS_MAX; n_items++) {
		struct frame_head head = frame_read_head(p, left);
		if (head.kind == FRAME_INVALID)
			return false;
		p += head.n_bytes;
		left -= head.n_bytes;
		open[depth]--;
		uint64_t children = frame_n_children(&head);
		if (children > left)
			return false; /* each takes a byte at least */
		if (head.kind == FRAME_TEXT || head.kind == FRAME_BIN) {
			if (head.n > left)
				return false;
			p += head.n;
			left -= head.n;
		}
		if (children) {
			if (depth == FRAME_DEPTH_MAX)
				return false;
			open[++depth] = children;
		}
		while (depth > 0 && open[depth] == 0)
			depth--;
		if (depth == 0 && open[0] == 0)
			return left == 0;
	}
	return false;
}

/* ---- writing ---- */

/* A lead byte and n_bytes of value behind it. */
static void
write_head(struct buf *buf, unsigned lead, uint64_t value, unsigned n_bytes)
{
	unsigned char bytes[9];

	bytes[0] = (unsigned char)lead;
	for (unsigned i = n_bytes; i > 0; i--, value >>= 8)
		bytes[i] = (unsigned char)value;
	buf_add(buf, bytes, 1 + n_bytes);
}

/* 0, 1, 2 or 3: how often a byte must be doubled to hold value. */
static unsigned
size_class(uint64_t value)
{
	return value <= UINT8_MAX ? 0 : value <= UINT16_MAX ? 1 : value <= UINT32_MAX ? 2 : 3;
}

void
frame_write_int(struct buf *buf, int64_t value)
{
	uint64_t magnitude = value < 0 ? ~(uint64_t)value : (uint64_t)value;
	unsigned class = size_class(value < 0 ? magnitude << 1 : magnitude); /* a negative needs a bit for its sign */

	if (value >= -32 && value <= 127)
		write_head(buf, (uint8_t)value, 0, 0);
	else
		write_head(buf, (value < 0 ? 0xd0 : 0xcc) + class, (uint64_t)value, 1u << class);
}

void
frame_write_bool(struct buf *buf, bool value)
{
	write_head(buf, value ? 0xc3 : 0xc2, 0, 0);
}

void
frame_write_text(struct buf *buf, const char *text)
{
	size_t n = strlen(text);
	unsigned class = size_class(n);

	assert(n <= UINT32_MAX);
	if (n < 32)
		write_head(buf, 0xa0 + (unsigned)n, 0, 0);
	else
		write_head(buf, 0xd9 + class, n, 1u << class);
	buf_add(buf, text, n);
}

void
frame_write_bin(struct buf *buf, const void *bytes, size_t n_bytes)
{
	unsigned class = size_class(n_bytes);

	assert(n_bytes <= UINT32_MAX);
	write_head(buf, 0xc4 + class, n_bytes, 1u << class);
	buf_add(buf, bytes, n_bytes);
}

void
frame_write_list(struct buf *buf, size_t n)
{
	if (n < 16)
		write_head(buf, 0x90 + (unsigned)n, 0, 0);
	else if (n <= UINT16_MAX)
		write_head(buf, 0xdc, n, 2);
	else
		write_head(buf, 0xdd, n, 4);
}

size_t
frame_begin_map(struct buf *buf, size_t n_max)
{
	size_t begin = buf->len;

	assert(n_max <= UINT16_MAX);
	if (n_max < 16)
		write_head(buf, 0x80, 0, 0);
	else
		write_head(buf, 0xde, 0, 2);
	return begin;
}

void
frame_end_map(struct buf *buf, size_t begin, size_t n_max, size_t n)
{
	unsigned char *head = (unsigned char *)buf->bytes + begin;

	assert(n <= n_max);
	if (n_max < 16) {
		head[0] = (unsigned char)(0x80 + n);
		return;
	}
	head[1] = (unsigned char)(n >> 8);
	head[2] = (unsigned char)n;
}
