/* Lists of items: filters, orders, cursors, and what they cost. */
#include "content_fixture.h"
#include "id.h"

/* ---- lists ---- */

static const struct content_items_list_response *
list(const struct content_items_list_request *in)
{
	return run(&operation_content_items_list, in);
}

START_TEST(cursor_visits_every_item_once)
{
	int64_t type = article_type(), limit = 3, seen = 0, last_time = INT64_MAX, last_id = INT64_MAX;
	for (int i = 0; i < 10; i++)
		(void)make_item(type, "{\"title\":\"a\"}", i % 2 ? "published" : NULL);
	struct content_items_list_request in = { .limit = &limit, .sort_by = "createdAt" };
	for (int page = 0; page < 5; page++) {
		const struct content_items_list_response *out = list(&in);
		const struct content_item *item = out->items.items;
		ck_assert_int_eq(out->total, 10);
		for (size_t i = 0; i < out->items.n; i++, seen++) {
			ck_assert(item[i].created_at < last_time || (item[i].created_at == last_time && item[i].id < last_id));
			last_time = item[i].created_at;
			last_id = item[i].id;
		}
		ck_assert(out->has_more == (out->next_cursor != NULL));
		if (!out->next_cursor)
			break;
		in = (struct content_items_list_request){ .limit = &limit, .cursor = out->next_cursor };
	}
	ck_assert_int_eq(seen, 10);
}
END_TEST

static const struct list_row {
	const char *label, *status, *sort_by, *sort_dir, *q;
	bool with_type, is_published_view;
	int64_t total;
	const char *titles; /* in order */
} lists[] = {
	{ "all, latest change first", NULL, NULL, NULL, NULL, false, false, 4, "o a c b" },
	{ "of a type", NULL, NULL, NULL, NULL, true, false, 3, "a c b" },
	{ "of a status", "published", NULL, NULL, NULL, false, false, 2, "o c" },
	{ "of a type and status", "published", NULL, NULL, NULL, true, false, 1, "c" },
	{ "by creation", NULL, "createdAt", "asc", NULL, true, false, 3, "a b c" },
	{ "by creation, newest first", "draft", "createdAt", "desc", NULL, false, false, 2, "b a" },
	{ "by version", NULL, "version", "desc", NULL, true, false, 3, "a c b" },
	{ "oldest change first", NULL, "updatedAt", "asc", NULL, true, false, 3, "b c a" },
	{ "oldest change first, of a status", "published", "updatedAt", "asc", NULL, false, false, 2, "c o" },
	{ "text", NULL, NULL, NULL, "\"O\"", false, false, 1, "o" },
	{ "text in status", NULL, NULL, NULL, "PUBLI", true, false, 1, "c" },
	{ "published view", NULL, NULL, NULL, NULL, false, true, 3, "o a0 c" },
	{ "published view of a type, by creation", NULL, "createdAt", "asc", NULL, true, true, 2, "a0 c" },
	{ "published view by version", NULL, "version", "desc", NULL, true, true, 2, "a0 c" },
	{ "nothing", "archived", NULL, NULL, NULL, true, true, 0, "" },
};

static int64_t
list_fixture(void)
{
	int64_t type = article_type(), other = make_type("other", NULL, "{}")->id;
	int64_t a = make_item(type, "{\"title\":\"a0\"}", NULL)->id;

	next_millisecond();
	(void)make_item(type, "{\"title\":\"b\"}", NULL);
	next_millisecond();
	(void)make_item(type, "{\"title\":\"c\"}", "published");
	next_millisecond();
	(void)change(a, NULL, "published");
	next_millisecond();
	(void)change(a, "{\"title\":\"a\"}", "draft");
	next_millisecond();
	(void)make_item(other, "{\"title\":\"o\"}", "published");
	return type;
}

START_TEST(list_answers_filters_and_order)
{
	const struct list_row *row = &lists[_i];
	int64_t type = list_fixture();
	bool draft = !row->is_published_view;
	const struct content_items_list_response *out = list(&(struct content_items_list_request){ .status = row->status,
	    .sort_by = row->sort_by, .sort_dir = row->sort_dir, .q = row->q, .draft = &draft,
	    .content_type_id = row->with_type ? &type : NULL });
	const struct content_item *item = out->items.items;
	char titles[64] = "";

	for (size_t i = 0; i < out->items.n; i++) {
		const char *title = strchr(text_of(item[i].data), ':') + 2;
		(void)snprintf(titles + strlen(titles), sizeof(titles) - strlen(titles), "%s%.*s", i ? " " : "",
		    (int)strcspn(title, "\""), title);
	}
	ck_assert_msg(strcmp(titles, row->titles) == 0, "%s: got '%s', want '%s'", row->label, titles, row->titles);
	ck_assert_msg(out->total == row->total, "%s: total %" PRId64, row->label, out->total);
	ck_assert(!out->has_more);
}
END_TEST

START_TEST(list_takes_a_range_of_creation)
{
	int64_t type = article_type(), later;
	int64_t created = make_item(type, "{\"title\":\"a\"}", NULL)->created_at;
	later = created + 1000000;
	ck_assert_int_eq(list(&(struct content_items_list_request){ .created_after = &created, .created_before = &created })->total, 1);
	ck_assert_int_eq(list(&(struct content_items_list_request){ .created_after = &later })->total, 0);
}
END_TEST

/* A JSON object of n bytes. */
static const char *
large_data(size_t n)
{
	static char text[1000001];
	int n_head = snprintf(text, sizeof(text), "{\"body\":\"");
	memset(text + n_head, 'x', n - (size_t)n_head - 2);
	memcpy(text + n - 2, "\"}", 3);
	return text;
}

START_TEST(page_of_too_much_data_is_refused)
{
	int64_t type = make_type("large", NULL, "{}")->id, small = 4, large = 5, id = 0;

	for (int i = 0; i < 5; i++)
		id = make_item(type, large_data(1000000), NULL)->id;
	struct content_items_list_request in = { .limit = &large };
	const struct error *error = refuse(&operation_content_items_list, &in, "RESPONSE_TOO_LARGE");
	ck_assert_ptr_nonnull(strstr(error->message, "bytes"));
	in.limit = &small;
	ck_assert_uint_eq(list(&in)->items.n, 4);
	for (int i = 0; i < 5; i++)
		(void)change(id, NULL, i % 2 ? "draft" : "in_review");
	(void)refuse(&operation_content_items_versions, &(struct content_items_versions_request){ .id = id }, "RESPONSE_TOO_LARGE");
	const struct content_items_versions_response *page = run(&operation_content_items_versions,
	    &(struct content_items_versions_request){ .id = id, .limit = &small });
	ck_assert_uint_eq(page->versions.n, 4);
	ck_assert(page->has_more);
	(void)refuse(&operation_content_types_items, &(struct content_types_items_request){ .content_type_id = type, .limit = &large }, "RESPONSE_TOO_LARGE");
}
END_TEST

static const struct content_types_items_response *
items_of(int64_t type, const int64_t *limit)
{
	return run(&operation_content_types_items, &(struct content_types_items_request){ .content_type_id = type, .limit = limit });
}

START_TEST(items_of_a_type_come_latest_change_first)
{
	int64_t type = list_fixture(), two = 2;
	const struct content_types_items_response *all = items_of(type, NULL), *some = items_of(type, &two);
	const struct content_item *item = all->items.items;

	ck_assert_uint_eq(all->items.n, 3);
	ck_assert(!all->has_more);
	ck_assert_str_eq(text_of(item[0].data), "{\"title\":\"a\"}");
	ck_assert_str_eq(text_of(item[2].data), "{\"title\":\"b\"}");
	ck_assert_uint_eq(some->items.n, 2);
	ck_assert(some->has_more);
	ck_assert_uint_eq(items_of(make_type("empty", NULL, "{}")->id, NULL)->items.n, 0);
	(void)refuse(&operation_content_types_items, &(struct content_types_items_request){ .content_type_id = type + 1000 }, "CONTENT_TYPE_NOT_FOUND");
}
END_TEST

START_TEST(list_refuses_what_it_cannot_do)
{
	int64_t zero = 0;
	char *cursor = NULL;
	struct arena *arena = arena_new(65536);
	cursor = cursor_encode(arena, 1700000000000000, 1);
	(void)refuse(&operation_content_items_list, &(struct content_items_list_request){ .cursor = "!" }, "INVALID_CONTENT_ITEMS_CURSOR");
	(void)refuse(&operation_content_items_list, &(struct content_items_list_request){ .cursor = cursor, .offset = &zero },
	    "CONTENT_ITEMS_CURSOR_OFFSET_CONFLICT");
	(void)refuse(&operation_content_items_list, &(struct content_items_list_request){ .cursor = cursor, .sort_by = "version" },
	    "CONTENT_ITEMS_CURSOR_SORT_UNSUPPORTED");
	arena_free(arena);
}
END_TEST

START_TEST(list_costs_the_same_for_any_number_of_rows)
{
	int64_t type = article_type();
	(void)make_item(type, "{\"title\":\"a\"}", NULL);
	(void)list(&(struct content_items_list_request){ .content_type_id = &type });
	uint64_t before = harness_n_statements(harness);
	(void)list(&(struct content_items_list_request){ .content_type_id = &type });
	uint64_t one = harness_n_statements(harness) - before;
	for (int i = 0; i < 20; i++)
		(void)make_item(type, "{\"title\":\"a\"}", NULL);
	before = harness_n_statements(harness);
	(void)list(&(struct content_items_list_request){ .content_type_id = &type });
	ck_assert_uint_eq(harness_n_statements(harness) - before, one);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, cursor_visits_every_item_once);
	tcase_add_loop_test(tests, list_answers_filters_and_order, 0, N(lists));
	tcase_add_test(tests, list_takes_a_range_of_creation);
	tcase_add_test(tests, page_of_too_much_data_is_refused);
	tcase_add_test(tests, items_of_a_type_come_latest_change_first);
	tcase_add_test(tests, list_refuses_what_it_cannot_do);
	tcase_add_test(tests, list_costs_the_same_for_any_number_of_rows);
}

int
main(void)
{
	return run_suite("content lists", add_tests);
}
