/* What the bus's codec costs a request: nanoseconds of processor time per envelope and per answer, written and read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/msgpack.h"
#include "content_proto.h"
#include "contract/envelope.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, DATA_BYTES = 1500, LIST_ITEMS = 50, ROUNDS = 5 };

static const double SECONDS = 0.4;

static struct arena *arena;
static struct buf buf;
static struct content_item item;
static struct content_item items[LIST_ITEMS];
static struct content_items_list_response list;
static struct envelope_request request;
static struct envelope_reply reply;

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- what is measured ---- */

static void write_request(void) { envelope_write_request(&buf, &request); }
static void write_reply(void) { envelope_write_reply(&buf, &reply); }
static void write_item(void) { codec_msgpack_write(&buf, &content_item_shape, &item); }
static void write_list(void) { codec_msgpack_write(&buf, &content_items_list_response_shape, &list); }

static void
read_request(void)
{
	struct envelope_request out;

	if (!envelope_read_request(arena, buf.bytes, buf.len, &out))
		abort();
}

static void
read_reply(void)
{
	struct envelope_reply out;

	if (!envelope_read_reply(arena, buf.bytes, buf.len, &out))
		abort();
}

static void
read_shape(const struct shape *shape, void *out)
{
	const char *problem;

	memset(out, 0, shape->size);
	if (!codec_msgpack_read(arena, shape, buf.bytes, buf.len, out, &problem))
		abort();
}

static void
read_item(void)
{
	struct content_item out;

	read_shape(&content_item_shape, &out);
}

static void
read_list(void)
{
	struct content_items_list_response out;

	read_shape(&content_items_list_response_shape, &out);
}

static const struct row {
	const char *label;
	void (*write)(void), (*read)(void);
} rows[] = {
	{ "request envelope", write_request, read_request },
	{ "reply envelope, 1.7 KB", write_reply, read_reply },
	{ "item of 1.5 KB", write_item, read_item },
	{ "list of 50 items", write_list, read_list },
};

/* Best of some rounds: the machine has other work too. */
static double
nanoseconds(void (*run)(void), bool is_writing)
{
	double best = 1e9;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now(), spent = 0;
		long n = 0;
		for (; spent < SECONDS / ROUNDS; n++) {
			arena_reset(arena);
			if (is_writing)
				buf_init(&buf, arena, 4096);
			run();
			if (n % 64 == 0)
				spent = now() - start;
		}
		double each = (now() - start) / (double)n * 1e9;
		best = each < best ? each : best;
	}
	return best;
}

static void
prepare(void)
{
	static char data[DATA_BYTES];
	static const char *const scopes[] = { "content:read", "content:write" };
	static const int64_t published = 2;

	memset(data, 'x', sizeof(data));
	item = (struct content_item){ .id = 42, .content_type_id = 7, .data = { data, sizeof(data) }, .status = "published", .version = 3,
		.created_at = 1767225600000000, .updated_at = 1767225600000000, .publication_state = "changed", .working_copy_version = 3,
		.published_version = &published };
	for (size_t i = 0; i < LIST_ITEMS; i++)
		items[i] = item;
	list = (struct content_items_list_response){ .items = { items, LIST_ITEMS }, .total = 50, .limit = 50 };
	request = (struct envelope_request){ .correlation = 123456, .op = "content.items.get", .request_id = "0190a7c4-7b1e-7c3a-9d55-0c8f1e2a3b4c",
		.surface = "rest", .deadline_us = 1767225600000000, .input = data, .n_input = 16,
		.principal = { .tenant = 3, .id = "api_key:12", .type = "api_key", .source = "db", .key_id = 12, .scopes = scopes, .n_scopes = 2 } };
	reply = (struct envelope_reply){ .correlation = 123456, .ok = true, .output = data, .n_output = sizeof(data) };
}

int
main(void)
{
	static char kept[1 << 20];

	arena = arena_new(ARENA_BYTES);
	prepare();
	printf("%-26s %12s %12s\n", "ns of processor time", "write", "read");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double writing = nanoseconds(rows[i].write, true);
		memcpy(kept, buf.bytes, buf.len);
		buf.bytes = kept;
		printf("%-26s %12.0f %12.0f\n", rows[i].label, writing, nanoseconds(rows[i].read, false));
	}
	arena_free(arena);
	return 0;
}
