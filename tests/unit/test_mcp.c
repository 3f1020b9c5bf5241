/* MCP without a process: messages, corrections, words for agents, sealed texts and sessions. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "content_proto.h"
#include "codec/json.h"
#include "error_codes.h"
#include "mcp/protocol/jsonrpc.h"
#include "mcp/mcp.h"
#include "mcp/protocol/sealed.h"
#include "mcp/tools/tool_error.h"
#include "patterns.h"
#include "secret.h"

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

static struct arena *arena;

static void
begin(void)
{
	char path[] = "/tmp/mcp-key-XXXXXX";

	arena = arena_new(64 * 1024 * 1024);
	secret_init();
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert(sealed_load_key(path));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert(patterns_install());
}

static void
end(void)
{
	arena_free(arena);
}

/* ---- messages ---- */

static const struct message_row {
	const char *text;
	int code; /* 0: good */
	enum jsonrpc_kind kind;
} messages[] = {
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", 0, JSONRPC_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\",\"params\":{}}", 0, JSONRPC_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", 0, JSONRPC_NOTIFICATION },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", 0, JSONRPC_RESPONSE },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"message\":\"x\"}}", 0, JSONRPC_RESPONSE },
	{ "", JSONRPC_PARSE_ERROR, 0 },
	{ "{", JSONRPC_PARSE_ERROR, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}", JSONRPC_PARSE_ERROR, 0 },
	{ "[]", JSONRPC_INVALID_REQUEST, 0 },
	{ "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", JSONRPC_INVALID_REQUEST, 0 },
	{ "1", JSONRPC_INVALID_REQUEST, 0 },
	{ "{\"id\":1,\"method\":\"ping\"}", JSONRPC_INVALID_REQUEST, 0 },
	{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", JSONRPC_INVALID_REQUEST, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", JSONRPC_INVALID_REQUEST, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", JSONRPC_INVALID_REQUEST, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", JSONRPC_INVALID_REQUEST, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", JSONRPC_INVALID_REQUEST, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}", JSONRPC_INVALID_REQUEST, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1}", JSONRPC_INVALID_REQUEST, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"result\":{}}", JSONRPC_INVALID_REQUEST, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}", JSONRPC_INVALID_PARAMS, 0 },
};

START_TEST(messages_are_told_apart_and_judged_strictly)
{
	const struct message_row *row = &messages[_i];
	struct jsonrpc_message message;
	struct jsonrpc_problem problem = { 0 };

	bool is_good = jsonrpc_read(arena, row->text, strlen(row->text), &message, &problem);
	ck_assert_msg(is_good == (row->code == 0), "%s: %s", row->text, problem.message);
	if (is_good)
		ck_assert_msg(message.kind == row->kind, "%s: kind %d", row->text, message.kind);
	else
		ck_assert_msg((int)problem.code == row->code, "%s: code %d", row->text, problem.code);
}
END_TEST

START_TEST(an_unusable_message_still_says_whose_answer_it_is)
{
	const char *text = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":[]}";
	struct jsonrpc_message message;
	struct jsonrpc_problem problem;

	ck_assert(!jsonrpc_read(arena, text, strlen(text), &message, &problem));
	ck_assert_ptr_nonnull(problem.id);
	ck_assert_int_eq(problem.id->integer, 7);
}
END_TEST

START_TEST(too_deep_a_message_is_refused)
{
	struct buf buf;
	struct jsonrpc_message message;
	struct jsonrpc_problem problem;

	buf_init(&buf, arena, 1024);
	buf_add_text(&buf, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"a\":");
	for (int i = 0; i < JSONRPC_DEPTH_MAX; i++)
		buf_add_char(&buf, '[');
	for (int i = 0; i < JSONRPC_DEPTH_MAX; i++)
		buf_add_char(&buf, ']');
	buf_add_text(&buf, "}}");
	ck_assert(!jsonrpc_read(arena, buf.bytes, buf.len, &message, &problem));
	ck_assert_int_eq(problem.code, JSONRPC_PARSE_ERROR);
}
END_TEST

START_TEST(errors_carry_code_message_and_data)
{
	struct json_value id = { .type = JSON_TEXT, .text = "a\"b", .n = 3 };
	struct buf buf;

	buf_init(&buf, arena, 64);
	jsonrpc_begin(&buf, &id);
	jsonrpc_write_error(&buf, -1, "no \"way\"", "{\"x\":1}");
	ck_assert_str_eq(buf.bytes, "{\"jsonrpc\":\"2.0\",\"id\":\"a\\\"b\",\"error\":{\"code\":-1,\"message\":\"no \\\"way\\\"\",\"data\":{\"x\":1}}}");
	buf_reset(&buf);
	jsonrpc_begin(&buf, NULL);
	jsonrpc_write_error(&buf, -1, "x", NULL);
	ck_assert_str_eq(buf.bytes, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-1,\"message\":\"x\"}}");
}
END_TEST

/* ---- corrections ---- */

static const struct json_value *
parse(const char *text)
{
	struct json_error error;
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &error);
	ck_assert_msg(value != NULL, "%s: %s", text, error.message);
	return value;
}

/* What is wrong with arguments, as invoke finds it but for what only agents must send. */
static struct violations *
judge(const struct operation *operation, const struct json_value *arguments)
{
	struct violations *violations = ARENA_NEW(arena, struct violations);
	void *input = arena_alloc(arena, operation->request->size);

	(void)codec_json_read_all(arena, operation->request, NULL, arguments, input, violations);
	(void)codec_json_finish(arena, operation->request, input, violations);
	return violations;
}

/* What only the caller knows is a placeholder, "<id>": here the caller fills in 1. */
static const char *
filled_in(const char *text)
{
	char *filled = arena_strdup(arena, text);

	for (char *at = strstr(filled, "\"<"); at; at = strstr(at, "\"<")) {
		char *end = strstr(at, ">\"");
		ck_assert_ptr_nonnull(end);
		memset(at, ' ', (size_t)(end + 2 - at));
		*at = '1';
	}
	return filled;
}

static void
assert_corrects(const struct operation *operation, const char *arguments)
{
	const struct json_value *wrong = parse(arguments);
	const char *text = correction_make(arena, operation->request, wrong, judge(operation, wrong));
	const struct violations *left = judge(operation, parse(filled_in(text)));
	ck_assert_msg(left->n == 0, "%s: %s became %s: %s", operation->id, arguments, text, left->n ? left->list[0].message : "");
	for (size_t i = 0; i < operation->request->n_fields; i++) {
		const struct shape_field *field = &operation->request->fields[i];
		if (field->flags & (SHAPE_REQUIRED | SHAPE_AGENT_REQUIRED))
			ck_assert_msg(json_get(parse(text), field->name) != NULL, "%s: %s lacks '%s'", operation->id, text, field->name);
	}
}

static const char *
corrected(const struct operation *operation, const char *arguments)
{
	const struct json_value *wrong = parse(arguments);

	return correction_make(arena, operation->request, wrong, judge(operation, wrong));
}

START_TEST(a_correction_invents_no_row_and_no_version)
{
	ck_assert_str_eq(corrected(&operation_content_items_delete, "{\"id\":\"50\",\"expectedVersion\":3,\"nothing\":1}"), "{\"id\":\"50\",\"expectedVersion\":3}");
	ck_assert_str_eq(corrected(&operation_content_items_delete, "{\"id\":\"fifty\"}"),
	    "{\"id\":\"<id>\",\"expectedVersion\":\"<expectedVersion: the version you read>\"}");
}
END_TEST

START_TEST(every_tool_s_correction_is_a_call_that_passes)
{
	for (size_t i = 0; i < mcp_n_tools; i++) {
		const struct operation *operation = mcp_tools[i].operation;
		assert_corrects(operation, "{}");
		assert_corrects(operation, "{\"nothing\":1}");
		for (size_t f = 0; f < operation->request->n_fields; f++) {
			assert_corrects(operation, arena_printf(arena, "{\"%s\":[{}]}", operation->request->fields[f].name));
			assert_corrects(operation, arena_printf(arena, "{\"%s\":-7}", operation->request->fields[f].name));
		}
	}
}
END_TEST

START_TEST(a_correction_keeps_what_was_right)
{
	const struct operation *operation = registry_find("content.types.create");
	const struct json_value *wrong = parse("{\"name\":\"Mine\",\"slug\":\"Not a slug\",\"dryRun\":true,\"colour\":1}");
	const struct json_value *judged = parse("{\"name\":\"Mine\",\"slug\":\"Not a slug\",\"colour\":1}");
	const char *text = correction_make(arena, operation->request, wrong, judge(operation, judged));

	ck_assert_str_eq(text, "{\"name\":\"Mine\",\"slug\":\"article\",\"dryRun\":true}");
}
END_TEST

START_TEST(a_correction_goes_into_objects)
{
	const struct operation *operation = registry_find("identity.policy.evaluate");
	const struct json_value *wrong = parse("{\"operation\":\"content.read\",\"resource\":{\"type\":\"page\",\"id\":5,\"x\":1}}");
	const char *text = correction_make(arena, operation->request, wrong, judge(operation, wrong));
	const struct json_value *resource = json_get(parse(text), "resource");

	ck_assert_str_eq(json_text_of(resource, "type"), "page");
	ck_assert_ptr_nonnull(json_text_of(resource, "id"));
	ck_assert_ptr_null(json_get(resource, "x"));
}
END_TEST

#define CONFLICT "{\"expectedVersion\":1,\"currentVersion\":4,\"merged\":{\"a\":1,\"b\":2}}"

START_TEST(a_patch_is_rebased_and_a_replacement_merged)
{
	const struct json_value *arguments = parse("{\"id\":9,\"data\":{\"a\":1},\"expectedVersion\":1}");

	ck_assert_str_eq(correction_rebase(arena, registry_find("content.items.patch"), arguments, CONFLICT),
	    "{\"id\":9,\"data\":{\"a\":1},\"expectedVersion\":4}");
	ck_assert_str_eq(correction_rebase(arena, registry_find("content.items.update"), arguments, CONFLICT),
	    "{\"id\":9,\"data\":{\"a\":1,\"b\":2},\"expectedVersion\":4}");
}
END_TEST

START_TEST(overlapping_edits_have_no_ready_answer)
{
	const struct json_value *arguments = parse("{\"id\":9,\"data\":{\"a\":1},\"expectedVersion\":1}");
	const struct operation *operation = registry_find("content.items.patch");

	ck_assert_ptr_null(correction_rebase(arena, operation, arguments, "{\"currentVersion\":4,\"conflicts\":[\"/a\"]}"));
	ck_assert_ptr_null(correction_rebase(arena, operation, arguments, "no JSON"));
}
END_TEST

/* ---- words ---- */

static const struct word_row {
	const char *text, *wanted;
} words[] = {
	{ "Use an id listed by GET /api/content-items.", "Use an id listed by get_content_items." },
	{ "Read it with GET /api/content-items/{id}, then go on", "Read it with get_content_item, then go on" },
	{ "GET /api/content-items?contentTypeId={id} lists them.", "get_content_items lists them." },
	{ "Change it with PATCH /api/content-items/{id} or PUT /api/content-items/{id}", "Change it with update_content_item or replace_content_item" },
	{ "Use a path listed in GET /openapi.json.", "Use a path listed in GET /openapi.json." },
	{ "Nothing to GET here.", "Nothing to GET here." },
	{ "", "" },
};

static const struct {
	const char *data, *path, *keyword, *expected, *right;
} wrongs[] = {
	{ "{\"n\":\"3\"}", "/n", "type", "\"integer\"", "{\"n\":3}" },
	{ "{\"n\":\"-3\"}", "/n", "type", "\"number\"", "{\"n\":-3}" },
	{ "{\"n\":\"03\"}", "/n", "type", "\"integer\"", "{\"n\":\"<type: \\\"integer\\\">\"}" },
	{ "{\"n\":\"99999999999999999999\"}", "/n", "type", "\"integer\"", "{\"n\":\"<type: \\\"integer\\\">\"}" },
	{ "{\"n\":5}", "/n", "type", "\"string\"", "{\"n\":\"5\"}" },
	{ "{\"b\":\"true\"}", "/b", "type", "\"boolean\"", "{\"b\":true}" },
	{ "{\"a\":1,\"x/y\":2}", "/x~1y", "additionalProperties", "false", "{\"a\":1}" },
	{ "{}", "/", "required", "\"t\"", "{\"t\":\"<t>\"}" },
	{ "{\"l\":[1,\"2\"]}", "/l/1", "type", "\"integer\"", "{\"l\":[1,2]}" },
	{ "{\"s\":\"long\"}", "/s", "maxLength", "3", "{\"s\":\"<maxLength: 3>\"}" },
};

START_TEST(data_is_put_right_where_it_says_what_was_meant)
{
	struct error *error = error_make(arena, &error_catalogue[ERROR_CONTENT_SCHEMA_VALIDATION_FAILED], ERROR_WHERE, "no");

	error->context = arena_printf(arena, "{\"errors\":[{\"path\":\"%s\",\"keyword\":\"%s\",\"expected\":%s}]}", wrongs[_i].path,
	    wrongs[_i].keyword, wrongs[_i].expected);
	error->pointer = arena_printf(arena, "/data%s", strcmp(wrongs[_i].path, "/") == 0 ? "" : wrongs[_i].path);
	const struct json_value *call = parse(arena_printf(arena, "{\"id\":7,\"data\":%s}", wrongs[_i].data));
	ck_assert_str_eq(data_error_example(arena, error, call), arena_printf(arena, "{\"id\":7,\"data\":%s}", wrongs[_i].right));
}
END_TEST

START_TEST(routes_become_the_names_of_tools)
{
	ck_assert_str_eq(mcp_reword(arena, words[_i].text, MCP_PROFILE_DEFAULT), words[_i].wanted);
}
END_TEST

START_TEST(no_remediation_sends_an_agent_to_a_route_that_is_a_tool)
{
	static const char *const methods[] = { "GET /api", "POST /api", "PUT /api", "PATCH /api", "DELETE /api" };

	for (size_t i = 0; i < mcp_n_tools; i++) {
		for (const struct error_info *const *info = mcp_tools[i].operation->errors; *info; info++) {
			const char *text = mcp_reword(arena, (*info)->remediation, MCP_PROFILE_DEFAULT);
			for (size_t m = 0; m < sizeof(methods) / sizeof(methods[0]); m++) {
				const char *mention = strstr(text, methods[m]);
				bool is_toolless = mention && (strncmp(mention, "GET /api/domains", 16) == 0 /* no tool lists tenants, */
				    || strncmp(mention, "POST /api/supervisors/login", 27) == 0             /* signs people in */
				    || strncmp(mention, "GET /api/assets/{id}/content", 28) == 0);              /* or fetches bytes */
				ck_assert_msg(!mention || is_toolless, "%s: %s", (*info)->code, text);
			}
		}
	}
}
END_TEST

/* ---- sealed texts and sessions ---- */

static const struct principal ada = { .tenant = 2, .id = "api_key:5", .type = "api_key", .source = "db" };
static const struct principal bob = { .tenant = 2, .id = "api_key:6", .type = "api_key", .source = "db" };
static const struct principal twin = { .tenant = 3, .id = "api_key:5", .type = "api_key", .source = "db" };

START_TEST(a_sealed_text_opens_as_what_it_was_made)
{
	const unsigned char *bytes;
	size_t n;
	const char *text = sealed_make(arena, SEALED_REQUEST_STATE, "secret", 6);

	ck_assert(sealed_open(arena, SEALED_REQUEST_STATE, text, &bytes, &n));
	ck_assert_int_eq(n, 6);
	ck_assert_int_eq(memcmp(bytes, "secret", 6), 0);
	ck_assert(!sealed_open(arena, SEALED_SESSION, text, &bytes, &n));
	ck_assert(!sealed_open(arena, SEALED_REQUEST_STATE, arena_printf(arena, "%s-TAMPERED", text), &bytes, &n));
	ck_assert(!sealed_open(arena, SEALED_REQUEST_STATE, "", &bytes, &n));
	ck_assert(!sealed_open(arena, SEALED_REQUEST_STATE, "!!", &bytes, &n));
	char *bent = arena_strdup(arena, text);
	for (size_t i = 0; i < strlen(text); i++) {
		bent[i] = bent[i] == 'A' ? 'B' : 'A';
		ck_assert_msg(!sealed_open(arena, SEALED_REQUEST_STATE, bent, &bytes, &n), "byte %zu may be changed", i);
		bent[i] = text[i];
	}
}
END_TEST

START_TEST(a_session_is_its_principal_s_until_it_ends)
{
	struct sessions *sessions = sessions_new();
	struct session session = { .version = 1, .abilities = CLIENT_ROOTS }, opened;
	const char *text = session_make(arena, &session, &ada, 1000);

	ck_assert(session_open(sessions, arena, text, &ada, 2000, &opened));
	ck_assert_uint_eq(opened.id, session.id);
	ck_assert_int_eq(opened.version, 1);
	ck_assert_int_eq(opened.abilities, CLIENT_ROOTS);
	ck_assert(!session_open(sessions, arena, text, &bob, 2000, &opened));
	ck_assert(!session_open(sessions, arena, text, &twin, 2000, &opened));
	ck_assert(session_open(sessions, arena, text, &ada, 1000 + SESSION_LIFE_US - 1, &opened));
	ck_assert(!session_open(sessions, arena, text, &ada, 1000 + SESSION_LIFE_US, &opened));
	session_end(sessions, &session);
	ck_assert(!session_open(sessions, arena, text, &ada, 2000, &opened));
	sessions_free(sessions);
}
END_TEST

START_TEST(a_session_s_row_is_bounded_and_may_be_lost)
{
	struct sessions *sessions = sessions_new();
	struct session first = { .id = 1 };

	session_row(sessions, &first, &ada, 1)->log_level = MCP_LOG_ERROR;
	ck_assert_int_eq(session_row(sessions, &first, &ada, 2)->log_level, MCP_LOG_ERROR);
	for (uint64_t i = 0; i < SESSION_ROWS_PER_PRINCIPAL_MAX; i++)
		(void)session_row(sessions, &(struct session){ .id = 100 + i }, &ada, (int64_t)(10 + i));
	ck_assert_int_eq(session_row(sessions, &first, &ada, 900)->log_level, MCP_LOG_INFO);
	session_row(sessions, &first, &ada, 1000)->log_level = MCP_LOG_ALERT;
	for (uint64_t i = 0; i < 2 * SESSION_ROWS_MAX; i++) {
		struct principal other = { .tenant = 4, .source = "db", .id = arena_printf(arena, "api_key:%llu", (unsigned long long)i) };
		(void)session_row(sessions, &(struct session){ .id = 10000 + i }, &other, (int64_t)(2000 + i));
	}
	ck_assert_int_eq(session_row(sessions, &first, &ada, 90000)->log_level, MCP_LOG_INFO);
	session_row(sessions, &first, &ada, 90000)->log_level = MCP_LOG_ALERT;
	(void)session_row(sessions, &(struct session){ .id = 5 }, &bob, 90000 + SESSION_IDLE_US);
	ck_assert_int_eq(session_row(sessions, &first, &ada, 90001 + SESSION_IDLE_US)->log_level, MCP_LOG_INFO);
	sessions_free(sessions);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mcp");
	TCase *tc = tcase_create("mcp");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, messages_are_told_apart_and_judged_strictly, 0, ROWS(messages));
	tcase_add_test(tc, an_unusable_message_still_says_whose_answer_it_is);
	tcase_add_test(tc, too_deep_a_message_is_refused);
	tcase_add_test(tc, errors_carry_code_message_and_data);
	tcase_add_test(tc, a_correction_invents_no_row_and_no_version);
	tcase_add_test(tc, every_tool_s_correction_is_a_call_that_passes);
	tcase_add_test(tc, a_correction_keeps_what_was_right);
	tcase_add_test(tc, a_correction_goes_into_objects);
	tcase_add_test(tc, a_patch_is_rebased_and_a_replacement_merged);
	tcase_add_test(tc, overlapping_edits_have_no_ready_answer);
	tcase_add_loop_test(tc, data_is_put_right_where_it_says_what_was_meant, 0, ROWS(wrongs));
	tcase_add_loop_test(tc, routes_become_the_names_of_tools, 0, ROWS(words));
	tcase_add_test(tc, no_remediation_sends_an_agent_to_a_route_that_is_a_tool);
	tcase_add_test(tc, a_sealed_text_opens_as_what_it_was_made);
	tcase_add_test(tc, a_session_is_its_principal_s_until_it_ends);
	tcase_add_test(tc, a_session_s_row_is_bounded_and_may_be_lost);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
