/* Reading heads of msgpack values, and the check that all bytes pass before msgpack-c sees them. */
#include "codec/wire.h"

struct lead {
	unsigned char kind;    /* enum wire_kind */
	unsigned char n_bytes; /* of the length or number that follows the lead byte */
	bool is_signed;
};

/* Lead bytes 0xc0 to 0xdf.  Source: the msgpack specification, "Formats". */
static const struct lead leads[32] = {
	[0x00] = { WIRE_NIL, 0, false },
	[0x02] = { WIRE_BOOL, 0, false },
	[0x03] = { WIRE_BOOL, 0, false },
	[0x04] = { WIRE_BIN, 1, false },
	[0x05] = { WIRE_BIN, 2, false },
	[0x06] = { WIRE_BIN, 4, false },
	[0x0a] = { WIRE_FLOAT, 4, false },
	[0x0b] = { WIRE_FLOAT, 8, false },
	[0x0c] = { WIRE_INT, 1, false },
	[0x0d] = { WIRE_INT, 2, false },
	[0x0e] = { WIRE_INT, 4, false },
	[0x0f] = { WIRE_INT, 8, false },
	[0x10] = { WIRE_INT, 1, true },
	[0x11] = { WIRE_INT, 2, true },
	[0x12] = { WIRE_INT, 4, true },
	[0x13] = { WIRE_INT, 8, true },
	[0x19] = { WIRE_TEXT, 1, false },
	[0x1a] = { WIRE_TEXT, 2, false },
	[0x1b] = { WIRE_TEXT, 4, false },
	[0x1c] = { WIRE_LIST, 2, false },
	[0x1d] = { WIRE_LIST, 4, false },
	[0x1e] = { WIRE_MAP, 2, false },
	[0x1f] = { WIRE_MAP, 4, false },
};

static int64_t
sign_extended(uint64_t value, unsigned n_bytes)
{
	uint64_t sign = UINT64_C(1) << (n_bytes * 8 - 1);

	return (int64_t)((value ^ sign) - sign);
}

struct wire_head
wire_read_head(const unsigned char *bytes, size_t n_bytes)
{
	struct wire_head head = { .kind = WIRE_INVALID, .n_bytes = 1 };

	if (n_bytes == 0)
		return head;
	unsigned char byte = bytes[0];
	if (byte < 0x80 || byte >= 0xe0) {
		head.kind = WIRE_INT;
		head.integer = (int8_t)byte;
		return head;
	}
	if (byte < 0xc0) {
		head.kind = byte < 0x90 ? WIRE_MAP : byte < 0xa0 ? WIRE_LIST : WIRE_TEXT;
		head.n = byte & (head.kind == WIRE_TEXT ? 31 : 15);
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
	if (head.kind == WIRE_BOOL)
		head.integer = byte & 1;
	else if (head.kind == WIRE_INT && lead->is_signed)
		head.integer = sign_extended(value, lead->n_bytes);
	else if (head.kind == WIRE_INT) {
		head.integer = (int64_t)value;
		head.is_beyond = value > INT64_MAX;
	} else {
		head.n = value;
	}
	return head;
}

uint64_t
wire_n_children(const struct wire_head *head)
{
	if (head->kind == WIRE_LIST)
		return head->n;
	return head->kind == WIRE_MAP ? head->n * 2 : 0;
}

bool
wire_check(const void *bytes, size_t n_bytes)
{
	const unsigned char *p = bytes;
	size_t left = n_bytes;
	uint64_t open[WIRE_DEPTH_MAX + 1]; /* values still missing at each level */
	size_t depth = 0;

	if (n_bytes > WIRE_BYTES_MAX)
		return false;
	open[0] = 1;
	for (size_t n_items = 0; n_items < WIRE_ITEMS_MAX; n_items++) {
		struct wire_head head = wire_read_head(p, left);
		if (head.kind == WIRE_INVALID)
			return false;
		p += head.n_bytes;
		left -= head.n_bytes;
		open[depth]--;
		uint64_t children = wire_n_children(&head);
		if (children > left)
			return false; /* each takes a byte at least */
		if (head.kind == WIRE_TEXT || head.kind == WIRE_BIN) {
			if (head.n > left)
				return false;
			p += head.n;
			left -= head.n;
		}
		if (children) {
			if (depth == WIRE_DEPTH_MAX)
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
