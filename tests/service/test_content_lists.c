/* Lists of items: filters, orders, cursors, and what they cost. */
#include "../../services/content/query/text.h"
#include "content_fixture.h"

/* ---- lists ---- */

static const struct content_items_list_response *
list(const struct content_items_list_request *in)
{
	return run(&operation_content_items_list, in);
}

static const struct order_row {
	const char *label, *sort_by, *sort_dir, *status, *q;
	bool is_published_view, with_type;
} orders[] = {
	{ "default order", NULL, NULL, NULL, NULL, false, false },
	{ "oldest change", "updatedAt", "asc", NULL, NULL, false, false },
	{ "creation", "createdAt", NULL, NULL, NULL, false, true },
	{ "oldest creation", "createdAt", "asc", NULL, NULL, false, true },
	{ "version", "version", NULL, NULL, NULL, false, false },
	{ "lowest version", "version", "asc", NULL, NULL, false, true },
	{ "of a status", NULL, NULL, "published", NULL, false, true },
	{ "of a status, by creation", "createdAt", "asc", "published", NULL, false, false },
	{ "text", NULL, NULL, NULL, "even", false, false },
	{ "published", NULL, NULL, NULL, NULL, true, false },
	{ "published of a type, oldest", "updatedAt", "asc", NULL, NULL, true, true },
	{ "published by creation", "createdAt", NULL, NULL, NULL, true, false },
	{ "published by version", "version", "asc", NULL, NULL, true, true },
};

enum { N_PAGED = 23 };

/* What other tests have left comes first. */
static void
keep_words(void)
{
	for (int i = 0; i < 8; i++)
		ck_assert_ptr_null(harness_run_timer(harness, words_keep));
}

static size_t
add_page(const struct content_items_list_response *page, int64_t *seen, size_t n)
{
	const struct content_item *item = page->items.items;

	for (size_t i = 0; i < page->items.n; i++) {
		for (size_t j = 0; j < n; j++)
			ck_assert_int_ne(seen[j], item[i].id);
		seen[n++] = item[i].id;
	}
	return n;
}

START_TEST(cursor_alone_visits_every_item_once_in_every_order)
{
	const struct order_row *row = &orders[_i];
	int64_t type = article_type(), limit = 3, seen[100], n_wanted = 0, added = 0;
	bool draft = !row->is_published_view;
	for (int i = 0; i < N_PAGED; i++) {
		bool is_even = i % 2 == 0;
		int64_t id = make_item(type, is_even ? "{\"title\":\"even\"}" : "{\"title\":\"odd\"}", is_even ? "published" : NULL)->id;
		if (i % 3 == 0)
			(void)change(id, is_even ? "{\"title\":\"even\",\"n\":1}" : "{\"title\":\"odd\",\"n\":1}", is_even ? "published" : NULL);
		if (i == N_PAGED / 2)
			keep_words(); /* of half of them; the others are looked at as they stand */
		n_wanted += is_even || (!row->status && !row->q && !row->is_published_view);
	}
	struct content_items_list_request in = { .limit = &limit, .sort_by = row->sort_by, .sort_dir = row->sort_dir, .status = row->status,
		.q = row->q, .draft = &draft, .content_type_id = row->with_type ? &type : NULL };
	size_t n = 0;
	for (;;) {
		const struct content_items_list_response *page = list(&in);
		n = add_page(page, seen, n);
		ck_assert_msg(page->has_more == (page->next_cursor != NULL), "%s", row->label);
		ck_assert(page->total_is_exact);
		if (!page->next_cursor)
			break;
		in = (struct content_items_list_request){ .limit = &limit, .cursor = page->next_cursor };
		if (n == 6) { /* what comes and goes meanwhile neither hides nor repeats others */
			added = make_item(type, "{\"title\":\"even\"}", "published")->id;
			(void)run(&operation_content_items_delete, &(struct content_items_delete_request){ .id = seen[5] });
		}
	}
	for (size_t i = 0; i < n; i++)
		n_wanted += seen[i] == added;
	ck_assert_msg((int64_t)n == n_wanted, "%s: %zu of %" PRId64, row->label, n, n_wanted);
}
END_TEST

START_TEST(cursor_refuses_another_list)
{
	int64_t type = article_type(), limit = 1, other = type + 1, time = 1;
	for (int i = 0; i < 3; i++)
		(void)make_item(type, "{\"title\":\"a\"}", "published");
	const char *cursor = list(&(struct content_items_list_request){ .limit = &limit, .content_type_id = &type, .status = "published", .sort_by = "version" })->next_cursor;
	struct content_items_list_request same = { .cursor = cursor, .content_type_id = &type, .status = "published", .sort_by = "version", .draft = &(bool){ true } };
	ck_assert_uint_eq(list(&same)->items.n, 2);
	struct content_items_list_request others[] = { { .cursor = cursor, .content_type_id = &other }, { .cursor = cursor, .status = "draft" },
		{ .cursor = cursor, .q = "a" }, { .cursor = cursor, .draft = &(bool){ false } }, { .cursor = cursor, .created_after = &time } };
	for (size_t i = 0; i < N(others); i++)
		(void)refuse(&operation_content_items_list, &others[i], "INVALID_CONTENT_ITEMS_CURSOR");
	(void)refuse(&operation_content_items_list, &(struct content_items_list_request){ .cursor = cursor, .sort_by = "createdAt" }, "CONTENT_ITEMS_CURSOR_SORT_UNSUPPORTED");
	(void)refuse(&operation_content_items_list, &(struct content_items_list_request){ .cursor = cursor, .sort_dir = "asc" }, "CONTENT_ITEMS_CURSOR_SORT_UNSUPPORTED");
	(void)refuse(&operation_content_items_list, &(struct content_items_list_request){ .cursor = cursor, .offset = &limit }, "CONTENT_ITEMS_CURSOR_OFFSET_CONFLICT");
	static const char *const broken[] = { "!", "e30", "eyJzIjoidSIsImsiOjk5OTk5OTk5OTk5OTk5OTk5OTksImkiOjF9", "eyJzIjoidSIsImsiOi05MDAwMDAwMDAwMDAwMDAwMDAwLCJpIjoxfQ" };
	for (size_t i = 0; i < N(broken); i++)
		(void)refuse(&operation_content_items_list, &(struct content_items_list_request){ .cursor = broken[i] }, "INVALID_CONTENT_ITEMS_CURSOR");
}
END_TEST

START_TEST(other_lists_go_on_by_cursor_too)
{
	int64_t type = article_type(), limit = 2, id = make_item(type, "{\"title\":\"a\"}", NULL)->id;
	(void)make_type("second", NULL, "{}");
	(void)make_type("third", NULL, "{}");
	const struct content_types_list_response *types = run(&operation_content_types_list, &(struct content_types_list_request){ .limit = &limit });
	ck_assert(types->has_more && types->next_cursor && types->total == 3 && types->total_is_exact);
	types = run(&operation_content_types_list, &(struct content_types_list_request){ .cursor = types->next_cursor });
	ck_assert_uint_eq(types->types.n, 1);
	ck_assert_str_eq(((const struct content_type *)types->types.items)->slug, "third");

	for (int i = 0; i < 4; i++)
		(void)change(id, NULL, i % 2 ? "draft" : "in_review");
	const struct content_items_versions_response *versions = run(&operation_content_items_versions, &(struct content_items_versions_request){ .id = id, .limit = &limit });
	ck_assert_ptr_nonnull(versions->next_cursor);
	const char *cursor = versions->next_cursor;
	versions = run(&operation_content_items_versions, &(struct content_items_versions_request){ .id = id, .cursor = cursor });
	ck_assert_uint_eq(versions->versions.n, 2);
	ck_assert_int_eq(((const struct content_item_version *)versions->versions.items)->version, 2);
	ck_assert_ptr_null(versions->next_cursor);
	(void)refuse(&operation_content_items_versions, &(struct content_items_versions_request){ .id = id + 1, .cursor = cursor }, "INVALID_CURSOR");
	(void)refuse(&operation_content_types_list, &(struct content_types_list_request){ .cursor = cursor }, "INVALID_CURSOR");

	for (int i = 0; i < 3; i++)
		(void)make_item(type, "{\"title\":\"b\"}", NULL);
	const struct content_types_items_response *items = run(&operation_content_types_items, &(struct content_types_items_request){ .content_type_id = type, .limit = &limit });
	ck_assert_ptr_nonnull(items->next_cursor);
	cursor = items->next_cursor;
	items = run(&operation_content_types_items, &(struct content_types_items_request){ .content_type_id = type, .cursor = cursor });
	ck_assert_uint_eq(items->items.n, 2);
	ck_assert_int_eq(((const struct content_item *)items->items.items)[1].id, id);
	(void)refuse(&operation_content_types_items, &(struct content_types_items_request){ .content_type_id = type + 1, .cursor = cursor }, "INVALID_CURSOR");
}
END_TEST

static const struct search_row {
	const char *q;
	int64_t n;
} searches[] = {
	{ "caf\xc3\xa9", 1 }, { "CAF\xc3\x89", 1 }, { "say \"hi\"", 1 }, { "C:\\x", 1 }, { "x/y", 1 }, { "two\nlines", 1 }, { "\xf0\x9f\x98\x80", 1 }, { "100%", 1 },
	{ "member", 0 }, { "{", 0 }, { "\":\"", 0 }, { "\\u00e9", 0 }, { "draft", 2 },
};

START_TEST(search_finds_decoded_text)
{
	const struct search_row *row = &searches[_i];
	int64_t type = make_type("open", NULL, "{}")->id;
	(void)make_item(type, "{\"member\":\"caf\\u00e9\",\"b\":[\"say \\\"hi\\\"\",{\"c\":\"C:\\\\x\"}],\"d\":\"x\\/y\",\"e\":\"two\\nlines\",\"f\":\"\\ud83d\\ude00\",\"g\":\"100%\"}", NULL);
	(void)make_item(type, "{\"member\":1}", NULL);
	for (int is_kept = 0; is_kept < 2; is_kept++) {
		const struct content_items_list_response *found = list(&(struct content_items_list_request){ .q = row->q });
		ck_assert_msg(found->total == row->n && found->total_is_exact, "'%s', words %skept: %" PRId64, row->q, is_kept ? "" : "not ", found->total);
		keep_words();
	}
}
END_TEST

static const struct word_row {
	const char *q, *locale, *found; /* letters of the items, first made first */
} words[] = {
	{ "launch", NULL, "ab" }, { "lau", NULL, "ab" }, { "LAUNCH*", NULL, "ab" }, { "aunch", NULL, "" }, { "\"launch\"", NULL, "a" }, { "launch rocket", NULL, "a" },
	{ "rocket launch", NULL, "a" }, { "\"launch a rocket\"", NULL, "a" }, { "\"rocket launch\"", NULL, "" }, { "rock -launch", NULL, "c" },
	{ "rocket -\"launch a\"", NULL, "c" }, { "rocket -la*", NULL, "c" }, { "-rocket", NULL, "ac" }, { "well-kno", NULL, "b" }, { "\"well known\"", NULL, "b" },
	{ "\xe6\x9d\xb1\xe4\xba\xac", NULL, "d" }, { "\xe4\xba\xac\xe6\x9d\xb1", NULL, "" }, { "\xe3\x82\xbf\xe3\x83\xaf\xe3\x83\xbc", NULL, "d" },
	{ "running", NULL, "e" }, { "running", "en", "ef" }, { "H\xc3\xa4user", "de", "" }, { "3.1", NULL, "f" }, { "it's", NULL, "c" }, { "in_review", NULL, "f" },
	{ "draft", NULL, "abcde" }, { "published", NULL, "" }, { "%", NULL, "e" }, { "\"launches", NULL, "b" }, { "a\\b", NULL, "f" }, { "rocket OR", NULL, "" }, { "   ", NULL, "abcdef" },
};

static void
letters_of(const struct content_items_list_response *found, char *ret_letters)
{
	const struct content_item *item = found->items.items;
	size_t n = found->items.n;

	for (size_t i = 0; i < n; i++)
		ret_letters[i] = *(strstr(text_of(item[i].data), "\"is\":\"") + 6);
	ret_letters[n] = '\0';
}

/* The same whether words are kept or not, in both directions. */
START_TEST(words_phrases_and_beginnings_are_found)
{
	static const char *const texts[] = { "{\"is\":\"a\",\"t\":\"To launch a rocket\"}", "{\"is\":\"b\",\"t\":[\"launches\",\"of a well-known kind\"]}",
		"{\"is\":\"c\",\"t\":\"It's a Rocket!\"}", "{\"is\":\"d\",\"t\":\"\xe6\x9d\xb1\xe4\xba\xac\xe3\x82\xbf\xe3\x83\xaf\xe3\x83\xbc\xe3\x81\xa7\"}",
		"{\"is\":\"e\",\"t\":\"running 100%\"}", "{\"is\":\"f\",\"t\":\"she runs 3.14 miles\",\"u\":\"a\\\\b\"}" };
	const struct word_row *row = &words[_i];
	int64_t type = make_type("open", NULL, "{}")->id;
	char letters[16];

	for (size_t i = 0; i < N(texts); i++) {
		(void)make_item(type, texts[i], i == 5 ? "in_review" : NULL);
		next_millisecond();
	}
	for (int is_kept = 0; is_kept < 2; is_kept++) {
		letters_of(list(&(struct content_items_list_request){ .q = row->q, .locale = row->locale, .sort_by = "createdAt", .sort_dir = "asc" }), letters);
		ck_assert_msg(strcmp(letters, row->found) == 0, "'%s', words %skept: '%s'", row->q, is_kept ? "" : "not ", letters);
		keep_words();
	}
}
END_TEST

/* Many are met along the order, few are gathered; both say the same. */
START_TEST(many_and_few_are_counted_and_paged)
{
	enum { N_MANY = 520 };
	int64_t type = make_type("open", NULL, "{}")->id, limit = 200, seen = 0;

	for (int i = 0; i < N_MANY; i++)
		(void)make_item(type, i % 260 == 7 ? "{\"t\":\"common seldom\"}" : "{\"t\":\"common\"}", i % 2 ? "published" : NULL);
	keep_words();
	for (int is_public = 0; is_public < 2; is_public++) {
		struct content_items_list_request in = { .q = "comm", .limit = &limit, .draft = &(bool){ !is_public } };
		for (seen = 0;;) {
			const struct content_items_list_response *page = list(&in);
			ck_assert_msg(page->total == N_MANY >> is_public && page->total_is_exact, "%" PRId64, page->total);
			seen += (int64_t)page->items.n;
			if (!page->next_cursor)
				break;
			in = (struct content_items_list_request){ .cursor = page->next_cursor, .limit = &limit };
		}
		ck_assert_int_eq(seen, N_MANY >> is_public);
	}
	const struct content_items_list_response *few = list(&(struct content_items_list_request){ .q = "seldom", .limit = &(int64_t){ 1 }, .offset = &(int64_t){ 1 } });
	ck_assert(few->total == 2 && few->items.n == 1 && !few->has_more);
	few = list(&(struct content_items_list_request){ .q = "seldom", .offset = &(int64_t){ 5 } });
	ck_assert(few->total == 2 && few->items.n == 0 && few->total_is_exact);
	few = list(&(struct content_items_list_request){ .q = "seldom", .status = "draft" });
	ck_assert(few->total == 0 && few->total_is_exact);
}
END_TEST

START_TEST(published_view_searches_what_is_published)
{
	int64_t id = make_item(article_type(), "{\"title\":\"old\"}", "published")->id;
	struct content_items_list_request of_public = { .q = "old", .draft = &(bool){ false } }, of_heads = { .q = "old" };
	ck_assert_int_eq(list(&of_public)->total, 1);
	(void)change(id, "{\"title\":\"new\"}", NULL);
	(void)change(id, "{\"title\":\"newer\"}", NULL);
	ck_assert_int_eq(list(&of_public)->total, 1);
	keep_words();
	ck_assert_int_eq(list(&of_public)->total, 1);
	ck_assert_int_eq(list(&of_heads)->total, 0);
	(void)change(id, NULL, "published");
	ck_assert_int_eq(list(&of_public)->total, 0);
	(void)run(&operation_content_items_delete, &(struct content_items_delete_request){ .id = id });
	(void)run(&operation_content_items_restore, &(struct content_items_restore_request){ .id = id });
	keep_words();
	of_heads.q = "NEWER";
	ck_assert_int_eq(list(&of_heads)->total, 1);
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
	{ "text", NULL, NULL, NULL, "O", false, false, 1, "o" },
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
	tcase_add_loop_test(tests, cursor_alone_visits_every_item_once_in_every_order, 0, N(orders));
	tcase_add_test(tests, cursor_refuses_another_list);
	tcase_add_test(tests, other_lists_go_on_by_cursor_too);
	tcase_add_loop_test(tests, search_finds_decoded_text, 0, N(searches));
	tcase_add_loop_test(tests, words_phrases_and_beginnings_are_found, 0, N(words));
	tcase_add_test(tests, many_and_few_are_counted_and_paged);
	tcase_add_test(tests, published_view_searches_what_is_published);
	tcase_add_loop_test(tests, list_answers_filters_and_order, 0, N(lists));
	tcase_add_test(tests, list_takes_a_range_of_creation);
	tcase_add_test(tests, page_of_too_much_data_is_refused);
	tcase_add_test(tests, items_of_a_type_come_latest_change_first);
	tcase_add_test(tests, list_costs_the_same_for_any_number_of_rows);
}

int
main(void)
{
	return run_suite("content lists", add_tests);
}
