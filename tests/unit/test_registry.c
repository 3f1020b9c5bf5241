/* The generated tables: consistent with themselves and with what reads them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content_proto.h"
#include "error_codes.h"
#include "events.h"
#include "identity_proto.h"
#include "dispatch/local.h"
#include "contract/policy.h"
#include "registry.h"

enum { SHAPE_DEPTH_MAX = 8 };

static bool
has_error(const struct operation *operation, const char *code)
{
	for (const struct error_info *const *error = operation->errors; *error; error++) {
		if (strcmp((*error)->code, code) == 0)
			return true;
	}
	return false;
}

static const struct shape_field *
field_of(const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		if (strcmp(shape->fields[i].name, name) == 0)
			return &shape->fields[i];
	}
	return NULL;
}

static size_t
member_size(const struct shape_field *field)
{
	bool is_plain = field->flags & SHAPE_REQUIRED;

	switch (field->type) {
	case SHAPE_BOOL:
		return is_plain ? sizeof(bool) : sizeof(const bool *);
	case SHAPE_INT:
	case SHAPE_TIME:
		return is_plain ? sizeof(int64_t) : sizeof(const int64_t *);
	case SHAPE_TEXT:
	case SHAPE_STRUCT:
		return sizeof(const void *);
	case SHAPE_DOC:
		return sizeof(struct doc);
	case SHAPE_LIST:
		return sizeof(struct shape_list);
	}
	return 0;
}

static void
shape_is_sound(const struct shape *shape, int depth)
{
	size_t end = 0;

	ck_assert_int_lt(depth, SHAPE_DEPTH_MAX);
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		bool wants_shape = field->type == SHAPE_STRUCT || (field->type == SHAPE_LIST && field->item == SHAPE_STRUCT);

		ck_assert_msg(field->offset >= end, "%s.%s overlaps the member before it", shape->name, field->name);
		end = field->offset + member_size(field);
		ck_assert_msg(end <= shape->size, "%s.%s ends outside the struct", shape->name, field->name);
		ck_assert_msg(field->min <= field->max || field->max == 0, "%s.%s: limits", shape->name, field->name);
		ck_assert_msg(wants_shape == (field->shape != NULL), "%s.%s: shape", shape->name, field->name);
		ck_assert_msg(field->in != SHAPE_IN_HEADER || field->header, "%s.%s: header", shape->name, field->name);
		if (field->code)
			ck_assert_ptr_nonnull(error_find(field->code));
		if (field->shape)
			shape_is_sound(field->shape, depth + 1);
	}
}

/* Everything a caller sends has a bound. */
static void
shape_is_bounded(const struct shape *shape)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		bool is_sized = field->type == SHAPE_TEXT || field->type == SHAPE_DOC || field->type == SHAPE_LIST;

		ck_assert_msg(!is_sized || field->max > 0, "%s.%s has no max", shape->name, field->name);
		if (field->shape)
			shape_is_bounded(field->shape);
	}
}

START_TEST(every_operation_is_found_by_its_id)
{
	const struct operation *operation = registry_operations[_i];

	ck_assert_ptr_eq(registry_find(operation->id), operation);
	if (_i > 0)
		ck_assert_str_lt(registry_operations[_i - 1]->id, operation->id);
}
END_TEST

START_TEST(unknown_ids_are_not_found)
{
	ck_assert_ptr_null(registry_find(""));
	ck_assert_ptr_null(registry_find("content.items"));
	ck_assert_ptr_null(registry_find("content.items.get2"));
	ck_assert_ptr_null(registry_find("zzz"));
}
END_TEST

START_TEST(every_shape_fits_its_struct)
{
	shape_is_sound(registry_operations[_i]->request, 0);
	shape_is_sound(registry_operations[_i]->response, 0);
	shape_is_bounded(registry_operations[_i]->request);
}
END_TEST

START_TEST(every_operation_is_answerable)
{
	const struct operation *operation = registry_operations[_i];

	ck_assert_uint_gt(operation->timeout_ms, 0);
	ck_assert_uint_gt(operation->body_max_bytes, 0);
	ck_assert(has_error(operation, "INTERNAL_SERVER_ERROR"));
	ck_assert(has_error(operation, "SERVICE_UNAVAILABLE"));
	ck_assert_msg((operation->n_routes == 0) == ((operation->flags & OPERATION_INTERNAL) != 0), "%s", operation->id);
	if (operation->flags & (OPERATION_INTERNAL | OPERATION_PUBLIC))
		return;
	ck_assert_ptr_nonnull(operation->policy);
	ck_assert_ptr_nonnull(operation->resource_type);
	ck_assert_ptr_nonnull(operation->next_action);
	ck_assert(has_error(operation, "AUTH_INVALID_API_KEY"));
}
END_TEST

START_TEST(every_policy_denial_is_a_declared_error)
{
	static const char *const scopes[] = { "unknown" };
	const struct operation *operation = registry_operations[_i];
	struct principal nobody = { .id = "api_key:1", .type = "api_key", .source = "db", .scopes = scopes, .n_scopes = 1 };

	if (operation->flags & (OPERATION_INTERNAL | OPERATION_PUBLIC))
		return;
	for (nobody.tenant = 0; nobody.tenant <= 1; nobody.tenant++) {
		struct policy_verdict verdict = policy_decide(&(struct policy_question){ .principal = &nobody,
		    .operation = operation->policy, .resource_type = operation->resource_type });
		ck_assert_msg(!verdict.is_allowed, "%s", operation->id);
		ck_assert_msg(has_error(operation, verdict.code), "%s: %s", operation->id, verdict.code);
	}
}
END_TEST

START_TEST(every_writing_operation_emits_and_no_reading_one_does)
{
	const struct operation *operation = registry_operations[_i];
	bool emits = operation->events[0] != NULL;

	if (operation->flags & OPERATION_INTERNAL)
		return;
	ck_assert_msg(emits || operation->tx != OPERATION_TX_WRITE, "%s", operation->id);
	ck_assert_msg(!emits || operation->tx != OPERATION_TX_READ, "%s", operation->id); /* a slow one has transactions of its own */
	ck_assert_msg(emits == (operation->audit != NULL), "%s", operation->id);
}
END_TEST

START_TEST(entity_and_list_name_fields)
{
	const struct operation *operation = registry_operations[_i];

	if (operation->entity) {
		const struct shape_field *entity = field_of(operation->request, operation->entity);
		ck_assert_ptr_nonnull(entity);
		ck_assert_msg(entity->type == SHAPE_INT || entity->type == SHAPE_TEXT, "%s: type %d", operation->id, (int)entity->type);
	}
	if (operation->list) {
		const struct shape_field *list = field_of(operation->response, operation->list);
		ck_assert_ptr_nonnull(list);
		ck_assert_int_eq(list->type, SHAPE_LIST);
	}
}
END_TEST

START_TEST(every_service_of_an_operation_is_listed)
{
	const struct operation *operation = registry_operations[_i];

	if (strcmp(operation->service, "*") == 0)
		return;
	for (const char *const *service = registry_services; *service; service++) {
		if (strcmp(*service, operation->service) == 0)
			return;
	}
	ck_assert_msg(strcmp(operation->service, "gateway") == 0, "%s", operation->service);
}
END_TEST

START_TEST(the_gateway_answers_its_own_operations)
{
	const struct operation *operation = registry_operations[_i];
	ck_assert_msg(local_has(operation) == (strcmp(operation->service, "gateway") == 0), "%s", operation->id);
}
END_TEST

START_TEST(every_error_code_is_found_and_says_what_to_do)
{
	const struct error_info *info = &error_catalogue[_i];

	ck_assert_ptr_eq(error_find(info->code), info);
	ck_assert_int_ge(info->status, 400);
	ck_assert_str_ne(info->remediation, "");
}
END_TEST

START_TEST(unknown_error_codes_are_not_found)
{
	ck_assert_ptr_null(error_find("NO_SUCH_CODE"));
	ck_assert_str_eq(error_catalogue[ERROR_CONTENT_ITEM_NOT_FOUND].code, "CONTENT_ITEM_NOT_FOUND");
	ck_assert(error_catalogue[ERROR_SERVICE_UNAVAILABLE].is_retryable);
}
END_TEST

START_TEST(every_event_is_named_after_entity_and_action)
{
	for (const struct event_type *const *event = registry_events; *event; event++) {
		char name[128];
		int n = snprintf(name, sizeof(name), "%s.%s", (*event)->entity_type, (*event)->action);

		ck_assert_int_lt(n, (int)sizeof(name));
		ck_assert_str_eq(name, (*event)->name);
		shape_is_sound((*event)->payload, 0);
	}
}
END_TEST

START_TEST(version_token_travels_in_body_or_if_match)
{
	const struct shape_field *token = field_of(operation_content_items_update.request, "expectedVersion");

	ck_assert_int_eq(token->in, SHAPE_IN_BODY);
	ck_assert_str_eq(token->header, "if-match");
	ck_assert_int_eq(field_of(operation_content_items_delete.request, "expectedVersion")->in, SHAPE_IN_QUERY);
}
END_TEST

START_TEST(variable_of_the_preferred_route_only_may_come_in_the_body)
{
	ck_assert_uint_eq(operation_content_items_create.n_routes, 2);
	ck_assert(!operation_content_items_create.routes[0].is_deprecated);
	ck_assert(operation_content_items_create.routes[1].is_deprecated);
	ck_assert_int_eq(field_of(operation_content_items_create.request, "contentTypeId")->in, SHAPE_IN_BODY);
	ck_assert_int_eq(field_of(operation_content_items_get.request, "id")->in, SHAPE_IN_PATH);
}
END_TEST

START_TEST(plain_keys_are_secret_everywhere)
{
	ck_assert(field_of(&api_key_created_shape, "apiKey")->flags & SHAPE_SECRET);
	ck_assert(field_of(&api_key_rotated_shape, "apiKey")->flags & SHAPE_SECRET);
}
END_TEST

static Suite *
registry_suite(void)
{
	Suite *suite = suite_create("registry");
	TCase *operations = tcase_create("operations");
	TCase *catalogue = tcase_create("catalogue");
	int n = (int)registry_n_operations;

	tcase_add_loop_test(operations, every_operation_is_found_by_its_id, 0, n);
	tcase_add_test(operations, unknown_ids_are_not_found);
	tcase_add_loop_test(operations, every_shape_fits_its_struct, 0, n);
	tcase_add_loop_test(operations, every_operation_is_answerable, 0, n);
	tcase_add_loop_test(operations, every_policy_denial_is_a_declared_error, 0, n);
	tcase_add_loop_test(operations, every_writing_operation_emits_and_no_reading_one_does, 0, n);
	tcase_add_loop_test(operations, entity_and_list_name_fields, 0, n);
	tcase_add_loop_test(operations, every_service_of_an_operation_is_listed, 0, n);
	tcase_add_loop_test(operations, the_gateway_answers_its_own_operations, 0, n);
	tcase_add_test(operations, version_token_travels_in_body_or_if_match);
	tcase_add_test(operations, variable_of_the_preferred_route_only_may_come_in_the_body);
	tcase_add_test(operations, plain_keys_are_secret_everywhere);
	tcase_add_loop_test(catalogue, every_error_code_is_found_and_says_what_to_do, 0, ERROR_CODES_N);
	tcase_add_test(catalogue, unknown_error_codes_are_not_found);
	tcase_add_test(catalogue, every_event_is_named_after_entity_and_action);
	suite_add_tcase(suite, operations);
	suite_add_tcase(suite, catalogue);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(registry_suite());
	int n_failed;

	srunner_run_all(runner, CK_NORMAL);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
