/* Records in one frame: what goes in comes out, a full message takes no more, and no length is believed. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus.h"
#include "bus/internal.h"

static struct bus_records
records_of(const struct bus_message *message)
{
	return (struct bus_records){ message->bytes, message->n_bytes };
}

START_TEST(records_come_out_as_they_went_in)
{
	struct bus_message message = { 0 };
	const void *record;
	size_t n_record;
	char text[5000];

	memset(text, 'x', sizeof(text));
	for (size_t i = 1; i <= BUS_RECORDS_MAX; i++)
		bus_message_add(&message, text, i * sizeof(text) / BUS_RECORDS_MAX);
	struct bus_records records = records_of(&message);
	for (size_t i = 1; i <= BUS_RECORDS_MAX; i++) {
		ck_assert(bus_records_next(&records, &record, &n_record));
		ck_assert_uint_eq(n_record, i * sizeof(text) / BUS_RECORDS_MAX);
		ck_assert_mem_eq(record, text, n_record);
	}
	ck_assert(!bus_records_next(&records, &record, &n_record));
	bus_message_clear(&message);
}
END_TEST

START_TEST(a_message_has_room_for_so_many_records)
{
	struct bus_message message = { 0 };

	for (size_t i = 0; i < BUS_RECORDS_MAX; i++) {
		ck_assert(bus_message_has_room(&message, 10));
		bus_message_add(&message, "0123456789", 10);
	}
	ck_assert(!bus_message_has_room(&message, 10));
	bus_message_clear(&message);
}
END_TEST

START_TEST(a_large_record_travels_alone)
{
	struct bus_message message = { 0 };
	void *large = calloc(1, BUS_RECORD_BYTES_MAX);

	ck_assert_ptr_nonnull(large);
	ck_assert(bus_message_has_room(&message, BUS_RECORD_BYTES_MAX));
	bus_message_add(&message, "small", 5);
	ck_assert(!bus_message_has_room(&message, BUS_MESSAGE_BYTES_MAX));
	bus_message_clear(&message);
	bus_message_add(&message, large, BUS_RECORD_BYTES_MAX);
	ck_assert(!bus_message_has_room(&message, 1));
	bus_message_clear(&message);
	free(large);
}
END_TEST

static const struct {
	const char *label;
	uint8_t bytes[12];
	size_t n_bytes;
	size_t n_records;
} frames[] = {
	{ "nothing", { 0 }, 0, 0 },
	{ "half a length", { 0, 0, 0 }, 3, 0 },
	{ "length without a record", { 0, 0, 0, 1 }, 4, 0 },
	{ "empty record", { 0, 0, 0, 0, 0, 0, 0, 1, 'a' }, 9, 0 },
	{ "length beyond the end", { 0, 0, 0, 9, 'a', 'b' }, 6, 0 },
	{ "greatest length", { 0xff, 0xff, 0xff, 0xff, 'a' }, 5, 0 },
	{ "a record, then half a length", { 0, 0, 0, 1, 'a', 0, 0 }, 7, 1 },
	{ "a record, then one cut off", { 0, 0, 0, 1, 'a', 0, 0, 0, 3, 'b', 'c' }, 11, 1 },
};

START_TEST(no_length_reaches_beyond_the_frame)
{
	uint8_t *exact = malloc(frames[_i].n_bytes ? frames[_i].n_bytes : 1); /* what reads past it meets the sanitizer */
	struct bus_records records = { exact, frames[_i].n_bytes };
	const void *record;
	size_t n_record, n = 0;

	ck_assert_ptr_nonnull(exact);
	memcpy(exact, frames[_i].bytes, frames[_i].n_bytes);
	while (bus_records_next(&records, &record, &n_record))
		n++;
	ck_assert_msg(n == frames[_i].n_records, "%s: %zu records", frames[_i].label, n);
	ck_assert_uint_eq(records.n_bytes, 0);
	free(exact);
}
END_TEST

START_TEST(what_a_socket_does_not_take_is_given_back_as_failure)
{
	bus_context_need();
	zsock_t *unconnected = bus_socket_new(ZMQ_DEALER);
	struct bus_message message = { 0 };

	bus_message_add(&message, "record", 6);
	ck_assert(!bus_message_send(&message, unconnected));
	ck_assert_ptr_null(message.bytes);
	ck_assert_uint_eq(message.n_records, 0);
	bus_socket_free(unconnected, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bus_message");
	TCase *tcase = tcase_create("bus_message");

	tcase_add_test(tcase, records_come_out_as_they_went_in);
	tcase_add_test(tcase, a_message_has_room_for_so_many_records);
	tcase_add_test(tcase, a_large_record_travels_alone);
	tcase_add_loop_test(tcase, no_length_reaches_beyond_the_frame, 0, sizeof(frames) / sizeof(frames[0]));
	tcase_add_test(tcase, what_a_socket_does_not_take_is_given_back_as_failure);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
