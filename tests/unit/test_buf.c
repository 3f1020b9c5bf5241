/* The growable byte buffer. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new(1024 * 1024);
}

static void
tear_down(void)
{
	arena_free(arena);
}

START_TEST(it_grows_and_stays_terminated)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	ck_assert_str_eq(buf.bytes, "");
	for (int i = 0; i < 1000; i++) {
		buf_add(&buf, "abc", 3);
		ck_assert_int_eq(buf.bytes[buf.len], '\0');
	}
	ck_assert_uint_eq(buf.len, 3000);
	ck_assert_mem_eq(buf.bytes + 2997, "abc", 4);
}
END_TEST

START_TEST(reserving_moves_what_is_there)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	buf_add_text(&buf, "kept");
	buf_reserve(&buf, 10000);
	ck_assert_str_eq(buf.bytes, "kept");
	ck_assert_uint_ge(buf.capacity, 10004);
}
END_TEST

START_TEST(a_reset_buffer_is_empty)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	buf_add_text(&buf, "gone");
	buf_reset(&buf);
	ck_assert_uint_eq(buf.len, 0);
	ck_assert_str_eq(buf.bytes, "");
}
END_TEST

START_TEST(integers_are_written_over_their_whole_range)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	buf_add_int(&buf, INT64_MIN);
	buf_add_char(&buf, ' ');
	buf_add_int(&buf, 0);
	buf_add_char(&buf, ' ');
	buf_add_int(&buf, INT64_MAX);
	ck_assert_str_eq(buf.bytes, "-9223372036854775808 0 9223372036854775807");
}
END_TEST

START_TEST(printing_appends)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	buf_printf(&buf, "%d", 1);
	buf_printf(&buf, "-%s", "two");
	ck_assert_str_eq(buf.bytes, "1-two");
}
END_TEST

/* One byte as RFC 8259 writes it; returns its length. */
static size_t
write_escaped(char *to, size_t n_max, unsigned char byte)
{
	static const char names[] = "btn.fr";

	if (byte == '"' || byte == '\\')
		return (size_t)snprintf(to, n_max, "\\%c", byte);
	if (byte >= '\b' && byte <= '\r' && byte != '\v')
		return (size_t)snprintf(to, n_max, "\\%c", names[byte - '\b']);
	if (byte < 0x20)
		return (size_t)snprintf(to, n_max, "\\u%04x", byte);
	to[0] = (char)byte;
	return 1;
}

/* Eight bytes are looked at together. */
START_TEST(every_byte_is_escaped_or_kept_wherever_it_stands)
{
	enum { N = 20 };
	char text[N], wanted[N + 8];
	struct buf buf;

	for (size_t at = 0; at < N; at++) {
		memset(text, at % 2 ? '!' : 0xff, N);
		text[at] = (char)_i;
		wanted[0] = '"';
		memcpy(wanted + 1, text, at);
		size_t n_escaped = write_escaped(wanted + 1 + at, 7, (unsigned char)_i);
		memcpy(wanted + 1 + at + n_escaped, text + at + 1, N - at - 1);
		wanted[N + n_escaped] = '"';
		buf_init(&buf, arena, 16);
		buf_add_json_text(&buf, text, N);
		ck_assert_msg(buf.len == N + n_escaped + 1 && memcmp(buf.bytes, wanted, buf.len) == 0, "byte %d at %zu", _i, at);
	}
}
END_TEST

START_TEST(json_text_is_escaped)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	buf_add_json_text(&buf, "a\"b\\c\n\t\r\b\f\x01\x1f\0/\x7f\xc3\xa9", 17);
	ck_assert_str_eq(buf.bytes, "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0001\\u001f\\u0000/\x7f\xc3\xa9\"");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("buf");
	TCase *tc = tcase_create("buf");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, it_grows_and_stays_terminated);
	tcase_add_test(tc, reserving_moves_what_is_there);
	tcase_add_test(tc, a_reset_buffer_is_empty);
	tcase_add_test(tc, integers_are_written_over_their_whole_range);
	tcase_add_test(tc, printing_appends);
	tcase_add_test(tc, json_text_is_escaped);
	tcase_add_loop_test(tc, every_byte_is_escaped_or_kept_wherever_it_stands, 0, 256);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
