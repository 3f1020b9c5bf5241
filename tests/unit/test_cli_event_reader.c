/* Server-sent events, in every way a stream may be cut into pieces. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cli/builtin/event_reader.h"

enum { ARENA_BYTES = 1024 * 1024, EVENT_BYTES_MAX = 64 };

static struct arena *arena;
static struct buf seen; /* "type/id/data;" of each event */
static size_t n_wanted;

static bool
on_event(void *context, const struct event *event)
{
	(void)context;
	ck_assert_uint_eq(strlen(event->data), event->n_data);
	buf_printf(&seen, "%s/%s/%s;", event->type, event->id, event->data);
	return --n_wanted > 0;
}

static void
setup(void)
{
	arena = arena_new(ARENA_BYTES);
	buf_init(&seen, arena, 256);
	n_wanted = 100;
}

static void
teardown(void)
{
	arena_free(arena);
}

static bool
feed(struct event_reader *reader, const char *text, size_t n, size_t piece)
{
	for (size_t at = 0; at < n; at += piece)
		if (!event_reader_feed(reader, text + at, n - at < piece ? n - at : piece))
			return false;
	return true;
}

static const struct {
	const char *stream, *events;
} rows[] = {
	{ "data: a\n\n", "message//a;" },
	{ "data: a\ndata:b\ndata\n\n", "message//a\nb\n;" },
	{ "event: x\nid: 7\ndata: {}\n\ndata: b\n\n", "x/7/{};message/7/b;" },
	{ ": heartbeat\n\n:\n\ndata: a\n\n", "message//a;" },
	{ "data: a\r\n\r\ndata: b\r\rdata: c\n\n", "message//a;message//b;message//c;" },
	{ "\xef\xbb\xbf" "data: a\n\n", "message//a;" },
	{ "data:  two\n\n", "message// two;" },
	{ "data\n\n", "message//;" },
	{ "id: 1\n\ndata: a\n\n", "message/1/a;" },
	{ "id: 1\ndata: a\n\nid\ndata: b\n\n", "message/1/a;message//b;" },
	{ "unknown: x\ndata: a\nDATA: b\n\n", "message//a;" },
	{ "event: x\n\ndata: a\n\n", "message//a;" },
	{ "data: unfinished\n", "" },
};

START_TEST(events_are_the_same_however_the_stream_is_cut)
{
	const char *stream = rows[_i].stream;

	for (size_t piece = 1; piece <= strlen(stream); piece++) {
		struct event_reader reader;
		event_reader_init(&reader, arena, EVENT_BYTES_MAX, on_event, NULL);
		buf_reset(&seen);
		ck_assert(feed(&reader, stream, strlen(stream), piece));
		ck_assert_str_eq(seen.bytes, rows[_i].events);
	}
}
END_TEST

START_TEST(the_last_id_stays_over_connections_and_half_events_do_not)
{
	struct event_reader reader;

	event_reader_init(&reader, arena, EVENT_BYTES_MAX, on_event, NULL);
	ck_assert(feed(&reader, "id: 5\ndata: a\n\nid: 6\ndata: lost", 31, 31));
	ck_assert_str_eq(reader.id.bytes, "5");
	event_reader_reset(&reader);
	ck_assert_str_eq(reader.id.bytes, "5");
	ck_assert(feed(&reader, "data: b\n\n", 9, 9));
	ck_assert_str_eq(seen.bytes, "message/5/a;message/5/b;");
}
END_TEST

START_TEST(an_event_beyond_the_bound_ends_it)
{
	struct event_reader reader;
	char text[2 * EVENT_BYTES_MAX];

	memset(text, 'x', sizeof(text));
	event_reader_init(&reader, arena, EVENT_BYTES_MAX, on_event, NULL);
	ck_assert(!feed(&reader, text, sizeof(text), 1));
	ck_assert(reader.is_too_long);
	event_reader_init(&reader, arena, EVENT_BYTES_MAX, on_event, NULL);
	bool goes_on = true;
	for (size_t i = 0; goes_on && i < EVENT_BYTES_MAX; i++)
		goes_on = feed(&reader, "data: xxxx\n", 11, 11);
	ck_assert(!goes_on && reader.is_too_long);
}
END_TEST

START_TEST(a_receiver_with_enough_ends_it)
{
	struct event_reader reader;

	n_wanted = 1;
	event_reader_init(&reader, arena, EVENT_BYTES_MAX, on_event, NULL);
	ck_assert(!feed(&reader, "data: a\n\ndata: b\n\n", 18, 18));
	ck_assert(!reader.is_too_long);
	ck_assert_str_eq(seen.bytes, "message//a;");
}
END_TEST

START_TEST(the_other_side_may_ask_for_a_pause)
{
	struct event_reader reader;

	event_reader_init(&reader, arena, EVENT_BYTES_MAX, on_event, NULL);
	ck_assert(feed(&reader, "retry: 1x\nretry:\nretry: 99999999999\n", 36, 36));
	ck_assert_int_eq(reader.retry_ms, -1);
	ck_assert(feed(&reader, "retry: 2500\n", 12, 12));
	ck_assert_int_eq(reader.retry_ms, 2500);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cli_event_reader");
	TCase *tcase = tcase_create("event_reader");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, events_are_the_same_however_the_stream_is_cut, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, the_last_id_stays_over_connections_and_half_events_do_not);
	tcase_add_test(tcase, an_event_beyond_the_bound_ends_it);
	tcase_add_test(tcase, a_receiver_with_enough_ends_it);
	tcase_add_test(tcase, the_other_side_may_ask_for_a_pause);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
