/* Items: what is stored, refused, superseded, published and brought back. */
#include <poll.h>

#include "content_fixture.h"

/* ---- items ---- */

START_TEST(item_keeps_its_data_byte_for_byte)
{
	const char *data = "{ \"title\":\"\\u00e9\", \"n\": 10 }";
	const struct content_item *made = make_item(article_type(), data, NULL);
	const struct content_item *read = get(made->id, true);

	ck_assert_str_eq(text_of(made->data), data);
	ck_assert_str_eq(text_of(read->data), data);
	ck_assert_str_eq(read->status, "draft");
	ck_assert_str_eq(read->publication_state, "draft");
	ck_assert_int_eq(read->version, 1);
	ck_assert_int_eq(read->working_copy_version, 1);
	ck_assert_int_eq(read->created_at % 1000, 0);
	ck_assert_int_eq(read->created_at, read->updated_at);
	ck_assert_int_eq(events("content_item.create"), 1);
}
END_TEST

static const struct data_row {
	const char *data, *code, *context;
} bad_data[] = {
	{ "{\"title\":1}", "CONTENT_SCHEMA_VALIDATION_FAILED", "\"path\":\"/title\",\"keyword\":\"type\"" },
	{ "{}", "CONTENT_SCHEMA_VALIDATION_FAILED", "\"path\":\"/\",\"keyword\":\"required\"" },
	{ "{\"title\":\"a\",\"x\":1}", "CONTENT_SCHEMA_VALIDATION_FAILED", "additionalProperties" },
	{ "{\"title\":\"a\",\"n\":\"1\",\"x\":1}", "CONTENT_SCHEMA_VALIDATION_FAILED", "\"path\":\"/n\",\"keyword\":\"type\"" },
	{ "{\"title\":", "INVALID_CONTENT_DATA_JSON", "\"position\":" },
	{ "{\"title\":\"a\",\"title\":\"b\"}", "INVALID_CONTENT_DATA_JSON", "duplicate" },
};

START_TEST(data_the_schema_refuses_is_refused_everywhere)
{
	const struct data_row *row = &bad_data[_i];
	int64_t type = article_type();
	int64_t id = make_item(type, "{\"title\":\"a\"}", NULL)->id;
	const struct error *errors[] = {
		refuse(&operation_content_items_create, &(struct content_items_create_request){ .content_type_id = type, .data = doc(row->data) }, row->code),
		refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .data = doc(row->data) }, row->code),
	};
	for (size_t i = 0; i < 2; i++) {
		ck_assert_msg(errors[i]->context && strstr(errors[i]->context, row->context), "%s: %s", row->data, errors[i]->context);
		ck_assert_ptr_nonnull(strstr(errors[i]->context, "\"details\":"));
	}
	ck_assert_int_eq(count_where("content_items", "version = 1"), 1);
}
END_TEST

START_TEST(patterns_are_checked_and_a_catastrophic_one_ends)
{
	int64_t type = make_type("patterned", NULL, "{\"properties\":{\"code\":{\"pattern\":\"^[A-Z]{3}$\"},\"slow\":{\"pattern\":\"^(a+)+$\"}},"
	                                            "\"patternProperties\":{\"^n_\":{\"type\":\"integer\"}}}")->id;

	(void)make_item(type, "{\"code\":\"ABC\",\"n_1\":1}", NULL);
	static const char *const refused[] = { "{\"code\":\"abc\"}", "{\"n_1\":\"x\"}", "{\"slow\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}" };
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		(void)refuse(&operation_content_items_create,
		    &(struct content_items_create_request){ .content_type_id = type, .data = doc(refused[i]) }, "CONTENT_SCHEMA_VALIDATION_FAILED");
}
END_TEST

START_TEST(item_needs_a_type_and_a_status)
{
	(void)refuse(&operation_content_items_create, &(struct content_items_create_request){ .content_type_id = 999999, .data = doc("{}") },
	    "CONTENT_TYPE_NOT_FOUND");
	(void)refuse(&operation_content_items_create,
	    &(struct content_items_create_request){ .content_type_id = article_type(), .data = doc("{\"title\":\"a\"}"), .status = " x" },
	    "VALIDATION_ERROR");
}
END_TEST

START_TEST(update_keeps_the_old_head)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\"}", NULL)->id;
	const struct content_item *second = change(id, "{\"title\":\"two\"}", NULL);
	const struct content_item *third = change(id, NULL, "in_review");

	ck_assert_int_eq(second->version, 2);
	ck_assert_int_eq(third->version, 3);
	ck_assert_str_eq(text_of(third->data), "{\"title\":\"two\"}");
	const struct content_items_versions_response *history = run(&operation_content_items_versions,
	    &(struct content_items_versions_request){ .id = id });
	const struct content_item_version *version = history->versions.items;
	ck_assert_uint_eq(history->versions.n, 2);
	ck_assert_int_eq(version[0].version, 2);
	ck_assert_int_eq(version[1].version, 1);
	ck_assert_str_eq(text_of(version[1].data), "{\"title\":\"one\"}");
	ck_assert_int_eq(version[0].created_at, second->updated_at);
	ck_assert_int_eq(events("content_item.update"), 2);
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id }, "EMPTY_UPDATE_BODY");
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id + 1000, .status = "x" },
	    "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_items_versions, &(struct content_items_versions_request){ .id = id + 1000 }, "CONTENT_ITEM_NOT_FOUND");
}
END_TEST

START_TEST(history_is_read_in_pages)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\"}", NULL)->id;
	int64_t limit = 2, before = 3;

	for (int i = 0; i < 4; i++)
		(void)change(id, NULL, i % 2 ? "draft" : "in_review");
	const struct content_items_versions_response *page = run(&operation_content_items_versions,
	    &(struct content_items_versions_request){ .id = id, .limit = &limit });
	ck_assert(page->has_more);
	ck_assert_int_eq(((const struct content_item_version *)page->versions.items)[1].version, 3);
	page = run(&operation_content_items_versions, &(struct content_items_versions_request){ .id = id, .limit = &limit, .before = &before });
	ck_assert(!page->has_more);
	ck_assert_uint_eq(page->versions.n, 2);
}
END_TEST

START_TEST(item_moves_to_a_type_that_takes_its_data)
{
	int64_t article = article_type();
	int64_t strict = make_type("strict", NULL, "{\"required\":[\"sku\"]}")->id;
	int64_t open = make_type("open", NULL, "{}")->id, missing = 999999;
	int64_t id = make_item(article, "{\"title\":\"a\"}", NULL)->id;

	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .content_type_id = &strict },
	    "CONTENT_SCHEMA_VALIDATION_FAILED");
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .content_type_id = &missing },
	    "CONTENT_TYPE_NOT_FOUND");
	const struct content_item *moved = run(&operation_content_items_update,
	    &(struct content_items_update_request){ .id = id, .content_type_id = &open });
	ck_assert_int_eq(moved->content_type_id, open);
	ck_assert_int_eq(get(id, true)->content_type_id, open);
}
END_TEST

START_TEST(patch_merges_into_the_data)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\",\"n\":1}", NULL)->id;
	const struct content_item *out = run(&operation_content_items_patch,
	    &(struct content_items_patch_request){ .id = id, .data = doc("{\"n\":null,\"title\":\"two\"}"), .status = "published" });

	ck_assert_str_eq(text_of(out->data), "{\"title\":\"two\"}");
	ck_assert_str_eq(out->status, "published");
	ck_assert_str_eq(text_of(get(id, true)->data), "{\"title\":\"two\"}");
	(void)refuse(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id, .data = doc("{\"title\":null}") },
	    "CONTENT_SCHEMA_VALIDATION_FAILED");
	(void)refuse(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id, .data = doc("{") },
	    "INVALID_CONTENT_DATA_JSON");
	(void)refuse(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id }, "EMPTY_UPDATE_BODY");
	(void)refuse(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id + 1000, .status = "x" },
	    "CONTENT_ITEM_NOT_FOUND");
}
END_TEST

/* ---- size ---- */

/* {"a":[1,1,...]} or {"m0":1,...} with this many values in all. */
static const char *
many_values(size_t n, bool is_object, char digit)
{
	static char text[400000];
	size_t at = (size_t)snprintf(text, sizeof(text), is_object ? "{" : "{\"a\":[");
	for (size_t i = is_object ? 1 : 2; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, is_object ? "\"m%zu\":%c%s" : "%.0zu%c%s", is_object ? i : (size_t)0, digit, i + 1 < n ? "," : "");
	(void)snprintf(text + at, sizeof(text) - at, is_object ? "}" : "]}");
	return text;
}

START_TEST(documents_have_as_many_values_as_is_said_and_no_more)
{
	enum { MOST = 10000 };
	int64_t type = make_type("open", NULL, "{\"type\":\"object\",\"additionalProperties\":{\"type\":[\"integer\",\"array\"],\"items\":{\"type\":\"integer\"}}}")->id;
	bool is_object = _i;
	int64_t id = make_item(type, many_values(MOST, is_object, '1'), NULL)->id;
	(void)poll(NULL, 0, 600); /* whether the tenant sells anything is asked again, behind all that was made of the document */
	ck_assert_int_eq(change(id, many_values(MOST, is_object, '2'), NULL)->version, 2);
	(void)run(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id, .data = doc(many_values(MOST, is_object, '3')) });
	(void)run(&operation_content_items_rollback, &(struct content_items_rollback_request){ .id = id, .version = 1 });
	(void)change(id, NULL, "published");
	const struct error *error = refuse(&operation_content_items_create,
	    &(struct content_items_create_request){ .content_type_id = type, .data = doc(many_values(MOST + 1, is_object, '1')) }, "CONTENT_DATA_TOO_MANY_VALUES");
	ck_assert_str_eq(error->context, "{\"values\":10001,\"valuesMax\":10000}");
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .data = doc(many_values(MOST + 1, is_object, '1')) }, "CONTENT_DATA_TOO_MANY_VALUES");
	(void)refuse(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id, .data = doc("{\"one\":1,\"more\":2}") }, "CONTENT_DATA_TOO_MANY_VALUES");
}
END_TEST

/* A sequence is not rolled back: of three runs two fail as concurrent changes would make them. */
START_TEST(a_large_document_is_written_though_others_were_faster)
{
	int64_t type = make_type("open", NULL, "{\"type\":\"object\"}")->id, id = make_item(type, many_values(10000, false, '1'), NULL)->id;

	harness_execute(harness, "CREATE SEQUENCE public.runs; "
	    "CREATE FUNCTION public.be_slower() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN "
	    "IF nextval('public.runs') % 3 <> 0 THEN RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'could not serialize'; END IF; RETURN NEW; END $$; "
	    "CREATE TRIGGER slower BEFORE UPDATE ON content.content_items FOR EACH ROW EXECUTE FUNCTION public.be_slower()");
	ck_assert_int_eq(change(id, many_values(10000, false, '2'), NULL)->version, 2);
	ck_assert_int_eq(harness_count(harness, "SELECT last_value FROM public.runs"), 3);
	harness_execute(harness, "DROP TRIGGER slower ON content.content_items; DROP FUNCTION public.be_slower(); DROP SEQUENCE public.runs");
}
END_TEST

/* ---- version tokens ---- */

START_TEST(stale_token_answers_with_the_merge)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\",\"n\":1}", NULL)->id, first = 1;
	(void)change(id, "{\"title\":\"theirs\",\"n\":1}", NULL);
	const struct error *error = refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id,
	    .data = doc("{\"title\":\"one\",\"n\":2}"), .expected_version = &first }, "VERSION_CONFLICT");
	ck_assert_ptr_nonnull(strstr(error->context, "{\"expectedVersion\":1,\"currentVersion\":2,\"changedBy\":\"api_key:1\",\"changedAt\":\"2"));
	ck_assert_ptr_nonnull(strstr(error->message, "made by api_key:1 at 2"));
	ck_assert_str_eq(strstr(error->context, "\"base\""), "\"base\":{\"title\":\"one\",\"n\":1},"
	    "\"theirs\":{\"title\":\"theirs\",\"n\":1},\"yours\":{\"title\":\"one\",\"n\":2},\"merged\":{\"title\":\"theirs\",\"n\":2},\"conflicts\":[]}");
	error = refuse(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id,
	    .data = doc("{\"title\":\"yours\"}"), .expected_version = &first }, "VERSION_CONFLICT");
	ck_assert_ptr_nonnull(strstr(error->context, "\"yours\":{\"title\":\"yours\",\"n\":1},\"conflicts\":[\"/title\"]}"));
	ck_assert_int_eq(count_where("content_items", "version = 2"), 1);
}
END_TEST

START_TEST(token_is_held_against_every_change)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\"}", NULL)->id, future = 9, first = 1;
	const struct error *error = refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id,
	    .status = "in_review", .expected_version = &future }, "VERSION_CONFLICT");
	ck_assert_ptr_nonnull(strstr(error->context, "{\"expectedVersion\":9,\"currentVersion\":1,"));
	ck_assert_ptr_nonnull(strstr(error->context, ",\"theirs\":{\"title\":\"one\"}}"));
	(void)run(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .status = "in_review", .expected_version = &first });
	(void)refuse(&operation_content_items_delete, &(struct content_items_delete_request){ .id = id, .expected_version = &first },
	    "VERSION_CONFLICT");
	(void)refuse(&operation_content_items_rollback, &(struct content_items_rollback_request){ .id = id, .version = 1, .expected_version = &first },
	    "VERSION_CONFLICT");
	ck_assert_int_eq(events("content_item.update"), 1);
}
END_TEST

/* ---- publication ---- */

START_TEST(publication_life)
{
	int64_t id = make_item(article_type(), "{\"title\":\"v1\"}", NULL)->id; /* contract C4, C5 */
	(void)refuse(&operation_content_items_get, &(struct content_items_get_request){ .id = id, .draft = &(bool){ false } },
	    "CONTENT_ITEM_UNPUBLISHED");
	const struct content_item *published = change(id, NULL, "published");
	ck_assert_str_eq(published->publication_state, "published");
	ck_assert_int_eq(*published->published_version, 2);
	const struct content_item *edited = change(id, "{\"title\":\"v3\"}", "draft");
	ck_assert_str_eq(edited->publication_state, "changed");
	ck_assert_int_eq(*edited->published_version, 2);
	ck_assert_int_eq(edited->working_copy_version, 3);

	const struct content_item *snapshot = get(id, false);
	ck_assert_str_eq(text_of(snapshot->data), "{\"title\":\"v1\"}");
	ck_assert_str_eq(snapshot->status, "published");
	ck_assert_int_eq(snapshot->version, 2);
	ck_assert_int_eq(snapshot->working_copy_version, 3);
	ck_assert_int_eq(snapshot->updated_at, published->updated_at);
	ck_assert_str_eq(snapshot->publication_state, "changed");

	const struct content_items_rollback_response *back = run(&operation_content_items_rollback,
	    &(struct content_items_rollback_request){ .id = id, .version = 1 });
	ck_assert_int_eq(back->version, 4);
	const struct content_item *head = get(id, true);
	ck_assert_str_eq(text_of(head->data), "{\"title\":\"v1\"}");
	ck_assert_str_eq(head->status, "draft");
	ck_assert_str_eq(head->publication_state, "changed");
	ck_assert_int_eq(*head->published_version, 2);
	const struct content_item *archived = change(id, NULL, "archived");
	ck_assert_ptr_null(archived->published_version);
	(void)refuse(&operation_content_items_get, &(struct content_items_get_request){ .id = id, .draft = &(bool){ false } },
	    "CONTENT_ITEM_UNPUBLISHED");
}
END_TEST

START_TEST(rollback_returns_to_superseded_versions_only)
{
	int64_t type = article_type();
	int64_t id = make_item(type, "{\"title\":\"one\"}", NULL)->id;
	(void)change(id, "{\"title\":\"two\"}", "published");
	(void)refuse(&operation_content_items_rollback, &(struct content_items_rollback_request){ .id = id, .version = 2 },
	    "TARGET_VERSION_NOT_FOUND"); /* the head */
	(void)refuse(&operation_content_items_rollback, &(struct content_items_rollback_request){ .id = id, .version = 9 },
	    "TARGET_VERSION_NOT_FOUND");
	(void)refuse(&operation_content_items_rollback, &(struct content_items_rollback_request){ .id = id + 1000, .version = 1 },
	    "CONTENT_ITEM_NOT_FOUND");
	(void)run(&operation_content_types_update, &(struct content_types_update_request){ .id = type,
	    .schema = doc("{\"properties\":{\"title\":{\"const\":\"two\"}}}") });
	(void)refuse(&operation_content_items_rollback, &(struct content_items_rollback_request){ .id = id, .version = 1 },
	    "CONTENT_SCHEMA_VALIDATION_FAILED"); /* the schema changed since */
	ck_assert_int_eq(events("content_item.rollback"), 0);
}
END_TEST

START_TEST(any_version_can_be_read)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\"}", NULL)->id;
	(void)change(id, "{\"title\":\"two\"}", NULL);
	const struct content_versions_get_response *old = run(&operation_content_versions_get,
	    &(struct content_versions_get_request){ .id = id, .version = 1 });
	ck_assert_str_eq(text_of(old->data), "{\"title\":\"one\"}");
	ck_assert(!old->is_head);
	const struct content_versions_get_response *head = run(&operation_content_versions_get,
	    &(struct content_versions_get_request){ .id = id, .version = 2 });
	ck_assert_str_eq(text_of(head->data), "{\"title\":\"two\"}");
	ck_assert(head->is_head);
	(void)refuse(&operation_content_versions_get, &(struct content_versions_get_request){ .id = id, .version = 3 }, "TARGET_VERSION_NOT_FOUND");
	(void)refuse(&operation_content_versions_get, &(struct content_versions_get_request){ .id = id + 1000, .version = 1 }, "CONTENT_ITEM_NOT_FOUND");
}
END_TEST

START_TEST(versions_are_compared_value_by_value)
{
	int64_t id = make_item(make_type("open", NULL, "{}")->id, "{\"venue\":{\"city\":\"Bern\",\"zip\":3000},\"tags\":[1,2],\"a/b\":1}", NULL)->id;
	(void)change(id, "{\"venue\":{\"city\":\"Zurich\",\"zip\":3000},\"tags\":[1,3],\"new\":true}", NULL);
	ck_assert_int_eq(count_where("outbox", "type = 'content_item.update' AND payload->'values'->0->>'path' = '/venue/city'"
	    " AND payload->'values'->0->>'before' = 'Bern' AND payload->'values'->0->>'value' = 'Zurich'"), 1);
	const struct content_versions_diff_response *out = run(&operation_content_versions_diff, &(struct content_versions_diff_request){ .id = id, .from = 1 });
	ck_assert_str_eq(text_of(out->patch), "[{\"op\":\"replace\",\"path\":\"/venue/city\",\"before\":\"Bern\",\"value\":\"Zurich\"},"
	    "{\"op\":\"replace\",\"path\":\"/tags/1\",\"before\":2,\"value\":3},{\"op\":\"add\",\"path\":\"/new\",\"value\":true},"
	    "{\"op\":\"remove\",\"path\":\"/a~1b\",\"before\":1}]");
	ck_assert_int_eq(out->to, 2);
	ck_assert_int_eq(out->changes, 4);
	ck_assert(out->is_complete);
	out = run(&operation_content_versions_diff, &(struct content_versions_diff_request){ .id = id, .from = 2, .to = &(int64_t){ 2 } });
	ck_assert_str_eq(text_of(out->patch), "[]");
	(void)refuse(&operation_content_versions_diff, &(struct content_versions_diff_request){ .id = id, .from = 9 }, "TARGET_VERSION_NOT_FOUND");
	(void)refuse(&operation_content_versions_diff, &(struct content_versions_diff_request){ .id = id + 1000, .from = 1 }, "CONTENT_ITEM_NOT_FOUND");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, item_keeps_its_data_byte_for_byte);
	tcase_add_loop_test(tests, data_the_schema_refuses_is_refused_everywhere, 0, N(bad_data));
	tcase_add_test(tests, patterns_are_checked_and_a_catastrophic_one_ends);
	tcase_add_test(tests, item_needs_a_type_and_a_status);
	tcase_add_test(tests, update_keeps_the_old_head);
	tcase_add_test(tests, history_is_read_in_pages);
	tcase_add_test(tests, item_moves_to_a_type_that_takes_its_data);
	tcase_add_test(tests, patch_merges_into_the_data);
	tcase_add_loop_test(tests, documents_have_as_many_values_as_is_said_and_no_more, 0, 2);
	tcase_add_test(tests, a_large_document_is_written_though_others_were_faster);
	tcase_add_test(tests, stale_token_answers_with_the_merge);
	tcase_add_test(tests, token_is_held_against_every_change);
	tcase_add_test(tests, publication_life);
	tcase_add_test(tests, rollback_returns_to_superseded_versions_only);
	tcase_add_test(tests, any_version_can_be_read);
	tcase_add_test(tests, versions_are_compared_value_by_value);
}

int
main(void)
{
	return run_suite("content items", add_tests);
}
