/* Structs to and from msgpack, and the check that all bytes pass first. */
#include <check.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "codec/msgpack.h"
#include "codec/wire.h"
#include "sample_shape.h"

enum { ARENA_BYTES = 4 * 1024 * 1024 };

static struct arena *arena;
static struct buf buf;

static void
set_up(void)
{
	arena = arena_new(ARENA_BYTES);
	buf_init(&buf, arena, 256);
}

static void
tear_down(void)
{
	arena_free(arena);
}

static struct doc
doc(const char *text)
{
	return (struct doc){ text, strlen(text) };
}

static struct sample
small_sample(void)
{
	return (struct sample){ .id = 7, .is_on = true, .created_at = -1, .name = "Ada", .data = doc("{\"a\":1}") };
}

static void
read_back(struct sample *ret_sample)
{
	const char *problem = NULL;

	memset(ret_sample, 0, sizeof(*ret_sample));
	ck_assert_msg(codec_msgpack_read(arena, &sample_shape, buf.bytes, buf.len, ret_sample, &problem), "%s",
	    problem);
}

START_TEST(every_member_survives_the_round_trip)
{
	struct sample in = small_sample();
	struct sample out;
	struct part parts[2] = { { 1, "one" }, { 2, NULL } };
	struct doc docs[1] = { doc("[1,2]") };

	in.count = (int64_t[]){ INT64_MIN };
	in.is_sure = (bool[]){ false };
	in.expires_at = (int64_t[]){ INT64_MAX };
	in.color = "red";
	in.note = "";
	in.extra = doc("null");
	in.part = &parts[0];
	in.tags.items = (const char *[]){ "x", "h\xc3\xa9" };
	in.tags.n = 2;
	in.numbers.items = (int64_t[]){ -1, 0, 4294967296 };
	in.numbers.n = 3;
	in.parts.items = parts;
	in.parts.n = 2;
	in.docs.items = docs;
	in.docs.n = 1;
	codec_msgpack_write(&buf, &sample_shape, &in);
	read_back(&out);

	ck_assert_int_eq(out.id, 7);
	ck_assert(out.is_on);
	ck_assert_int_eq(out.created_at, -1);
	ck_assert_str_eq(out.name, "Ada");
	ck_assert_mem_eq(out.data.json, "{\"a\":1}", 7);
	ck_assert_int_eq(*out.count, INT64_MIN);
	ck_assert(!*out.is_sure);
	ck_assert_int_eq(*out.expires_at, INT64_MAX);
	ck_assert_str_eq(out.color, "red");
	ck_assert_str_eq(out.note, "");
	ck_assert_uint_eq(out.extra.len, 4);
	ck_assert_str_eq(out.part->label, "one");
	ck_assert_str_eq(out.tags.items[1], "h\xc3\xa9");
	ck_assert_int_eq(out.numbers.items[2], 4294967296);
	ck_assert_uint_eq(out.parts.n, 2);
	ck_assert_int_eq(out.parts.items[1].size, 2);
	ck_assert_ptr_null(out.parts.items[1].label);
	ck_assert_mem_eq(out.docs.items[0].json, "[1,2]", 5);
}
END_TEST

START_TEST(absent_members_stay_absent_and_empty_lists_stay_lists)
{
	struct sample in = small_sample();
	struct sample out;

	in.numbers.items = (int64_t[]){ 0 };
	codec_msgpack_write(&buf, &sample_shape, &in);
	read_back(&out);
	ck_assert_ptr_null(out.count);
	ck_assert_ptr_null(out.note);
	ck_assert_ptr_null(out.extra.json);
	ck_assert_ptr_null(out.part);
	ck_assert_ptr_null(out.tags.items);
	ck_assert_ptr_nonnull(out.numbers.items);
	ck_assert_uint_eq(out.numbers.n, 0);
}
END_TEST

START_TEST(documents_are_borrowed_and_text_is_copied)
{
	struct sample in = small_sample();
	struct sample out;

	codec_msgpack_write(&buf, &sample_shape, &in);
	read_back(&out);
	ck_assert(out.data.json > buf.bytes && out.data.json < buf.bytes + buf.len);
	ck_assert(out.name < buf.bytes || out.name >= buf.bytes + buf.len);
}
END_TEST

/* Maps written by hand: key, value, key, value... */
static int
append(void *data, const char *bytes, size_t n_bytes)
{
	buf_add(data, bytes, n_bytes);
	return 0;
}

static void
pack_key(msgpack_packer *packer, const char *key)
{
	msgpack_pack_str_with_body(packer, key, strlen(key));
}

/* Reading the correlation needs the head of a number without decoding. */
START_TEST(heads_tell_every_number)
{
	msgpack_packer packer;

	msgpack_packer_init(&packer, &buf, append);
	for (int shift = 0; shift < 64; shift++) {
		for (int64_t around = -2; around <= 2; around++) {
			uint64_t bits = (UINT64_C(1) << shift) + (uint64_t)around;
			int64_t values[] = { (int64_t)bits, (int64_t)(0 - bits) };
			for (size_t i = 0; i < 2; i++) {
				buf_reset(&buf);
				msgpack_pack_int64(&packer, values[i]);
				struct wire_head head = wire_read_head((const unsigned char *)buf.bytes, buf.len);
				ck_assert_int_eq(head.kind, WIRE_INT);
				ck_assert_uint_eq(head.n_bytes, buf.len);
				ck_assert_int_eq(head.integer, values[i]);
				ck_assert(!head.is_beyond);
			}
		}
	}
}
END_TEST

START_TEST(heads_tell_every_length)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536 };
	msgpack_packer packer;

	msgpack_packer_init(&packer, &buf, append);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t n = lengths[i];
		for (int kind = WIRE_TEXT; kind <= WIRE_MAP; kind++) {
			buf_reset(&buf);
			if (kind == WIRE_TEXT)
				msgpack_pack_str(&packer, n);
			else if (kind == WIRE_BIN)
				msgpack_pack_bin(&packer, n);
			else if (kind == WIRE_LIST)
				msgpack_pack_array(&packer, n);
			else
				msgpack_pack_map(&packer, n);
			struct wire_head head = wire_read_head((const unsigned char *)buf.bytes, buf.len);
			ck_assert_msg((int)head.kind == kind && head.n == n && head.n_bytes == buf.len, "kind %d, length %zu", kind, n);
		}
	}
}
END_TEST

START_TEST(keys_in_any_order_unknown_keys_and_nil_are_accepted)
{
	msgpack_packer packer;
	struct part part = { 0, NULL };
	const char *problem;

	msgpack_packer_init(&packer, &buf, append);
	msgpack_pack_map(&packer, 4);
	pack_key(&packer, "label");
	msgpack_pack_nil(&packer);
	pack_key(&packer, "new");
	msgpack_pack_array(&packer, 1);
	msgpack_pack_double(&packer, 1.5);
	msgpack_pack_map(&packer, 1); /* a key too may be anything */
	pack_key(&packer, "a");
	msgpack_pack_array(&packer, 0);
	msgpack_pack_true(&packer);
	pack_key(&packer, "size");
	msgpack_pack_int(&packer, 3);
	ck_assert(codec_msgpack_read(arena, &part_shape, buf.bytes, buf.len, &part, &problem));
	ck_assert_int_eq(part.size, 3);
	ck_assert_ptr_null(part.label);
}
END_TEST

START_TEST(a_key_with_a_nul_inside_is_unknown)
{
	/* "size" and 8 bytes more, the first of them NUL. */
	static const char bytes[] = "\x82\xa4size\x01\xacsize\0\0\0\0\0\0\0\0\x05";
	struct part part = { 0, NULL };
	const char *problem;

	ck_assert(codec_msgpack_read(arena, &part_shape, bytes, sizeof(bytes) - 1, &part, &problem));
	ck_assert_int_eq(part.size, 1);
}
END_TEST

static const struct refusal {
	const char *label;
	const char *bytes;
	size_t n_bytes;
	const char *problem;
} refusals[] = {
	{ "no map", "\x01", 1, "'part' must be a map" },
	{ "required missing", "\x80", 1, "field 'size': is missing" },
	{ "required nil", "\x81\xa4size\xc0", 7, "field 'size': is missing" },
	{ "text for integer", "\x81\xa4size\xa1" "1", 8, "field 'size': must be an integer" },
	{ "beyond int64", "\x81\xa4size\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 15, "field 'size': must be an integer" },
	{ "nul in text", "\x82\xa4size\x01\xa5label\xa2x\0", 16, "field 'label': must be text" },
	{ "binary for text", "\x82\xa4size\x01\xa5label\xc4\x01x", 16, "field 'label': must be text" },
	{ "cut off", "\x81\xa4siz", 5, "not one well-formed msgpack value within the limits" },
	{ "two values", "\x81\xa4size\x01\x01", 8, "not one well-formed msgpack value within the limits" },
};

START_TEST(what_does_not_fit_the_shape_is_refused_by_name)
{
	const struct refusal *row = &refusals[_i];
	struct part part = { 0, NULL };
	const char *problem = "";

	ck_assert_msg(!codec_msgpack_read(arena, &part_shape, row->bytes, row->n_bytes, &part, &problem), "%s",
	    row->label);
	ck_assert_msg(strcmp(problem, row->problem) == 0, "%s: %s", row->label, problem);
}
END_TEST

START_TEST(a_list_that_claims_more_than_the_arena_holds_is_refused)
{
	struct sample sample = { 0 };
	const char *problem = "";
	size_t n = 300000;

	buf_add(&buf, "\x81\xa5parts\xdd\x00\x04\x93\xe0", 12);
	for (size_t i = 0; i < n; i++)
		buf_add_char(&buf, (char)0x80);
	ck_assert(wire_check(buf.bytes, buf.len));
	ck_assert(!codec_msgpack_read(arena, &sample_shape, buf.bytes, buf.len, &sample, &problem));
	ck_assert_str_eq(problem, "field 'parts': too large");
}
END_TEST

static const struct message {
	const char *label;
	const char *bytes;
	size_t n_bytes;
	bool is_good;
} messages[] = {
	{ "nothing", "", 0, false },
	{ "nil", "\xc0", 1, true },
	{ "never used byte", "\xc1", 1, false },
	{ "extension", "\xd4\x01\x02", 3, false },
	{ "negative fixint", "\xff", 1, true },
	{ "uint8 cut off", "\xcc", 1, false },
	{ "float64", "\xcb\0\0\0\0\0\0\0\0", 9, true },
	{ "float64 cut off", "\xcb\0\0\0\0\0\0\0", 8, false },
	{ "str32 claims 4 GB", "\xdb\xff\xff\xff\xffx", 6, false },
	{ "bin32 claims 4 GB", "\xc6\xff\xff\xff\xffx", 6, false },
	{ "array32 claims 4 G items", "\xdd\xff\xff\xff\xff\xc0", 6, false },
	{ "map32 claims 4 G pairs", "\xdf\xff\xff\xff\xff\xc0\xc0", 7, false },
	{ "map of one and a half", "\x82\x01\x02\x03", 4, false },
	{ "empty array", "\x90", 1, true },
	{ "empty map in array", "\x92\x80\x90", 3, true },
	{ "trailing byte", "\x91\x01\x01", 3, false },
	{ "text", "\xa3xyz", 4, true },
	{ "text cut off", "\xa3xy", 3, false },
};

START_TEST(bytes_are_checked_before_decoding)
{
	const struct message *row = &messages[_i];

	ck_assert_msg(wire_check(row->bytes, row->n_bytes) == row->is_good, "%s", row->label);
}
END_TEST

START_TEST(nesting_is_bounded)
{
	for (int depth = 1; depth <= WIRE_DEPTH_MAX + 1; depth++) {
		buf_reset(&buf);
		for (int i = 0; i < depth; i++)
			buf_add_char(&buf, (char)0x91);
		buf_add_char(&buf, (char)0xc0);
		ck_assert_msg(wire_check(buf.bytes, buf.len) == (depth <= WIRE_DEPTH_MAX), "depth %d", depth);
	}
}
END_TEST

START_TEST(the_number_of_values_is_bounded)
{
	unsigned char head[5] = { 0xdd, 0, 0x0f, 0xff, 0xff }; /* with the array itself: WIRE_ITEMS_MAX */
	size_t n = WIRE_ITEMS_MAX - 1;
	char *bytes = calloc(1, sizeof(head) + n + 1);

	memcpy(bytes, head, sizeof(head));
	ck_assert(wire_check(bytes, sizeof(head) + n));
	memcpy(bytes, (unsigned char[]){ 0xdd, 0, 0x10, 0, 0 }, sizeof(head));
	ck_assert(!wire_check(bytes, sizeof(head) + n + 1));
	free(bytes);
}
END_TEST

START_TEST(a_value_cut_anywhere_is_refused)
{
	struct sample in = small_sample();
	struct sample out = { 0 };
	const char *problem;

	codec_msgpack_write(&buf, &sample_shape, &in);
	for (size_t n = 0; n < buf.len; n++) {
		/* An exact copy, so that the address sanitizer sees a read past its end. */
		char *cut = malloc(n ? n : 1);
		memcpy(cut, buf.bytes, n);
		ck_assert_msg(!codec_msgpack_read(arena, &sample_shape, cut, n, &out, &problem), "%zu bytes", n);
		free(cut);
	}
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("codec_msgpack");
	TCase *tc = tcase_create("codec_msgpack");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, every_member_survives_the_round_trip);
	tcase_add_test(tc, absent_members_stay_absent_and_empty_lists_stay_lists);
	tcase_add_test(tc, documents_are_borrowed_and_text_is_copied);
	tcase_add_test(tc, heads_tell_every_number);
	tcase_add_test(tc, heads_tell_every_length);
	tcase_add_test(tc, keys_in_any_order_unknown_keys_and_nil_are_accepted);
	tcase_add_test(tc, a_key_with_a_nul_inside_is_unknown);
	tcase_add_loop_test(tc, what_does_not_fit_the_shape_is_refused_by_name, 0, ROWS(refusals));
	tcase_add_test(tc, a_list_that_claims_more_than_the_arena_holds_is_refused);
	tcase_add_loop_test(tc, bytes_are_checked_before_decoding, 0, ROWS(messages));
	tcase_add_test(tc, nesting_is_bounded);
	tcase_add_test(tc, the_number_of_values_is_bounded);
	tcase_add_test(tc, a_value_cut_anywhere_is_refused);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
