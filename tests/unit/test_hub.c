/* Who hears which events, without processes: this test answers the hub's questions from a trail of its own. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit_proto.h"
#include "bus/bus.h"
#include "clock.h"
#include "dispatch/dispatch.h"
#include "error_codes.h"
#include "events.h"
#include "gateway.h"
#include "events/hub.h"
#include "secret.h"
#include "settings.h"

enum { HEARD_MAX = 20000, TENANTS = 3, TICK_US = 200000 };

static const char key[] = "key-of-tests";
static struct arena *arena;
static struct gateway gateway;
static struct hub *hub;
static struct dispatch_request asked[2];
static size_t n_asked;
static int64_t trail[TENANTS]; /* number of the last entry of each tenant */
static const char *action;     /* of every entry */
static int64_t gap_at;         /* this number is missing in every trail; 0: none */
static int64_t offset_us;
static char pokes[64];

/* ---- in place of dispatch.c ---- */

const struct principal dispatch_system_principal = { .id = "system" };

void
dispatch(struct gateway *of, const struct dispatch_request *request)
{
	(void)of;
	ck_assert_ptr_eq(request->operation, &operation_audit_feed_read);
	ck_assert_uint_lt(n_asked, sizeof(asked) / sizeof(asked[0]));
	asked[n_asked++] = *request;
}

/* ---- audit ---- */

static struct dispatch_request
take_question(size_t i)
{
	ck_assert_uint_lt(i, n_asked);
	struct dispatch_request question = asked[i];
	n_asked--;
	for (; i < n_asked; i++)
		asked[i] = asked[i + 1];
	return question;
}

static size_t
read_trail(struct audit_feed_entry *entries, const struct audit_feed_position *position, int64_t limit)
{
	size_t n = 0;

	if (position->after < 0)
		return 0;
	for (int64_t number = position->after + 1; number <= trail[position->domain_id] && (int64_t)n < limit; number++)
		if (number != gap_at)
			entries[n++] = (struct audit_feed_entry){ .domain_id = position->domain_id, .number = number, .event_id = "e",
				.entity_type = "api_key", .action = action, .entity_id = 7, .created_at = 1 };
	return n;
}

static void
answer(size_t i)
{
	struct dispatch_request question = take_question(i);
	const struct audit_feed_read_request *request = question.input;
	const struct audit_feed_position *positions = request->positions.items;
	struct audit_feed_entry *entries = ARENA_ARRAY(question.arena, struct audit_feed_entry, (size_t)request->limit + 256);
	struct audit_feed_head *heads = ARENA_ARRAY(question.arena, struct audit_feed_head, request->positions.n);
	struct audit_feed_read_response response = { .entries = { entries, 0 }, .heads = { heads, request->positions.n } };
	int64_t limit = request->limit / (int64_t)request->positions.n;

	for (size_t p = 0; p < request->positions.n; p++) {
		response.entries.n += read_trail(entries + response.entries.n, &positions[p], limit > 0 ? limit : 1);
		heads[p] = (struct audit_feed_head){ .domain_id = positions[p].domain_id, .number = trail[positions[p].domain_id] };
	}
	question.done(question.context, &(struct dispatch_reply){ .output = &response });
}

static void
answer_failed(size_t i, enum error_code code)
{
	struct dispatch_request question = take_question(i);
	struct error error = { .info = &error_catalogue[code], .message = "it failed" };
	question.done(question.context, &(struct dispatch_reply){ .error = &error });
}

static const struct audit_feed_position *
position_asked(size_t i)
{
	ck_assert_uint_lt(i, n_asked);
	return ((const struct audit_feed_read_request *)asked[i].input)->positions.items;
}

/* ---- listeners ---- */

struct listener {
	struct subscription *subscription;
	int64_t heard[HEARD_MAX];
	size_t n_heard, n_taken_max;
	bool has_room, has_begun, is_over;
	enum hub_end end;
	int64_t end_position;
};

static void
on_begin(void *context)
{
	((struct listener *)context)->has_begun = true;
}

static bool
on_event(void *context, const struct hub_event *event)
{
	struct listener *listener = context;

	if (listener->n_heard == listener->n_taken_max)
		return false;
	listener->heard[listener->n_heard++] = event->number;
	return true;
}

static bool
has_room(void *context)
{
	return ((struct listener *)context)->has_room;
}

static void
on_end(void *context, enum hub_end end)
{
	struct listener *listener = context;

	listener->is_over = true;
	listener->end = end;
	listener->end_position = subscription_position(listener->subscription);
}

static void
listen_as(struct listener *listener, const struct principal *principal, int64_t after)
{
	*listener = (struct listener){ .n_taken_max = HEARD_MAX, .has_room = true };
	listener->subscription = hub_subscribe(hub, &(struct hub_options){ .principal = principal, .key = credentials_hash(key), .after = after,
	    .on_begin = on_begin, .on_event = on_event, .has_room = has_room, .on_end = on_end, .context = listener });
}

static void
listen_to(struct listener *listener, int64_t tenant, int64_t after)
{
	static const char *const scopes[] = { "admin" };
	listen_as(listener, &(struct principal){ .id = "p", .tenant = tenant, .scopes = scopes, .n_scopes = 1, .key_id = 7 }, after);
}

/* Later than any pause the hub makes. */
static void
tick(void)
{
	offset_us += TICK_US;
	hub_tick(hub, clock_monotonic_us() + offset_us);
}

static void
settle(void)
{
	for (int i = 0; i < 400; i++) {
		tick();
		while (n_asked > 0)
			answer(0);
	}
}

static void
check_heard(const struct listener *listener, int64_t first, int64_t last)
{
	ck_assert_int_eq(listener->n_heard, last - first + 1);
	for (size_t i = 0; i < listener->n_heard; i++)
		ck_assert_int_eq(listener->heard[i], first + (int64_t)i);
}

static void
set_up(void)
{
	const char *problem = NULL;

	secret_init();
	arena = arena_new(1024 * 1024);
	(void)snprintf(pokes, sizeof(pokes), "ipc:///tmp/wc-hub-%d.pub", (int)getpid());
	gateway.credentials = credentials_new(&gateway, "key-of-tests=admin", NULL, &problem);
	ck_assert_ptr_nonnull(gateway.credentials);
	settings.listeners_max = 100;
	settings.listeners_per_key_max = 50;
	hub = hub_new(&gateway, pokes);
	ck_assert_ptr_nonnull(hub);
	n_asked = 0;
	offset_us = gap_at = 0;
	action = "create";
	for (int i = 0; i < TENANTS; i++)
		trail[i] = 10000;
}

static void
tear_down(void)
{
	hub_free(hub);
	credentials_free(gateway.credentials);
	arena_free(arena);
}

static struct listener one, other;

START_TEST(who_listens_from_now_on_hears_only_what_comes)
{
	listen_to(&one, 1, HUB_NOW);
	settle();
	ck_assert(one.has_begun);
	trail[1] += 3;
	settle();
	check_heard(&one, 10001, 10003);
}
END_TEST

START_TEST(who_resumes_hears_everything_since_once_and_in_order)
{
	listen_to(&one, 1, 0);
	settle();
	trail[1] += 3;
	settle();
	check_heard(&one, 1, 10003);
}
END_TEST

/* The question about the past stays unanswered here. */
START_TEST(somebody_s_past_delays_nobody_s_news)
{
	listen_to(&one, 1, HUB_NOW);
	settle();
	listen_to(&other, 1, 0);
	tick();
	answer(0);
	tick();
	ck_assert_uint_eq(n_asked, 2);
	ck_assert_int_eq(position_asked(0)->after, 10000);
	ck_assert_int_eq(position_asked(1)->after, 0);
	trail[1]++;
	answer(0);
	check_heard(&one, 10001, 10001);
	ck_assert_uint_eq(other.n_heard, 0);
	settle();
	check_heard(&other, 1, 10001);
	check_heard(&one, 10001, 10001);
}
END_TEST

START_TEST(those_who_are_behind_take_turns)
{
	listen_to(&one, 1, 0);
	listen_to(&other, 1, 5000);
	for (int i = 0; i < 8; i++) {
		tick();
		while (n_asked > 0)
			answer(0);
	}
	ck_assert_uint_gt(one.n_heard, 256);
	ck_assert_uint_gt(other.n_heard, 256);
	settle();
	check_heard(&one, 1, 10000);
	check_heard(&other, 5001, 10000);
}
END_TEST

START_TEST(the_past_comes_at_the_pace_of_its_reader)
{
	listen_to(&one, 1, 0);
	one.has_room = false;
	settle();
	ck_assert(!one.is_over);
	ck_assert_uint_eq(one.n_heard, 0);
	one.has_room = true;
	settle();
	check_heard(&one, 1, 10000);
}
END_TEST

START_TEST(news_that_cannot_be_taken_ends_it_behind_the_last_that_was)
{
	listen_to(&one, 1, HUB_NOW);
	one.n_taken_max = 2;
	settle();
	trail[1] += 5;
	settle();
	ck_assert(one.is_over);
	ck_assert_int_eq(one.end, HUB_END_SLOW);
	check_heard(&one, 10001, 10002);
	ck_assert_int_eq(one.end_position, 10002);
}
END_TEST

START_TEST(a_number_beyond_the_end_begins_at_the_end)
{
	listen_to(&one, 1, 99999);
	settle();
	trail[1]++;
	settle();
	check_heard(&one, 10001, 10001);
}
END_TEST

START_TEST(a_missing_number_stops_nobody)
{
	gap_at = 10002;
	listen_to(&one, 1, 9999);
	settle();
	trail[1] += 3;
	settle();
	ck_assert_uint_eq(one.n_heard, 3);
	ck_assert_int_eq(one.heard[0], 10000);
	ck_assert_int_eq(one.heard[1], 10001);
	ck_assert_int_eq(one.heard[2], 10003);
}
END_TEST

START_TEST(nobody_hears_of_another_tenant)
{
	listen_to(&one, 1, HUB_NOW);
	listen_to(&other, 2, HUB_NOW);
	settle();
	trail[1] += 2;
	settle();
	check_heard(&one, 10001, 10002);
	ck_assert_uint_eq(other.n_heard, 0);
}
END_TEST

START_TEST(a_failed_question_is_asked_again)
{
	listen_to(&one, 1, 0);
	for (int i = 0; i < 20; i++) {
		tick();
		while (n_asked > 0)
			answer_failed(0, i % 2 ? ERROR_SERVICE_UNAVAILABLE : ERROR_RESPONSE_TOO_LARGE);
		offset_us += 1000000;
	}
	ck_assert(!one.has_begun);
	settle();
	check_heard(&one, 1, 10000);
}
END_TEST

START_TEST(a_revocation_is_heard_and_then_nothing_more)
{
	static const char *const scopes[] = { "admin" };

	action = "revoke"; /* of key 7 */
	listen_as(&one, &(struct principal){ .id = "p", .tenant = 1, .scopes = scopes, .n_scopes = 1, .key_id = 7 }, HUB_NOW);
	listen_as(&other, &(struct principal){ .id = "q", .tenant = 1, .scopes = scopes, .n_scopes = 1, .key_id = 8 }, HUB_NOW);
	settle();
	trail[1] += 2;
	settle();
	ck_assert(one.is_over);
	ck_assert_int_eq(one.end, HUB_END_REVOKED);
	check_heard(&one, 10001, 10001);
	check_heard(&other, 10001, 10002);
}
END_TEST

START_TEST(who_left_hears_nothing_and_gives_the_place_back)
{
	const struct principal principal = { .id = "p", .tenant = 1 };

	settings.listeners_max = 1;
	ck_assert_ptr_null(hub_refusal(hub, arena, &principal));
	listen_to(&one, 1, HUB_NOW);
	const struct error *refusal = hub_refusal(hub, arena, &principal);
	ck_assert_ptr_nonnull(refusal);
	ck_assert_str_eq(refusal->info->code, "SERVICE_OVERLOADED");
	settle();
	hub_unsubscribe(one.subscription);
	ck_assert_ptr_null(hub_refusal(hub, arena, &principal));
	trail[1]++;
	settle();
	ck_assert_uint_eq(one.n_heard, 0);
	ck_assert(!one.is_over);
}
END_TEST

START_TEST(one_principal_has_a_share)
{
	settings.listeners_per_key_max = 1;
	listen_to(&one, 1, HUB_NOW);
	const struct error *refusal = hub_refusal(hub, arena, &(struct principal){ .id = "p", .tenant = 1 });
	ck_assert_ptr_nonnull(refusal);
	ck_assert_str_eq(refusal->info->code, "RATE_LIMIT_EXCEEDED");
	ck_assert_ptr_null(hub_refusal(hub, arena, &(struct principal){ .id = "p", .tenant = 2 }));
	ck_assert_ptr_null(hub_refusal(hub, arena, &(struct principal){ .id = "q", .tenant = 1 }));
}
END_TEST

START_TEST(a_gateway_that_stops_tells_everybody)
{
	listen_to(&one, 1, HUB_NOW);
	settle();
	hub_drain(hub);
	ck_assert(one.is_over);
	ck_assert_int_eq(one.end, HUB_END_DRAINING);
}
END_TEST

static bool
asks_within(int64_t limit_us)
{
	int64_t until_us = clock_monotonic_us() + limit_us;

	while (n_asked == 0 && clock_monotonic_us() < until_us) {
		hub_tick(hub, clock_monotonic_us());
		(void)usleep(1000);
	}
	return n_asked > 0;
}

/* One after the other, faster than the safety net asks. */
START_TEST(a_poke_brings_a_question)
{
	char endpoint[64];
	const char *problem = NULL;
	int n_quick = 0;

	(void)snprintf(endpoint, sizeof(endpoint), "ipc:///tmp/wc-hub-%d.ipc", (int)getpid());
	struct bus_server *audit = bus_server_new(endpoint, pokes, &problem);
	ck_assert_msg(audit != NULL, "%s", problem);
	listen_to(&one, 1, HUB_NOW);
	ck_assert(asks_within(2000000));
	answer(0);
	for (int i = 0; i < 200 && n_quick < 5; i++) {
		bus_server_poke(audit);
		n_quick = asks_within(40000) ? n_quick + 1 : 0;
		if (n_asked > 0)
			answer(0);
	}
	ck_assert_int_eq(n_quick, 5);
	bus_server_free(audit);
	(void)unlink(pokes + 6);
	(void)unlink(endpoint + 6);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hub");
	TCase *tests = tcase_create("hub");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, who_listens_from_now_on_hears_only_what_comes);
	tcase_add_test(tests, who_resumes_hears_everything_since_once_and_in_order);
	tcase_add_test(tests, somebody_s_past_delays_nobody_s_news);
	tcase_add_test(tests, those_who_are_behind_take_turns);
	tcase_add_test(tests, the_past_comes_at_the_pace_of_its_reader);
	tcase_add_test(tests, news_that_cannot_be_taken_ends_it_behind_the_last_that_was);
	tcase_add_test(tests, a_number_beyond_the_end_begins_at_the_end);
	tcase_add_test(tests, a_missing_number_stops_nobody);
	tcase_add_test(tests, nobody_hears_of_another_tenant);
	tcase_add_test(tests, a_failed_question_is_asked_again);
	tcase_add_test(tests, a_revocation_is_heard_and_then_nothing_more);
	tcase_add_test(tests, who_left_hears_nothing_and_gives_the_place_back);
	tcase_add_test(tests, one_principal_has_a_share);
	tcase_add_test(tests, a_gateway_that_stops_tells_everybody);
	tcase_add_test(tests, a_poke_brings_a_question);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
