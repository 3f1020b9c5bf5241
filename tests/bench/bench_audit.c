/* The trail at 1,000 entries and at BENCH_ENTRIES (1000000): list and history p50 and p99, entries verified a second.
 * Usage: WORDCLAW_TEST_DATABASE_URL=... bench_audit */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "clock.h"
#include "common_proto.h"
#include "harness.h"
#include "id.h"
#include "store.h"

extern const struct service_operation audit_operations[];
extern const size_t audit_n_operations;

enum { BATCH = 500, CALLS = 400, ENTITIES = 15, TENANTS = 50, SMALL = 1000 };

static struct harness *harness;
static struct principal reader;

/* The first entries are about a few entities, so that the history of one is as long later.  Nine of ten entries are the first tenant's, so that its chain is long and lies among others'. */
static void
append(int64_t from, int64_t n)
{
	static struct event_record events[BATCH];
	static char ids[BATCH][UUID_TEXT_BYTES];
	static int64_t tenants[BATCH], versions[BATCH];

	for (int64_t i = 0; i < n; i++) {
		unsigned char random[10];
		secret_random(random, sizeof(random));
		uuid7_format(ids[i], clock_now_us(), random);
		tenants[i] = (from + i) % 10 ? 1 : 2 + (from + i) / 10 % TENANTS;
		versions[i] = 1 + (from + i) / ENTITIES;
		events[i] = (struct event_record){ .event_id = ids[i], .type = "content_item.update", .domain_id = &tenants[i], .entity_type = "content_item",
			.entity_id = from < SMALL ? 1 + (from + i) % ENTITIES : 1000 + (from + i) % 100000, .entity_version = &versions[i], .actor_id = "api_key:7", .actor_type = "api_key", .actor_source = "db",
			.request_id = ids[i], .occurred_at = clock_now_us(),
			.payload = { "{\"contentTypeId\":12,\"status\":\"published\",\"previousStatus\":\"draft\",\"contentHash\":\"0123456789abcdef\"}", 97 } };
	}
	const struct error *error = harness_apply(harness, audit_append, "content", events, (size_t)n);
	if (error) {
		(void)fprintf(stderr, "append: %s %s\n", error->message, error->cause ? error->cause : "");
		exit(1);
	}
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
list(const char *what, const struct audit_logs_list_request *in)
{
	static int64_t took_us[CALLS];

	for (int i = 0; i < CALLS; i++) {
		const void *out;
		int64_t began_us = clock_monotonic_us();
		if (harness_run(harness, &operation_audit_logs_list, &(struct harness_call){ .principal = &reader }, in, &out))
			exit(1);
		took_us[i] = clock_monotonic_us() - began_us;
	}
	qsort(took_us, CALLS, sizeof(took_us[0]), by_value);
	printf("  %-28s p50 %6.2f ms  p99 %6.2f ms\n", what, (double)took_us[CALLS / 2] / 1000, (double)took_us[CALLS * 99 / 100] / 1000);
}

static void
verify(void)
{
	struct audit_logs_verify_request in = { 0 };
	int64_t from = 1, began_us = clock_monotonic_us(), n = 0, limit = 50000;
	const struct audit_logs_verify_response *result;

	in.from = &from;
	in.limit = &limit;
	do {
		const void *out;
		if (harness_run(harness, &operation_audit_logs_verify, &(struct harness_call){ .principal = &reader }, &in, &out))
			exit(1);
		result = out;
		if (!result->is_intact)
			exit(1);
		n += result->checked_entries;
		from = result->last_number + 1;
	} while (!result->is_complete);
	double seconds = (double)(clock_monotonic_us() - began_us) / 1e6;
	printf("  verify                       %" PRId64 " entries in %.2f s: %.0f a second\n", n, seconds, (double)n / seconds);
}

static void
measure(int64_t n)
{
	int64_t entity = 7;

	harness_execute(harness, "ANALYZE");
	printf("%" PRId64 " entries\n", n);
	list("list, newest 50", &(struct audit_logs_list_request){ 0 });
	list("history of an entity", &(struct audit_logs_list_request){ .entity_type = "content_item", .entity_id = &entity });
	verify();
	(void)fflush(stdout);
}

int
main(void)
{
	const char *setting = getenv("BENCH_ENTRIES");
	int64_t n_all = setting ? strtoll(setting, NULL, 10) : 1000000;

	harness = harness_start(&(struct service_definition){ .name = "audit", .operations = audit_operations, .n_operations = audit_n_operations,
	    .settings = audit_setting_table, .n_settings = audit_n_settings });
	reader = harness_principal(1, "audit:read");
	for (int64_t i = 0; i < SMALL; i += BATCH)
		append(i, BATCH);
	measure(SMALL);
	int64_t began_us = clock_monotonic_us();
	for (int64_t i = SMALL; i < n_all; i += BATCH)
		append(i, BATCH);
	printf("appended at %.0f entries a second\n", (double)(n_all - SMALL) * 1e6 / (double)(clock_monotonic_us() - began_us));
	measure(n_all);
	harness_stop(harness);
	return 0;
}
