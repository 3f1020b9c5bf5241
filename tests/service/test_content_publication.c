/* What the public sees, who may change it, and what comes back after a deletion. */
#include "content_fixture.h"

/* ---- publishing ---- */

static const struct content_item *
publish(int64_t id)
{
	return run(&operation_content_items_publish, &(struct content_items_publish_request){ .id = id });
}

static const struct content_item *
unpublish(int64_t id)
{
	return run(&operation_content_items_unpublish, &(struct content_items_unpublish_request){ .id = id });
}

static const struct content_item *
patch(int64_t id, const char *data, const char *status)
{
	return run(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id, .data = doc(data), .status = status });
}

START_TEST(edit_without_status_leaves_the_public_alone)
{
	int64_t id = make_item(article_type(), "{\"title\":\"public\"}", "published")->id;
	const struct content_item *edited = change(id, "{\"title\":\"draft\"}", NULL);

	ck_assert_str_eq(edited->status, "draft");
	ck_assert_str_eq(edited->publication_state, "changed");
	ck_assert_int_eq(*edited->published_version, 1);
	ck_assert_str_eq(patch(id, "{\"n\":1}", NULL)->publication_state, "changed");
	ck_assert_str_eq(text_of(get(id, false)->data), "{\"title\":\"public\"}");
	ck_assert_int_eq(get(id, false)->version, 1);

	const struct content_item *out = publish(id);
	ck_assert_str_eq(out->publication_state, "published");
	ck_assert_int_eq(*out->published_version, 4);
	ck_assert_str_eq(text_of(get(id, false)->data), "{\"title\":\"draft\",\"n\":1}");
	ck_assert_int_eq(events("content_item.publish"), 1);
	ck_assert_int_eq(count_where("outbox", "type = 'content_item.publish' AND payload->>'oldStatus' = 'draft' AND payload->>'newStatus' = 'published'"
	    " AND (payload->>'publishedVersion')::int = 4 AND (payload->>'version')::int = 4 AND length(payload->>'contentHash') = 64"), 1);
}
END_TEST

static bool
would_change_the_public(const struct operation *operation, const void *in)
{
	struct harness_call call = { .principal = &principal, .dry_run = true };
	const void *out = NULL;
	ck_assert_ptr_null(harness_run(harness, operation, &call, in, &out));
	return *((const struct content_item *)out)->public_change;
}

START_TEST(dry_run_says_whether_the_public_sees_a_change)
{
	int64_t type = article_type();
	int64_t id = make_item(type, "{\"title\":\"one\"}", "published")->id;
	struct content_items_update_request edit = { .id = id, .data = doc("{\"title\":\"two\"}") };
	struct content_items_create_request make = { .content_type_id = type, .data = doc("{\"title\":\"two\"}") };
	struct content_items_publish_request again = { .id = id };

	ck_assert(!would_change_the_public(&operation_content_items_update, &edit));
	ck_assert(!would_change_the_public(&operation_content_items_create, &make));
	ck_assert(!would_change_the_public(&operation_content_items_publish, &again));
	edit.status = make.status = "published";
	ck_assert(would_change_the_public(&operation_content_items_update, &edit));
	ck_assert(would_change_the_public(&operation_content_items_create, &make));
	edit.status = "archived";
	ck_assert(would_change_the_public(&operation_content_items_update, &edit));
	ck_assert(would_change_the_public(&operation_content_items_unpublish, &(struct content_items_unpublish_request){ .id = id }));
	ck_assert_ptr_null(change(id, "{\"title\":\"two\"}", NULL)->public_change);
}
END_TEST

START_TEST(what_changes_nothing_says_so)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\",\"n\":1}", "published")->id;
	const struct content_item *same[] = { publish(id), change(id, "{\"n\":1, \"title\":\"one\"}", NULL), change(id, NULL, "published"),
		patch(id, "{\"n\":1}", NULL), change(id, "{\"title\":\"one\",\"n\":1}", "published") };

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		ck_assert_msg(same[i]->is_unchanged && *same[i]->is_unchanged, "%zu", i);
		ck_assert_int_eq(same[i]->version, 1);
		ck_assert_str_eq(same[i]->status, "published");
	}
	(void)unpublish(id);
	ck_assert(*unpublish(id)->is_unchanged);
	ck_assert_int_eq(count_where("content_item_versions", "true"), 1);
	ck_assert_int_eq(events("content_item.update") + events("content_item.publish"), 0);
	ck_assert_int_eq(events("content_item.unpublish"), 1);
	ck_assert_ptr_null(change(id, "{\"title\":\"two\"}", NULL)->is_unchanged);
}
END_TEST

START_TEST(unpublishing_and_archiving_take_it_from_the_public_for_good)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\"}", "published")->id;
	struct content_items_get_request see = { .id = id, .draft = &(bool){ false } };

	(void)change(id, "{\"title\":\"two\"}", "in_review");
	const struct content_item *out = unpublish(id);
	ck_assert_str_eq(out->status, "in_review");
	ck_assert_str_eq(out->publication_state, "draft");
	ck_assert_int_eq(out->version, 3);
	(void)refuse(&operation_content_items_get, &see, "CONTENT_ITEM_UNPUBLISHED");
	ck_assert_str_eq(unpublish(make_item(out->content_type_id, "{\"title\":\"x\"}", "published")->id)->status, "draft");

	(void)publish(id);
	(void)change(id, NULL, "archived");
	ck_assert_ptr_null(change(id, NULL, "draft")->published_version);
	(void)refuse(&operation_content_items_get, &see, "CONTENT_ITEM_UNPUBLISHED");
	ck_assert_int_eq(events("content_item.unpublish"), 2);
}
END_TEST

START_TEST(rollback_is_no_way_to_publish)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\"}", "published")->id;
	(void)change(id, "{\"title\":\"two\"}", "published");
	const struct content_items_rollback_response *out = run(&operation_content_items_rollback,
	    &(struct content_items_rollback_request){ .id = id, .version = 1 });

	ck_assert_str_eq(out->status, "draft");
	ck_assert_str_eq(out->publication_state, "changed");
	ck_assert_int_eq(*out->published_version, 2);
	ck_assert(!out->public_change);
	ck_assert_str_eq(text_of(get(id, false)->data), "{\"title\":\"two\"}");
	ck_assert_str_eq(text_of(get(id, true)->data), "{\"title\":\"one\"}");
}
END_TEST

START_TEST(unknown_status_is_refused_with_the_list)
{
	int64_t type = article_type();
	int64_t id = make_item(type, "{\"title\":\"one\"}", NULL)->id;
	const char *bad = _i ? "live" : "Published";
	const struct error *errors[] = {
		refuse(&operation_content_items_create, &(struct content_items_create_request){ .content_type_id = type, .data = doc("{\"title\":\"a\"}"), .status = bad }, "VALIDATION_ERROR"),
		refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .status = bad }, "VALIDATION_ERROR"),
		refuse(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id, .status = bad }, "VALIDATION_ERROR"),
		refuse(&operation_content_items_list, &(struct content_items_list_request){ .status = bad }, "VALIDATION_ERROR"),
	};
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		ck_assert_ptr_nonnull(strstr(errors[i]->context, "\"allowed\":[\"draft\",\"in_review\",\"published\",\"archived\""));
		ck_assert_str_eq(errors[i]->pointer, "/status");
	}
}
END_TEST

START_TEST(status_alone_is_validated_only_on_its_way_to_the_public)
{
	int64_t type = make_type("open", NULL, "{\"type\":\"object\"}")->id;
	int64_t id = make_item(type, "{\"a\":1}", "published")->id;

	(void)run(&operation_content_types_update, &(struct content_types_update_request){ .force = &(bool){ true }, .id = type,
	    .schema = doc("{\"type\":\"object\",\"required\":[\"cover\"]}") });
	ck_assert_str_eq(change(id, NULL, "in_review")->status, "in_review");
	(void)refuse(&operation_content_items_publish, &(struct content_items_publish_request){ .id = id }, "CONTENT_SCHEMA_VALIDATION_FAILED");
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .status = "published" }, "CONTENT_SCHEMA_VALIDATION_FAILED");
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .data = doc("{\"a\":2}") }, "CONTENT_SCHEMA_VALIDATION_FAILED");
	ck_assert_ptr_null(unpublish(id)->published_version);
	ck_assert_str_eq(change(id, NULL, "archived")->status, "archived");
}
END_TEST

START_TEST(publishing_holds_the_token)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\"}", NULL)->id, stale = 1;
	(void)change(id, "{\"title\":\"two\"}", NULL);
	(void)refuse(&operation_content_items_publish, &(struct content_items_publish_request){ .id = id, .expected_version = &stale }, "VERSION_CONFLICT");
	(void)refuse(&operation_content_items_unpublish, &(struct content_items_unpublish_request){ .id = id, .expected_version = &stale }, "VERSION_CONFLICT");
	(void)refuse(&operation_content_items_publish, &(struct content_items_publish_request){ .id = id + 1000 }, "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_items_unpublish, &(struct content_items_unpublish_request){ .id = id + 1000 }, "CONTENT_ITEM_NOT_FOUND");
}
END_TEST

/* ---- readers of published content ---- */

static struct principal
public_reader(void)
{
	return harness_principal(principal.tenant, "content:read:published");
}

START_TEST(public_reader_finds_what_is_published_and_nothing_else)
{
	int64_t type = article_type();
	int64_t id = make_item(type, "{\"title\":\"public\"}", "published")->id, draft = make_item(type, "{\"title\":\"secret\"}", NULL)->id;
	(void)change(id, "{\"title\":\"secret\"}", NULL);
	(void)change(id, "{\"title\":\"secret 2\"}", NULL);
	principal = public_reader();

	const struct content_item *item = get(id, true);
	ck_assert_str_eq(text_of(item->data), "{\"title\":\"public\"}");
	ck_assert_str_eq(item->publication_state, "published");
	ck_assert_int_eq(item->working_copy_version, 1);
	(void)refuse(&operation_content_items_get, &(struct content_items_get_request){ .id = draft }, "CONTENT_ITEM_NOT_FOUND");
	const struct content_items_list_response *all = run(&operation_content_items_list, &(struct content_items_list_request){ .q = "secret" });
	ck_assert_int_eq(all->total, 0);
	all = run(&operation_content_items_list, &(struct content_items_list_request){ .sort_by = "createdAt" });
	ck_assert_int_eq(all->total, 1);
	const struct content_types_items_response *of_type = run(&operation_content_types_items, &(struct content_types_items_request){ .content_type_id = type });
	ck_assert_uint_eq(of_type->items.n, 1);
	ck_assert_str_eq(text_of(((const struct content_item *)of_type->items.items)->data), "{\"title\":\"public\"}");
	const struct content_items_versions_response *versions = run(&operation_content_items_versions, &(struct content_items_versions_request){ .id = id });
	ck_assert_uint_eq(versions->versions.n, 1);
	ck_assert_int_eq(((const struct content_item_version *)versions->versions.items)->version, 1);
	(void)refuse(&operation_content_items_versions, &(struct content_items_versions_request){ .id = draft }, "CONTENT_ITEM_NOT_FOUND");
	(void)run(&operation_content_versions_get, &(struct content_versions_get_request){ .id = id, .version = 1 });
	(void)refuse(&operation_content_versions_get, &(struct content_versions_get_request){ .id = id, .version = 2 }, "TARGET_VERSION_NOT_FOUND");
	(void)refuse(&operation_content_versions_get, &(struct content_versions_get_request){ .id = draft, .version = 1 }, "CONTENT_ITEM_NOT_FOUND");
	const struct content_types_list_response *types = run(&operation_content_types_list, &(struct content_types_list_request){ .include_stats = &(bool){ true } });
	ck_assert_ptr_null(((const struct content_type *)types->types.items)->stats);
	(void)refuse(&operation_content_items_publish, &(struct content_items_publish_request){ .id = draft }, "MISSING_CONTENT_WRITE_SCOPE");
}
END_TEST

START_TEST(items_of_a_type_come_as_published_too)
{
	int64_t type = article_type();
	(void)change(make_item(type, "{\"title\":\"public\"}", "published")->id, "{\"title\":\"draft\"}", NULL);
	(void)make_item(type, "{\"title\":\"new\"}", NULL);
	const struct content_types_items_response *out = run(&operation_content_types_items,
	    &(struct content_types_items_request){ .content_type_id = type, .draft = &(bool){ false } });

	ck_assert_uint_eq(out->items.n, 1);
	ck_assert_str_eq(text_of(((const struct content_item *)out->items.items)->data), "{\"title\":\"public\"}");
	out = run(&operation_content_types_items, &(struct content_types_items_request){ .content_type_id = type });
	ck_assert_uint_eq(out->items.n, 2);
}
END_TEST

/* ---- workflows ---- */

static struct principal editor;

static void
as_service(void)
{
	editor = principal;
	principal.type = "system";
	principal.id = "system:workflow";
}

static void
as_editor(void)
{
	principal = editor;
}

static void
govern_as_of(int64_t type, int64_t workflow, bool active, const int64_t *generation)
{
	static const char *const states[] = { "legal" };
	as_service();
	(void)run(&operation_content_governance_set, &(struct content_governance_set_request){ .content_type_id = type, .workflow_id = workflow,
	    .states = { .items = states, .n = 1 }, .transitions = doc("[]"), .active = active, .generation = generation });
	as_editor();
}

static void
govern(int64_t type, int64_t workflow, bool active)
{
	govern_as_of(type, workflow, active, NULL);
}

static struct content_governance_transition_request
transition(int64_t id, const char *to)
{
	return (struct content_governance_transition_request){ .content_item_id = id, .to_status = to, .actor_id = "supervisor:7",
		.actor_type = "supervisor", .actor_source = "cookie", .reason = "approved" };
}

/* A call of a process that another one has replaced meanwhile. */
START_TEST(what_a_workflow_said_before_changes_nothing)
{
	int64_t type = article_type(), before = 4, now = 5;
	struct content_items_create_request published = { .content_type_id = type, .data = doc("{\"title\":\"a\"}"), .status = "published" };

	govern_as_of(type, 3, true, &now);
	govern_as_of(type, 3, false, &before);
	(void)refuse(&operation_content_items_create, &published, "WORKFLOW_TRANSITION_FORBIDDEN");
	govern_as_of(type, 3, false, &now); /* told again */
	(void)run(&operation_content_items_create, &published);
	govern_as_of(type, 2, true, &before); /* another one's count */
	(void)refuse(&operation_content_items_create, &published, "WORKFLOW_TRANSITION_FORBIDDEN");
}
END_TEST

START_TEST(governed_status_changes_by_its_workflow_only)
{
	int64_t type = article_type();
	govern(type, 3, true);
	int64_t id = make_item(type, "{\"title\":\"one\"}", NULL)->id;
	(void)refuse(&operation_content_items_create, &(struct content_items_create_request){ .content_type_id = type, .data = doc("{\"title\":\"a\"}"), .status = "published" }, "WORKFLOW_TRANSITION_FORBIDDEN");
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .status = "published" }, "WORKFLOW_TRANSITION_FORBIDDEN");
	(void)refuse(&operation_content_items_patch, &(struct content_items_patch_request){ .id = id, .status = "legal" }, "WORKFLOW_TRANSITION_FORBIDDEN");
	(void)refuse(&operation_content_items_publish, &(struct content_items_publish_request){ .id = id }, "WORKFLOW_TRANSITION_FORBIDDEN");
	as_service();
	(void)refuse(&operation_content_jobs_status_transition, &(struct content_jobs_status_transition_request){ .job_id = 1, .content_item_id = id, .target_status = "published" }, "WORKFLOW_TRANSITION_FORBIDDEN");

	struct content_governance_transition_request wish = transition(id, "published");
	const struct content_governance_transition_response *out = run(&operation_content_governance_transition, &wish);
	ck_assert_int_eq(out->version, 2);
	ck_assert_str_eq(out->previous_status, "draft");
	ck_assert_str_eq(out->status, "published");
	ck_assert_int_eq(*out->published_version, 2);
	ck_assert_uint_eq(strlen(out->content_hash), 64);
	as_editor();
	ck_assert_int_eq(count_where("outbox", "type = 'content_item.update' AND actor_id = 'supervisor:7' AND actor_type = 'supervisor'"
	    " AND payload->>'mode' = 'transition' AND payload->>'reason' = 'approved'"), 1);

	const struct content_item *edited = change(id, "{\"title\":\"two\"}", NULL);
	ck_assert_str_eq(edited->status, "draft");
	ck_assert_int_eq(*edited->published_version, 2);
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .data = doc("{\"title\":\"x\"}"), .status = "published" }, "WORKFLOW_TRANSITION_FORBIDDEN");
	(void)refuse(&operation_content_items_unpublish, &(struct content_items_unpublish_request){ .id = id }, "WORKFLOW_TRANSITION_FORBIDDEN");
	ck_assert_int_eq(((const struct content_items_list_response *)run(&operation_content_items_list, &(struct content_items_list_request){ .status = "legal" }))->total, 0);

	int64_t open = make_type("open", NULL, "{}")->id; /* no way around: another type */
	(void)refuse(&operation_content_items_update, &(struct content_items_update_request){ .id = id, .content_type_id = &open, .status = "published" }, "WORKFLOW_TRANSITION_FORBIDDEN");
	govern(type, 4, false); /* another workflow's end is none of this one */
	(void)refuse(&operation_content_items_publish, &(struct content_items_publish_request){ .id = id }, "WORKFLOW_TRANSITION_FORBIDDEN");
	govern(type, 3, false);
	(void)publish(id);
}
END_TEST

START_TEST(transition_refuses_what_has_moved_on)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\"}", NULL)->id, stale = 7;
	static const char *const from[] = { "in_review" };
	as_service();
	struct content_governance_transition_request wish = transition(id, "published");
	wish.expected_version = &stale;
	const struct error *error = refuse(&operation_content_governance_transition, &wish, "VERSION_CONFLICT");
	ck_assert_ptr_nonnull(strstr(error->context, "\"currentVersion\":1"));
	wish.expected_version = NULL;
	wish.expected_hash = "0000000000000000000000000000000000000000000000000000000000000000";
	error = refuse(&operation_content_governance_transition, &wish, "VERSION_CONFLICT");
	ck_assert_ptr_nonnull(strstr(error->context, "\"status\":\"draft\",\"contentHash\":\""));
	wish.expected_hash = NULL;
	wish.from_states = (struct shape_list){ .items = from, .n = 1 };
	(void)refuse(&operation_content_governance_transition, &wish, "VERSION_CONFLICT");
	wish = transition(id + 1000, "published");
	(void)refuse(&operation_content_governance_transition, &wish, "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_governance_set, &(struct content_governance_set_request){ .content_type_id = id + 1000, .workflow_id = 1,
	    .states = { .items = from, .n = 1 }, .transitions = doc("[]") }, "CONTENT_TYPE_NOT_FOUND");
}
END_TEST

START_TEST(snapshot_tells_head_published_and_type)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\"}", "published")->id;
	(void)change(id, "{\"title\":\"two\"}", NULL);
	as_service();
	const struct content_items_snapshot_response *out = run(&operation_content_items_snapshot, &(struct content_items_snapshot_request){ .id = id });
	ck_assert_str_eq(text_of(out->data), "{\"title\":\"two\"}");
	ck_assert_str_eq(out->status, "draft");
	ck_assert_int_eq(*out->published_version, 1);
	ck_assert_str_eq(text_of(out->published_data), "{\"title\":\"one\"}");
	ck_assert_str_eq(out->content_type_slug, "article");
	ck_assert_str_eq(out->schema, ARTICLE);
	out = run(&operation_content_items_snapshot, &(struct content_items_snapshot_request){ .id = id, .version = &(int64_t){ 1 } });
	ck_assert_str_eq(text_of(out->data), "{\"title\":\"one\"}");
	ck_assert_int_eq(out->working_copy_version, 2);
	(void)refuse(&operation_content_items_snapshot, &(struct content_items_snapshot_request){ .id = id, .version = &(int64_t){ 3 } }, "TARGET_VERSION_NOT_FOUND");
	(void)refuse(&operation_content_items_snapshot, &(struct content_items_snapshot_request){ .id = id + 1000 }, "CONTENT_ITEM_NOT_FOUND");
}
END_TEST

START_TEST(item_is_made_in_somebodys_name)
{
	int64_t type = article_type();
	as_service();
	struct content_items_create_as_request wish = { .content_type_id = type, .data = doc("{\"title\":\"one\"}"), .actor_id = "form:3",
		.actor_type = "form", .actor_source = "public" };
	const struct content_item *item = run(&operation_content_items_create_as, &wish);
	ck_assert_str_eq(item->status, "draft");
	ck_assert_int_eq(count_where("outbox", "type = 'content_item.create' AND actor_id = 'form:3' AND actor_source = 'public'"), 1);
	ck_assert_int_eq(count_where("content_items", "updated_by = 'form:3'"), 1);
	wish.data = doc("{}");
	(void)refuse(&operation_content_items_create_as, &wish, "CONTENT_SCHEMA_VALIDATION_FAILED");
}
END_TEST

/* ---- deletion ---- */

static const struct content_items_delete_response *
delete(int64_t id)
{
	return run(&operation_content_items_delete, &(struct content_items_delete_request){ .id = id });
}

START_TEST(deleted_item_comes_back_with_its_versions)
{
	int64_t id = make_item(article_type(), "{\"title\":\"one\"}", "published")->id;
	(void)change(id, "{\"title\":\"two\"}", "published");
	struct harness_call rehearsal = { .principal = &principal, .dry_run = true };
	const void *told = NULL;
	ck_assert_ptr_null(harness_run(harness, &operation_content_items_delete, &rehearsal, &(struct content_items_delete_request){ .id = id }, &told));
	ck_assert_ptr_nonnull(strstr(((const struct content_items_delete_response *)told)->message, "would be deleted; until 2"));
	ck_assert_ptr_nonnull(strstr(((const struct content_items_delete_response *)told)->message, "its 2 versions are gone for good"));

	const struct content_items_delete_response *gone = delete(id);
	ck_assert_int_eq(gone->versions, 2);
	ck_assert(gone->public_change);
	(void)refuse(&operation_content_items_get, &(struct content_items_get_request){ .id = id }, "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_items_versions, &(struct content_items_versions_request){ .id = id }, "CONTENT_ITEM_NOT_FOUND");
	(void)refuse(&operation_content_items_delete, &(struct content_items_delete_request){ .id = id }, "CONTENT_ITEM_NOT_FOUND");

	const struct content_item *back = run(&operation_content_items_restore, &(struct content_items_restore_request){ .id = id });
	ck_assert_int_eq(back->id, id);
	ck_assert_int_eq(back->version, 3);
	ck_assert_str_eq(back->status, "draft");
	ck_assert_ptr_null(back->published_version);
	ck_assert_str_eq(text_of(get(id, true)->data), "{\"title\":\"two\"}");
	const struct content_items_versions_response *history = run(&operation_content_items_versions, &(struct content_items_versions_request){ .id = id });
	ck_assert_uint_eq(history->versions.n, 2);
	(void)refuse(&operation_content_items_restore, &(struct content_items_restore_request){ .id = id }, "CONTENT_ITEM_NOT_DELETED");
	(void)refuse(&operation_content_items_restore, &(struct content_items_restore_request){ .id = id + 1000 }, "CONTENT_ITEM_NOT_FOUND");
	ck_assert_int_eq(events("content_item.delete"), 1);
	ck_assert_int_eq(events("content_item.restore"), 1);
}
END_TEST

START_TEST(restoring_needs_the_type_and_its_only_place)
{
	int64_t single = make_type("home", "singleton", "{}")->id, gone = make_type("gone", NULL, "{}")->id;
	int64_t first = make_item(single, "{}", NULL)->id, orphan = make_item(gone, "{}", NULL)->id;
	(void)delete(first);
	(void)delete(orphan);
	(void)make_item(single, "{}", NULL);
	(void)run(&operation_content_types_delete, &(struct content_types_delete_request){ .id = gone });
	(void)refuse(&operation_content_items_restore, &(struct content_items_restore_request){ .id = first }, "SINGLETON_CONTENT_ITEM_EXISTS");
	(void)refuse(&operation_content_items_restore, &(struct content_items_restore_request){ .id = orphan }, "CONTENT_TYPE_NOT_FOUND");
}
END_TEST

START_TEST(what_was_deleted_long_ago_is_purged_in_steps)
{
	int64_t id = make_item(article_type(), "{\"title\":\"0\"}", NULL)->id, kept = make_item(make_type("x", NULL, "{}")->id, "{}", NULL)->id;
	for (int i = 0; i < 250; i++)
		(void)change(id, NULL, i % 2 ? "draft" : "in_review");
	(void)delete(id);
	(void)delete(kept);
	char sql[200];
	(void)snprintf(sql, sizeof(sql), "UPDATE content.content_items_deleted SET purge_at = now() - interval '1 second' WHERE id = %" PRId64, id);
	harness_execute(harness, sql);
	(void)refuse(&operation_content_items_restore, &(struct content_items_restore_request){ .id = id }, "CONTENT_ITEM_NOT_FOUND");
	ck_assert_ptr_null(harness_run_timer(harness, content_purge));
	ck_assert_int_eq(count_where("content_item_versions", "true"), 50);
	ck_assert_int_eq(count_where("content_items_deleted", "true"), 2);
	ck_assert_ptr_null(harness_run_timer(harness, content_purge));
	ck_assert_int_eq(count_where("content_item_versions", "true"), 0);
	ck_assert_int_eq(count_where("content_items_deleted", "true"), 1);
	(void)run(&operation_content_items_restore, &(struct content_items_restore_request){ .id = kept });
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, edit_without_status_leaves_the_public_alone);
	tcase_add_test(tests, dry_run_says_whether_the_public_sees_a_change);
	tcase_add_test(tests, what_changes_nothing_says_so);
	tcase_add_test(tests, unpublishing_and_archiving_take_it_from_the_public_for_good);
	tcase_add_test(tests, rollback_is_no_way_to_publish);
	tcase_add_loop_test(tests, unknown_status_is_refused_with_the_list, 0, 2);
	tcase_add_test(tests, status_alone_is_validated_only_on_its_way_to_the_public);
	tcase_add_test(tests, publishing_holds_the_token);
	tcase_add_test(tests, public_reader_finds_what_is_published_and_nothing_else);
	tcase_add_test(tests, items_of_a_type_come_as_published_too);
	tcase_add_test(tests, what_a_workflow_said_before_changes_nothing);
	tcase_add_test(tests, governed_status_changes_by_its_workflow_only);
	tcase_add_test(tests, transition_refuses_what_has_moved_on);
	tcase_add_test(tests, snapshot_tells_head_published_and_type);
	tcase_add_test(tests, item_is_made_in_somebodys_name);
	tcase_add_test(tests, deleted_item_comes_back_with_its_versions);
	tcase_add_test(tests, restoring_needs_the_type_and_its_only_place);
	tcase_add_test(tests, what_was_deleted_long_ago_is_purged_in_steps);
}

int
main(void)
{
	return run_suite("content publication", add_tests);
}
