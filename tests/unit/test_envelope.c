/* The message between processes. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "codec/msgpack.h"
#include "contract/envelope.h"

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

static const char *const scopes[] = { "content:read", "content:write" };

static struct envelope_request
full_request(void)
{
	return (struct envelope_request){
		.correlation = UINT64_MAX - 1,
		.op = "content.items.read",
		.request_id = "req-1",
		.trace_parent = "00-aa-bb-01",
		.surface = "rest",
		.deadline_us = INT64_C(1770000000000000),
		.principal = { .tenant = 3, .id = "api_key:12", .type = "api_key", .source = "db", .key_id = 12,
		    .scopes = scopes, .n_scopes = 2, .is_platform_admin = true },
		.dry_run = true,
		.idempotency_key = "key",
		.input = "\x81\xa2id\x2a",
		.n_input = 5,
	};
}

START_TEST(a_request_survives_the_round_trip)
{
	struct envelope_request in = full_request();
	struct envelope_request out;
	struct buf buf;

	buf_init(&buf, arena, 64);
	envelope_write_request(&buf, &in);
	ck_assert(envelope_read_request(arena, buf.bytes, buf.len, &out));
	ck_assert(out.correlation == in.correlation);
	ck_assert_str_eq(out.op, in.op);
	ck_assert_str_eq(out.request_id, in.request_id);
	ck_assert_str_eq(out.trace_parent, in.trace_parent);
	ck_assert_str_eq(out.surface, in.surface);
	ck_assert_int_eq(out.deadline_us, in.deadline_us);
	ck_assert_int_eq(out.principal.tenant, 3);
	ck_assert_str_eq(out.principal.id, "api_key:12");
	ck_assert_str_eq(out.principal.type, "api_key");
	ck_assert_str_eq(out.principal.source, "db");
	ck_assert_int_eq(out.principal.key_id, 12);
	ck_assert_uint_eq(out.principal.n_scopes, 2);
	ck_assert_str_eq(out.principal.scopes[1], "content:write");
	ck_assert(out.principal.is_platform_admin);
	ck_assert(out.dry_run);
	ck_assert_str_eq(out.idempotency_key, "key");
	ck_assert_uint_eq(out.n_input, in.n_input);
	ck_assert_mem_eq(out.input, in.input, in.n_input);
	ck_assert((const char *)out.input > buf.bytes && (const char *)out.input < buf.bytes + buf.len);
}
END_TEST

START_TEST(a_request_may_leave_out_what_is_optional)
{
	struct envelope_request in = { .op = "x.y", .deadline_us = 1 };
	struct envelope_request out;
	struct buf buf;

	buf_init(&buf, arena, 64);
	envelope_write_request(&buf, &in);
	ck_assert(envelope_read_request(arena, buf.bytes, buf.len, &out));
	ck_assert_str_eq(out.request_id, "");
	ck_assert_str_eq(out.principal.id, "");
	ck_assert_ptr_null(out.trace_parent);
	ck_assert_ptr_null(out.idempotency_key);
	ck_assert_ptr_null(out.input);
	ck_assert_uint_eq(out.principal.n_scopes, 0);
	ck_assert(!out.principal.is_platform_admin);
}
END_TEST

START_TEST(a_reply_survives_the_round_trip)
{
	struct envelope_reply in = { .correlation = 9, .ok = true, .is_replayed = true, .output = "\x80", .n_output = 1,
		.code = "", .effects = "{\"events\":[]}" };
	struct envelope_reply out;
	struct buf buf;

	buf_init(&buf, arena, 64);
	envelope_write_reply(&buf, &in);
	ck_assert(envelope_read_reply(arena, buf.bytes, buf.len, &out));
	ck_assert(out.correlation == 9 && out.ok && out.is_replayed);
	ck_assert_uint_eq(out.n_output, 1);
	ck_assert_str_eq(out.code, "");
	ck_assert_str_eq(out.effects, "{\"events\":[]}");
	ck_assert_ptr_null(out.message);
}
END_TEST

START_TEST(an_error_reply_survives_the_round_trip)
{
	struct envelope_reply in = { .correlation = 9, .code = "GONE", .message = "m", .remediation = "r",
		.pointer = "/a", .context = "{}" };
	struct envelope_reply out;
	struct buf buf;

	buf_init(&buf, arena, 64);
	envelope_write_reply(&buf, &in);
	ck_assert(envelope_read_reply(arena, buf.bytes, buf.len, &out));
	ck_assert(!out.ok);
	ck_assert_str_eq(out.code, "GONE");
	ck_assert_str_eq(out.message, "m");
	ck_assert_str_eq(out.remediation, "r");
	ck_assert_str_eq(out.pointer, "/a");
	ck_assert_str_eq(out.context, "{}");
	ck_assert_ptr_null(out.output);
}
END_TEST

START_TEST(the_correlation_is_read_without_decoding)
{
	struct envelope_request request = full_request();
	struct envelope_reply reply = { .correlation = UINT64_C(1) << 63, .ok = true };
	uint64_t correlation = 0;
	struct buf buf;

	buf_init(&buf, arena, 64);
	envelope_write_request(&buf, &request);
	ck_assert(envelope_peek_correlation(buf.bytes, buf.len, &correlation));
	ck_assert(correlation == UINT64_MAX - 1);
	buf_reset(&buf);
	envelope_write_reply(&buf, &reply);
	ck_assert(envelope_peek_correlation(buf.bytes, buf.len, &correlation));
	ck_assert(correlation == UINT64_C(1) << 63);
}
END_TEST

static const uint64_t correlations[] = { 0, 1, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296,
	INT64_MAX, UINT64_C(1) << 63, UINT64_MAX - 31, UINT64_MAX - 32, UINT64_MAX - 128, UINT64_MAX };

START_TEST(every_width_of_correlation_is_read_the_same_both_ways)
{
	struct envelope_reply in = { .correlation = correlations[_i], .ok = true };
	struct envelope_reply out;
	uint64_t correlation = 0;
	struct buf buf;

	buf_init(&buf, arena, 64);
	envelope_write_reply(&buf, &in);
	ck_assert(envelope_peek_correlation(buf.bytes, buf.len, &correlation));
	ck_assert(envelope_read_reply(arena, buf.bytes, buf.len, &out));
	ck_assert(correlation == in.correlation && out.correlation == in.correlation);
}
END_TEST

static const struct refusal {
	const char *label;
	const char *bytes;
	size_t n_bytes;
} refusals[] = {
	{ "nothing", "", 0 },
	{ "a list", "\x90", 1 },
	{ "an empty map", "\x80", 1 },
	{ "another version", "\x84\x00\x02\x01\x05\x02\xc3\x03\xc2", 9 },
	{ "no correlation", "\x83\x00\x01\x02\xc3\x03\xc2", 7 },
	{ "text for a flag", "\x84\x00\x01\x01\x05\x02\xa1x\x03\xc2", 10 },
};

START_TEST(what_is_no_envelope_is_refused)
{
	const struct refusal *row = &refusals[_i];
	struct envelope_reply reply;
	struct envelope_request request;

	ck_assert_msg(!envelope_read_reply(arena, row->bytes, row->n_bytes, &reply), "%s", row->label);
	ck_assert_msg(!envelope_read_request(arena, row->bytes, row->n_bytes, &request), "%s", row->label);
}
END_TEST

START_TEST(a_newer_peer_may_add_keys)
{
	struct envelope_reply reply;

	ck_assert(envelope_read_reply(arena, "\x86\x00\x01\x01\x05\x02\xc3\x03\xc2\x63\x01\xa1x\x02", 14, &reply));
	ck_assert(reply.ok && reply.correlation == 5);
}
END_TEST

START_TEST(too_many_scopes_are_refused)
{
	const char *many[ENVELOPE_SCOPES_MAX + 1];
	struct envelope_request in = full_request();
	struct envelope_request out;
	struct buf buf;

	for (int i = 0; i <= ENVELOPE_SCOPES_MAX; i++)
		many[i] = "s";
	in.principal.scopes = many;
	for (size_t n = ENVELOPE_SCOPES_MAX; n <= ENVELOPE_SCOPES_MAX + 1; n++) {
		in.principal.n_scopes = n;
		buf_init(&buf, arena, 64);
		envelope_write_request(&buf, &in);
		ck_assert(envelope_read_request(arena, buf.bytes, buf.len, &out) == (n <= ENVELOPE_SCOPES_MAX));
	}
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("envelope");
	TCase *tc = tcase_create("envelope");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_request_survives_the_round_trip);
	tcase_add_test(tc, a_request_may_leave_out_what_is_optional);
	tcase_add_test(tc, a_reply_survives_the_round_trip);
	tcase_add_test(tc, an_error_reply_survives_the_round_trip);
	tcase_add_test(tc, the_correlation_is_read_without_decoding);
	tcase_add_loop_test(tc, every_width_of_correlation_is_read_the_same_both_ways, 0, ROWS(correlations));
	tcase_add_loop_test(tc, what_is_no_envelope_is_refused, 0, ROWS(refusals));
	tcase_add_test(tc, a_newer_peer_may_add_keys);
	tcase_add_test(tc, too_many_scopes_are_refused);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
