/* What the tests of the content service share: the service in process, a tenant per test, and calls that must succeed
 * or must be refused with a code. */
#ifndef CONTENT_FIXTURE_H
#define CONTENT_FIXTURE_H

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../services/content/ahead.h"
#include "../../services/content/content.h"
#include "../../services/content/schema_cache.h"
#include "clock.h"
#include "harness.h"

#define MAYBE_UNUSED __attribute__((unused))

extern const struct service_operation content_operations[];
extern const size_t content_n_operations;

static struct harness *harness;
static struct principal principal;
static int64_t last_tenant = 100;

#define ARTICLE "{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\",\"maxLength\":20},\"n\":{\"type\":\"integer\"}}," \
	"\"required\":[\"title\"],\"additionalProperties\":false}"

MAYBE_UNUSED static struct doc
doc(const char *text)
{
	return (struct doc){ .json = text, .len = strlen(text) };
}

MAYBE_UNUSED static const char *
text_of(struct doc data)
{
	static char text[4096];
	ck_assert_uint_lt(data.len, sizeof(text));
	memcpy(text, data.json, data.len);
	text[data.len] = '\0';
	return text;
}

static void
start(void)
{
	static struct service_definition definition;

	definition = (struct service_definition){ .name = "content", .operations = content_operations,
		.n_operations = content_n_operations, .constraints = content_constraints, .n_constraints = content_n_constraints, .ahead = content_ahead,
		.settings = content_settings, .n_settings = content_n_settings, .start = content_start };
	harness = harness_start(&definition);
}

static void
stop(void)
{
	harness_stop(harness);
	schema_cache_reset(1);
}

static void
new_tenant(void)
{
	principal = harness_principal(++last_tenant, "content:write");
}

/* ---- calls ---- */

MAYBE_UNUSED static const void *
run(const struct operation *operation, const void *in)
{
	struct harness_call call = { .principal = &principal };
	const void *out = NULL;
	const struct error *error = harness_run(harness, operation, &call, in, &out);
	ck_assert_msg(error == NULL, "%s: %s: %s (%s)", operation->id, error ? error->info->code : "", error ? error->message : "",
	    error && error->cause ? error->cause : "");
	return out;
}

MAYBE_UNUSED static const struct error *
refuse(const struct operation *operation, const void *in, const char *code)
{
	struct harness_call call = { .principal = &principal };
	const void *out = NULL;
	const struct error *error = harness_run(harness, operation, &call, in, &out);
	ck_assert_msg(error != NULL, "%s was not refused with %s", operation->id, code);
	ck_assert_str_eq(error->info->code, code);
	return error;
}

MAYBE_UNUSED static const struct content_type *
make_type(const char *slug, const char *kind, const char *schema)
{
	return run(&operation_content_types_create,
	    &(struct content_types_create_request){ .name = "Article", .slug = slug, .kind = kind, .schema = doc(schema) });
}

MAYBE_UNUSED static int64_t
article_type(void)
{
	return make_type("article", NULL, ARTICLE)->id;
}

MAYBE_UNUSED static const struct content_item *
make_item(int64_t type_id, const char *data, const char *status)
{
	return run(&operation_content_items_create,
	    &(struct content_items_create_request){ .content_type_id = type_id, .data = doc(data), .status = status });
}

MAYBE_UNUSED static const struct content_item *
change(int64_t id, const char *data, const char *status)
{
	return run(&operation_content_items_update, &(struct content_items_update_request){ .id = id,
	    .data = data ? doc(data) : (struct doc){ .json = NULL }, .status = status });
}

MAYBE_UNUSED static const struct content_item *
get(int64_t id, bool draft)
{
	return run(&operation_content_items_get, &(struct content_items_get_request){ .id = id, .draft = &draft });
}

MAYBE_UNUSED static int64_t
events(const char *type)
{
	char sql[256];
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM content.outbox WHERE domain_id = %" PRId64 " AND type = '%s'",
	    principal.tenant, type);
	return harness_count(harness, sql);
}

MAYBE_UNUSED static int64_t
count_where(const char *table, const char *condition)
{
	char sql[512];
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM content.%s WHERE domain_id = %" PRId64 " AND %s", table,
	    principal.tenant, condition);
	return harness_count(harness, sql);
}

/* Two changes a test orders by time must not share a millisecond. */
MAYBE_UNUSED static void
next_millisecond(void)
{
	int64_t now_ms = clock_now_us() / 1000;
	while (clock_now_us() / 1000 == now_ms)
		continue;
}

#define N(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* All tests of a program share one database, hence no forks. */
static int
run_suite(const char *name, void (*add_tests)(TCase *tests))
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create("operations");
	SRunner *runner = srunner_create(suite);

	tcase_set_timeout(tests, 60);
	tcase_add_unchecked_fixture(tests, start, stop);
	tcase_add_checked_fixture(tests, new_tenant, NULL);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
