/* Batches and globals. */
#include "content_fixture.h"

/* ---- batches ---- */

static const struct content_batch_result *
results(const struct content_batch *batch, size_t n)
{
	ck_assert_uint_eq(batch->results.n, n);
	return batch->results.items;
}

START_TEST(batch_does_what_it_can_and_says_what_it_could_not)
{
	int64_t type = article_type();
	struct new_batch_item made[] = { { .content_type_id = type, .data = doc("{\"title\":\"a\"}") }, { .content_type_id = type, .data = doc("{}") },
		{ .content_type_id = type + 1000, .data = doc("{}") }, { .content_type_id = type, .data = doc("{\"title\":\"b\"}"), .status = "published" } };
	const struct content_batch_result *result = results(run(&operation_content_batch_create,
	    &(struct content_batch_create_request){ .items = { made, N(made) } }), 4);
	ck_assert(result[0].ok && *result[0].version == 1 && !result[1].ok && !result[2].ok && result[3].ok);
	ck_assert_str_eq(result[1].code, "CONTENT_SCHEMA_VALIDATION_FAILED");
	ck_assert_ptr_nonnull(strstr(result[1].context.json, "\"keyword\":\"required\""));
	ck_assert_str_eq(result[2].code, "CONTENT_TYPE_NOT_FOUND");
	ck_assert_int_eq(events("content_item.create"), 2);

	int64_t first = *result[0].id, second = *result[3].id, stale = 9;
	struct changed_batch_item changed[] = { { .id = first, .data = doc("{\"title\":\"c\"}") }, { .id = first, .status = "published" },
		{ .id = second, .status = "archived", .expected_version = &stale }, { .id = second }, { .id = second + 1000, .status = "draft" } };
	result = results(run(&operation_content_batch_update, &(struct content_batch_update_request){ .items = { changed, N(changed) } }), 5);
	ck_assert(result[0].ok && *result[0].version == 2 && result[1].ok && *result[1].version == 3);
	ck_assert_str_eq(result[2].code, "VERSION_CONFLICT");
	ck_assert_str_eq(result[3].code, "EMPTY_UPDATE_BODY");
	ck_assert_str_eq(result[4].code, "CONTENT_ITEM_NOT_FOUND");
	ck_assert_str_eq(text_of(get(first, false)->data), "{\"title\":\"c\"}");

	int64_t ids[] = { first, first, second };
	result = results(run(&operation_content_batch_delete, &(struct content_batch_delete_request){ .ids = { ids, N(ids) } }), 3);
	ck_assert(result[0].ok && !result[1].ok && result[2].ok);
	(void)run(&operation_content_items_restore, &(struct content_items_restore_request){ .id = first });
}
END_TEST

START_TEST(atomic_batch_does_all_or_nothing)
{
	int64_t type = article_type(), id = make_item(type, "{\"title\":\"a\"}", NULL)->id;
	struct new_batch_item made[] = { { .content_type_id = type, .data = doc("{\"title\":\"b\"}") }, { .content_type_id = type, .data = doc("{}") } };
	const struct error *error = refuse(&operation_content_batch_create,
	    &(struct content_batch_create_request){ .items = { made, N(made) }, .atomic = &(bool){ true } }, "BATCH_ATOMIC_FAILED");
	ck_assert_ptr_nonnull(strstr(error->context, "{\"index\":1,\"ok\":false,\"code\":\"CONTENT_SCHEMA_VALIDATION_FAILED\",\"error\":"));
	struct changed_batch_item changed[] = { { .id = id, .status = "published" }, { .id = id + 1000, .status = "draft" } };
	(void)refuse(&operation_content_batch_update, &(struct content_batch_update_request){ .items = { changed, N(changed) }, .atomic = &(bool){ true } },
	    "BATCH_ATOMIC_FAILED");
	int64_t ids[] = { id, id + 1000 };
	(void)refuse(&operation_content_batch_delete, &(struct content_batch_delete_request){ .ids = { ids, N(ids) }, .atomic = &(bool){ true } }, "BATCH_ATOMIC_FAILED");
	ck_assert_int_eq(count_where("content_items", "version = 1 AND status = 'draft'"), 1);
	ck_assert_int_eq(events("content_item.update") + events("content_item.delete"), 0);
	(void)refuse(&operation_content_batch_create, &(struct content_batch_create_request){ .items = { made, 0 } }, "EMPTY_BATCH");
}
END_TEST

START_TEST(five_hundred_go_in_one_batch)
{
	enum { MOST = 500 };
	static struct new_batch_item made[MOST];
	int64_t type = article_type();
	for (int i = 0; i < MOST; i++)
		made[i] = (struct new_batch_item){ .content_type_id = type, .data = doc("{\"title\":\"a\"}") };
	(void)results(run(&operation_content_batch_create, &(struct content_batch_create_request){ .items = { made, MOST }, .atomic = &(bool){ true } }), MOST);
	ck_assert_int_eq(count_where("content_items", "true"), MOST);
	ck_assert_int_eq(events("content_item.create"), MOST);
}
END_TEST

START_TEST(two_entries_for_one_place_are_not_both_done)
{
	int64_t single = make_type("home", "singleton", "{}")->id;
	struct new_batch_item made[] = { { .content_type_id = single, .data = doc("{}") }, { .content_type_id = single, .data = doc("{}") } };
	const struct content_batch_result *result = results(run(&operation_content_batch_create,
	    &(struct content_batch_create_request){ .items = { made, N(made) } }), 2);
	ck_assert(result[0].ok);
	ck_assert_str_eq(result[1].code, "SINGLETON_CONTENT_ITEM_EXISTS");
}
END_TEST

/* ---- globals ---- */

START_TEST(global_is_written_and_read_by_its_slug)
{
	(void)make_type("home", "singleton", "{\"type\":\"object\",\"required\":[\"headline\"]}");
	(void)article_type();
	const struct content_global *none = run(&operation_content_globals_get, &(struct content_globals_get_request){ .slug = "home" });
	ck_assert_ptr_null(none->item);
	ck_assert_str_eq(none->content_type->slug, "home");
	struct content_globals_put_request put = { .slug = "home", .data = doc("{\"headline\":\"one\"}"), .status = "published" };
	const struct content_globals_put_response *out = run(&operation_content_globals_put, &put);
	ck_assert(out->is_created);
	ck_assert_str_eq(out->item->publication_state, "published");
	put.data = doc("{\"headline\":\"two\"}");
	put.status = NULL;
	out = run(&operation_content_globals_put, &put);
	ck_assert(!out->is_created);
	ck_assert_str_eq(out->item->publication_state, "changed");
	ck_assert_str_eq(text_of(((const struct content_global *)run(&operation_content_globals_get,
	    &(struct content_globals_get_request){ .slug = "home", .draft = &(bool){ false } }))->item->data), "{\"headline\":\"one\"}");
	(void)make_type("footer", "singleton", "{}");
	const struct content_globals_list_response *all = run(&operation_content_globals_list, &(struct content_globals_list_request){ .draft = NULL });
	const struct content_global *global = all->globals.items;
	ck_assert_uint_eq(all->globals.n, 2);
	ck_assert_str_eq(text_of(global[0].item->data), "{\"headline\":\"two\"}");
	ck_assert_ptr_null(global[1].item);

	put.data = doc("{}");
	(void)refuse(&operation_content_globals_put, &put, "CONTENT_SCHEMA_VALIDATION_FAILED");
	put.data = doc("{\"headline\":\"three\"}");
	put.expected_version = &(int64_t){ 1 };
	(void)refuse(&operation_content_globals_put, &put, "VERSION_CONFLICT");
	put.slug = "article"; /* no singleton */
	(void)refuse(&operation_content_globals_put, &put, "GLOBAL_CONTENT_TYPE_NOT_FOUND");
	(void)refuse(&operation_content_globals_get, &(struct content_globals_get_request){ .slug = "missing" }, "GLOBAL_CONTENT_TYPE_NOT_FOUND");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, batch_does_what_it_can_and_says_what_it_could_not);
	tcase_add_test(tests, atomic_batch_does_all_or_nothing);
	tcase_add_test(tests, five_hundred_go_in_one_batch);
	tcase_add_test(tests, two_entries_for_one_place_are_not_both_done);
	tcase_add_test(tests, global_is_written_and_read_by_its_slug);
}

int
main(void)
{
	return run_suite("content batches and globals", add_tests);
}
