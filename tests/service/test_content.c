/* Content types, dry runs, groups, and the walls between tenants.  Every test has a tenant of its own. */
#include "content_fixture.h"

/* ---- types ---- */

START_TEST(type_keeps_its_schema_byte_for_byte)
{
	const char *schema = "{ \"type\" : \"object\",\n \"maxProperties\": 1.50e1 }";
	const struct content_type *made = make_type("odd", "singleton", schema);
	const struct content_type *read = run(&operation_content_types_get, &(struct content_types_get_request){ .id = made->id });

	ck_assert_str_eq(read->schema, schema);
	ck_assert_str_eq(read->kind, "singleton");
	ck_assert_int_eq(read->version, 1);
	ck_assert_int_eq(read->created_at, made->created_at);
	ck_assert_int_eq(events("content_type.create"), 1);
}
END_TEST

static const struct schema_row {
	const char *schema, *code;
} bad_schemas[] = {
	{ "{\"type\":", "INVALID_CONTENT_SCHEMA_JSON" },
	{ "{\"a\":1,\"a\":2}", "INVALID_CONTENT_SCHEMA_JSON" },
	{ "[]", "INVALID_CONTENT_SCHEMA_TYPE" },
	{ "true", "INVALID_CONTENT_SCHEMA_TYPE" },
	{ "{\"type\":\"text\"}", "INVALID_CONTENT_SCHEMA_DEFINITION" },
	{ "{\"properties\":{\"a\":{\"minLength\":-1}}}", "INVALID_CONTENT_SCHEMA_DEFINITION" },
	{ "{\"$ref\":\"http://127.0.0.1/x.json\"}", "INVALID_CONTENT_SCHEMA_DEFINITION" },
};

START_TEST(schema_that_is_none_is_refused)
{
	const struct schema_row *row = &bad_schemas[_i];
	const struct error *error = refuse(&operation_content_types_create, &(struct content_types_create_request){ .name = "X",
	    .slug = "x", .schema = doc(row->schema) }, row->code);
	ck_assert_msg(error->context && strstr(error->context, "details"), "%s: context %s", row->schema, error->context);
	int64_t id = article_type();
	(void)refuse(&operation_content_types_update, &(struct content_types_update_request){ .id = id, .schema = doc(row->schema) }, row->code);
	ck_assert_int_eq(count_where("content_types", "version = 1"), 1);
}
END_TEST

START_TEST(type_needs_a_schema_and_a_free_slug)
{
	(void)refuse(&operation_content_types_create, &(struct content_types_create_request){ .name = "X", .slug = "x" },
	    "CONTENT_TYPE_SCHEMA_SOURCE_REQUIRED");
	(void)article_type();
	struct content_types_create_request again = { .name = "B", .slug = "article", .schema = doc("{}") };
	(void)refuse(&operation_content_types_create, &again, "CONTENT_TYPE_SLUG_CONFLICT");
	again.slug = "Not A Slug";
	(void)refuse(&operation_content_types_create, &again, "VALIDATION_ERROR");
	int64_t other = make_type("other", NULL, "{}")->id;
	(void)refuse(&operation_content_types_update, &(struct content_types_update_request){ .id = other, .slug = "article" },
	    "CONTENT_TYPE_SLUG_CONFLICT");
	new_tenant(); /* another tenant may use it */
	(void)article_type();
}
END_TEST

START_TEST(type_update_changes_what_was_sent)
{
	int64_t id = article_type(), price = 50, expected = 1;
	const struct content_type *out = run(&operation_content_types_update,
	    &(struct content_types_update_request){ .id = id, .name = "New", .base_price = &price, .description = "Text",
	        .expected_version = &expected });
	ck_assert_str_eq(out->name, "New");
	ck_assert_str_eq(out->slug, "article");
	ck_assert_int_eq(*out->base_price, 50);
	ck_assert_int_eq(out->version, 2);
	out = run(&operation_content_types_update, &(struct content_types_update_request){ .id = id, .description = "" });
	ck_assert_ptr_null(out->description);

	const struct error *error = refuse(&operation_content_types_update,
	    &(struct content_types_update_request){ .id = id, .name = "Old", .expected_version = &expected }, "VERSION_CONFLICT");
	ck_assert_ptr_nonnull(strstr(error->context, "\"currentVersion\":3"));
	ck_assert_ptr_nonnull(strstr(error->context, "\"theirs\":{"));
	(void)refuse(&operation_content_types_update, &(struct content_types_update_request){ .id = id }, "EMPTY_UPDATE_BODY");
	(void)refuse(&operation_content_types_update, &(struct content_types_update_request){ .id = id + 1000, .name = "X" },
	    "CONTENT_TYPE_NOT_FOUND");
	ck_assert_int_eq(events("content_type.update"), 2);
}
END_TEST

START_TEST(type_in_use_stays)
{
	int64_t id = article_type(), stale = 7;
	int64_t item = make_item(id, "{\"title\":\"a\"}", NULL)->id;
	const struct error *error = refuse(&operation_content_types_delete, &(struct content_types_delete_request){ .id = id },
	    "CONTENT_TYPE_IN_USE");
	ck_assert_str_eq(error->context, "{\"itemCount\":1}");
	(void)run(&operation_content_items_delete, &(struct content_items_delete_request){ .id = item });
	(void)refuse(&operation_content_types_delete, &(struct content_types_delete_request){ .id = id, .expected_version = &stale },
	    "VERSION_CONFLICT");
	(void)run(&operation_content_types_delete, &(struct content_types_delete_request){ .id = id });
	(void)refuse(&operation_content_types_delete, &(struct content_types_delete_request){ .id = id }, "CONTENT_TYPE_NOT_FOUND");
	(void)refuse(&operation_content_types_get, &(struct content_types_get_request){ .id = id }, "CONTENT_TYPE_NOT_FOUND");
	ck_assert_int_eq(events("content_type.delete"), 1);
}
END_TEST

START_TEST(types_are_listed_with_their_stats)
{
	int64_t first = article_type();
	(void)make_type("empty", NULL, "{}");
	(void)make_item(first, "{\"title\":\"a\"}", NULL);
	(void)make_item(first, "{\"title\":\"b\"}", "published");
	(void)make_item(first, "{\"title\":\"c\"}", "published");
	bool with_stats = true;
	int64_t limit = 1, offset = 1;
	const struct content_types_list_response *list = run(&operation_content_types_list,
	    &(struct content_types_list_request){ .include_stats = &with_stats });
	const struct content_type *types = list->types.items;
	ck_assert_uint_eq(list->types.n, 2);
	ck_assert_int_eq(list->total, 2);
	ck_assert(!list->has_more);
	ck_assert_int_eq(types[0].stats->item_count, 3);
	ck_assert_str_eq(text_of(types[0].stats->status_counts), "{\"draft\":1,\"published\":2}");
	ck_assert_int_eq(types[1].stats->item_count, 0);
	ck_assert_ptr_null(types[1].stats->last_item_updated_at);
	list = run(&operation_content_types_list, &(struct content_types_list_request){ .limit = &limit });
	ck_assert(list->has_more);
	list = run(&operation_content_types_list, &(struct content_types_list_request){ .limit = &limit, .offset = &offset });
	ck_assert_uint_eq(list->types.n, 1);
	ck_assert(!list->has_more);
	ck_assert_str_eq(((const struct content_type *)list->types.items)->slug, "empty");
}
END_TEST

/* ---- singletons ---- */

START_TEST(singleton_has_one_item)
{
	int64_t only = make_type("home", "singleton", ARTICLE)->id;
	int64_t many = article_type();
	int64_t item = make_item(only, "{\"title\":\"home\"}", NULL)->id;
	char context[64];

	(void)snprintf(context, sizeof(context), "{\"contentItemId\":%" PRId64 "}", item);
	const struct error *error = refuse(&operation_content_items_create,
	    &(struct content_items_create_request){ .content_type_id = only, .data = doc("{\"title\":\"b\"}") }, "SINGLETON_CONTENT_ITEM_EXISTS");
	ck_assert_str_eq(error->context, context);
	int64_t other = make_item(many, "{\"title\":\"x\"}", NULL)->id;
	error = refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = other, .content_type_id = &only },
	    "SINGLETON_CONTENT_ITEM_EXISTS");
	ck_assert_str_eq(error->context, context);

	(void)make_item(many, "{\"title\":\"y\"}", NULL);
	error = refuse(&operation_content_types_update, &(struct content_types_update_request){ .id = many, .kind = "singleton" },
	    "SINGLETON_CONTENT_TYPE_REQUIRES_ONE_ITEM");
	ck_assert_str_eq(error->context, "{\"itemCount\":2}");
	(void)run(&operation_content_types_update, &(struct content_types_update_request){ .id = only, .kind = "collection" });
	(void)make_item(only, "{\"title\":\"second\"}", NULL);
	ck_assert_int_eq(count_where("content_items", "is_singleton"), 0);
}
END_TEST

START_TEST(kind_changes_reach_the_items)
{
	int64_t type = article_type();
	(void)make_item(type, "{\"title\":\"x\"}", NULL);
	(void)run(&operation_content_types_update, &(struct content_types_update_request){ .id = type, .kind = "singleton" });
	ck_assert_int_eq(count_where("content_items", "is_singleton"), 1);
	(void)refuse(&operation_content_items_create,
	    &(struct content_items_create_request){ .content_type_id = type, .data = doc("{\"title\":\"b\"}") }, "SINGLETON_CONTENT_ITEM_EXISTS");
}
END_TEST

/* ---- walls ---- */

START_TEST(other_tenants_items_do_not_exist)
{
	int64_t type = article_type();
	int64_t id = make_item(type, "{\"title\":\"one\"}", "published")->id;
	(void)change(id, "{\"title\":\"two\"}", NULL);
	new_tenant();
	(void)refuse(&operation_content_types_get, &(struct content_types_get_request){ .id = type }, "CONTENT_TYPE_NOT_FOUND");
	(void)refuse(&operation_content_types_update, &(struct content_types_update_request){ .id = type, .name = "x" }, "CONTENT_TYPE_NOT_FOUND");
	(void)refuse(&operation_content_types_delete, &(struct content_types_delete_request){ .id = type }, "CONTENT_TYPE_NOT_FOUND");
	(void)refuse(&operation_content_items_create, &(struct content_items_create_request){ .content_type_id = type, .data = doc("{\"title\":\"a\"}") },
	    "CONTENT_TYPE_NOT_FOUND");
	(void)refuse(&operation_content_items_get, &(struct content_items_get_request){ .id = id }, "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .status = "x" }, "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id, .status = "x" }, "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_items_delete, &(struct content_items_delete_request){ .id = id }, "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_items_versions, &(struct content_items_versions_request){ .id = id }, "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_versions_get, &(struct content_versions_get_request){ .id = id, .version = 1 }, "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_items_rollback, &(struct content_items_rollback_request){ .id = id, .version = 1 }, "CONTENT_ITEM_NOT_FOUND");
	ck_assert_int_eq(((const struct content_items_list_response *)run(&operation_content_items_list,
	    &(struct content_items_list_request){ .limit = NULL }))->total, 0);
	int64_t own = make_type("mine", NULL, "{}")->id;
	int64_t mine = make_item(own, "{}", NULL)->id;
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = mine, .content_type_id = &type },
	    "CONTENT_TYPE_NOT_FOUND");
}
END_TEST

static const char *const tenant_tables[] = { "content_types", "content_items", "content_item_versions", "content_item_heads",
	"content_item_snapshots", "idempotency_keys" };

START_TEST(without_a_tenant_a_table_looks_empty)
{
	char sql[256];

	(void)change(make_item(article_type(), "{\"title\":\"one\"}", NULL)->id, NULL, "published");
	(void)snprintf(sql, sizeof(sql), "SET LOCAL ROLE wordclaw_content; SELECT count(*) FROM content.%s", tenant_tables[_i]);
	ck_assert_int_eq(harness_count(harness, sql), 0);
	ck_assert_int_gt(count_where("content_item_versions", "true"), 0); /* the superuser sees what the role did not */
}
END_TEST

START_TEST(role_cannot_rewrite_history)
{
	ck_assert_int_eq(harness_count(harness, "SELECT (has_table_privilege('wordclaw_content', 'content.content_item_versions', 'UPDATE') "
	    "OR has_table_privilege('wordclaw_content', 'content.content_item_versions', 'DELETE') "
	    "OR has_table_privilege('wordclaw_content', 'content.outbox', 'SELECT, UPDATE, DELETE') "
	    "OR has_table_privilege('wordclaw_content', 'content.outbox_consumers', 'SELECT') "
	    "OR has_table_privilege('wordclaw_content', 'content.inbox', 'SELECT'))::int"), 0);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	    "WHERE n.nspname = 'content' AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"), 0);
}
END_TEST

/* ---- dry run and groups ---- */

static const void *
rehearse(const struct operation *operation, const void *in, const char *effect)
{
	struct harness_call call = { .principal = &principal, .dry_run = true };
	const void *out = NULL;
	const struct error *error = harness_run(harness, operation, &call, in, &out);
	ck_assert_msg(error == NULL, "%s: %s", operation->id, error ? error->message : "");
	ck_assert_msg(call.effects && strstr(call.effects, effect), "%s: effects %s", operation->id, call.effects);
	return out;
}

START_TEST(dry_run_answers_and_leaves_nothing)
{
	const struct content_type *type = rehearse(&operation_content_types_create,
	    &(struct content_types_create_request){ .name = "X", .slug = "x", .schema = doc("{}") }, "content_type.create");
	ck_assert_int_eq(type->id, 0);
	ck_assert_int_eq(count_where("content_types", "true"), 0);
	int64_t id = article_type();
	const struct content_item *item = rehearse(&operation_content_items_create,
	    &(struct content_items_create_request){ .content_type_id = id, .data = doc("{\"title\":\"a\"}") }, "content_item.create");
	ck_assert_int_eq(item->id, 0);
	ck_assert_int_eq(count_where("content_items", "true"), 0);
	int64_t real = make_item(id, "{\"title\":\"a\"}", NULL)->id;
	item = rehearse(&operation_content_items_update, &(struct content_items_update_request){ .id = real, .status = "published" },
	    "content_item.update");
	ck_assert_int_eq(item->version, 2);
	ck_assert_str_eq(item->publication_state, "published");
	(void)rehearse(&operation_content_items_delete, &(struct content_items_delete_request){ .id = real }, "content_item.delete");
	ck_assert_int_eq(get(real, true)->version, 1);
	ck_assert_int_eq(count_where("outbox", "true"), 2);
	ck_assert_int_eq(count_where("content_item_versions", "true"), 0);
}
END_TEST

START_TEST(dry_run_meets_the_same_constraints)
{
	struct harness_call call = { .principal = &principal, .dry_run = true };
	const void *out = NULL;
	(void)article_type();
	int64_t other = make_type("other", NULL, "{}")->id;
	const struct error *error = harness_run(harness, &operation_content_types_update, &call,
	    &(struct content_types_update_request){ .id = other, .slug = "article" }, &out);
	ck_assert_ptr_nonnull(error);
	ck_assert_str_eq(error->info->code, "CONTENT_TYPE_SLUG_CONFLICT");
}
END_TEST

START_TEST(changes_of_one_item_in_a_group_follow_each_other)
{
	enum { N_CHANGES = 5, N_REFUSED = 1 };
	int64_t type = article_type();
	int64_t id = make_item(type, "{\"title\":\"0\"}", NULL)->id;
	struct content_items_update_request good[] = { { .id = id, .data = doc("{\"title\":\"x\"}") }, { .id = id, .data = doc("{\"title\":\"y\"}") } };
	struct content_items_update_request bad = { .id = id, .data = doc("{\"title\":5}") };
	const struct operation *operations[N_CHANGES];
	const struct principal *principals[N_CHANGES];
	const void *ins[N_CHANGES], *outs[N_CHANGES];
	const struct error *errors[N_CHANGES];

	for (int i = 0; i < N_CHANGES; i++) {
		operations[i] = &operation_content_items_update;
		principals[i] = &principal;
		ins[i] = i == 2 ? (const void *)&bad : (const void *)&good[i == 1 || i == 4];
	}
	harness_run_group(harness, operations, principals, ins, N_CHANGES, errors, outs);
	for (int i = 0; i < N_CHANGES; i++)
		ck_assert_msg((errors[i] != NULL) == (i == 2), "change %d: %s", i, errors[i] ? errors[i]->message : "no error");
	ck_assert_int_eq(get(id, true)->version, 1 + N_CHANGES - N_REFUSED);
	ck_assert_int_eq(count_where("content_item_versions", "true"), N_CHANGES - N_REFUSED);
	ck_assert_int_eq(events("content_item.update"), N_CHANGES - N_REFUSED);
}
END_TEST

static uint64_t
statements_of_group(int64_t type, int n_updates, int n_creates)
{
	enum { N_MAX = 32 };
	struct content_items_update_request updates[N_MAX];
	struct content_items_create_request create = { .content_type_id = type, .data = doc("{\"title\":\"new\"}") };
	const struct operation *operations[2 * N_MAX];
	const struct principal *principals[2 * N_MAX];
	const void *ins[2 * N_MAX], *outs[2 * N_MAX];
	const struct error *errors[2 * N_MAX];
	int n = n_updates + n_creates;

	for (int i = 0; i < n; i++) {
		principals[i] = &principal;
		operations[i] = i < n_updates ? &operation_content_items_update : &operation_content_items_create;
		ins[i] = i < n_updates ? (const void *)&updates[i] : (const void *)&create;
		if (i < n_updates)
			updates[i] = (struct content_items_update_request){ .id = make_item(type, "{\"title\":\"0\"}", NULL)->id, .data = doc("{\"title\":\"x\"}") };
	}
	uint64_t before = harness_n_statements(harness);
	harness_run_group(harness, operations, principals, ins, (size_t)n, errors, outs);
	for (int i = 0; i < n; i++)
		ck_assert_msg(!errors[i], "mutation %d: %s", i, errors[i] ? errors[i]->message : "");
	return harness_n_statements(harness) - before;
}

START_TEST(mutations_of_a_group_share_their_statements)
{
	int64_t type = article_type();

	(void)statements_of_group(type, 1, 1); /* what is prepared and remembered once */
	uint64_t few = statements_of_group(type, 3, 2), many = statements_of_group(type, 24, 16);
	ck_assert_msg(few == many, "5 mutations took %llu statements, 40 took %llu", (unsigned long long)few, (unsigned long long)many);
	ck_assert_int_eq(events("content_item.update"), 1 + 3 + 24);
	ck_assert_int_eq(events("content_item.create"), (1 + 3 + 24) + (1 + 2 + 16));
	ck_assert_int_eq(count_where("content_item_versions", "true"), 1 + 3 + 24);
}
END_TEST

/* The first one's failure shows only when somebody else asks the database: it must not become somebody else's answer. */
START_TEST(refusal_that_comes_late_is_told_to_its_own_mutation)
{
	enum { N_CHANGES = 4 };
	int64_t type = article_type();
	int64_t other = make_type("other", NULL, "{}")->id;
	int64_t id = make_item(type, "{\"title\":\"0\"}", NULL)->id;
	struct content_types_update_request taken = { .id = other, .slug = "article" };
	struct content_items_update_request update = { .id = id, .data = doc("{\"title\":\"x\"}") };
	struct content_items_create_request create = { .content_type_id = type, .data = doc("{\"title\":\"y\"}") };
	const struct operation *operations[] = { &operation_content_types_update, &operation_content_items_update,
		&operation_content_items_create, &operation_content_types_update };
	const struct principal *principals[] = { &principal, &principal, &principal, &principal };
	const void *ins[] = { &taken, &update, &create, &taken }, *outs[N_CHANGES];
	const struct error *errors[N_CHANGES];

	for (int round = 0; round < 2; round++) { /* after the first the worker is careful */
		update.data = doc(round ? "{\"title\":\"y\"}" : "{\"title\":\"x\"}");
		harness_run_group(harness, operations, principals, ins, N_CHANGES, errors, outs);
		ck_assert_str_eq(errors[0]->info->code, "CONTENT_TYPE_SLUG_CONFLICT");
		ck_assert_msg(!errors[1], "%s", errors[1] ? errors[1]->message : "");
		ck_assert_msg(!errors[2], "%s", errors[2] ? errors[2]->message : "");
		ck_assert_str_eq(errors[3]->info->code, "CONTENT_TYPE_SLUG_CONFLICT");
	}
	ck_assert_int_eq(get(id, true)->version, 3);
	ck_assert_int_eq(events("content_item.update"), 2);
	ck_assert_int_eq(events("content_item.create"), 3);
	ck_assert_int_eq(events("content_type.update"), 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, type_keeps_its_schema_byte_for_byte);
	tcase_add_loop_test(tests, schema_that_is_none_is_refused, 0, N(bad_schemas));
	tcase_add_test(tests, type_needs_a_schema_and_a_free_slug);
	tcase_add_test(tests, type_update_changes_what_was_sent);
	tcase_add_test(tests, type_in_use_stays);
	tcase_add_test(tests, types_are_listed_with_their_stats);
	tcase_add_test(tests, singleton_has_one_item);
	tcase_add_test(tests, kind_changes_reach_the_items);
	tcase_add_test(tests, other_tenants_items_do_not_exist);
	tcase_add_loop_test(tests, without_a_tenant_a_table_looks_empty, 0, N(tenant_tables));
	tcase_add_test(tests, role_cannot_rewrite_history);
	tcase_add_test(tests, dry_run_answers_and_leaves_nothing);
	tcase_add_test(tests, dry_run_meets_the_same_constraints);
	tcase_add_test(tests, changes_of_one_item_in_a_group_follow_each_other);
	tcase_add_test(tests, mutations_of_a_group_share_their_statements);
	tcase_add_test(tests, refusal_that_comes_late_is_told_to_its_own_mutation);
}

int
main(void)
{
	return run_suite("content", add_tests);
}
