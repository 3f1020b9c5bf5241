/* libjq keeps its own copy of every value; what it says of a program it says line by line. */
#include "cli/output/jq_filter.h"

#include <jq.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output/output.h"

enum { PROBLEM_BYTES_MAX = 400 };

struct jq_filter {
	jq_state *jq;
	char problem[PROBLEM_BYTES_MAX]; /* the first line that was said */
};

/* "jq: error: syntax error, ... at <top-level>, line 1:" and the program after it: the clause between is what matters. */
static void
on_problem(void *context, jv message)
{
	struct jq_filter *filter = context;
	jv text = jq_format_error(message);
	const char *said = jv_string_value(text);
	static const char *const prefixes[] = { "jq: error: ", "jq: error (at <unknown>): " };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(said, prefixes[i], strlen(prefixes[i])) == 0)
			said += strlen(prefixes[i]);
	size_t n = strcspn(said, "\n");
	n = n < sizeof(filter->problem) ? n : sizeof(filter->problem) - 1;
	if (!filter->problem[0]) {
		memcpy(filter->problem, said, n);
		filter->problem[n] = '\0';
	}
	jv_free(text);
}

struct jq_filter *
jq_filter_new(struct arena *arena, const char *program, const char **ret_problem)
{
	struct jq_filter *filter = calloc(1, sizeof(*filter));

	if (!filter)
		abort();
	filter->jq = jq_init();
	if (!filter->jq)
		abort();
	jq_set_error_cb(filter->jq, on_problem, filter);
	if (jq_compile(filter->jq, program))
		return filter;
	*ret_problem = arena_strdup(arena, filter->problem);
	jq_filter_free(filter);
	return NULL;
}

void
jq_filter_free(struct jq_filter *filter)
{
	if (!filter)
		return;
	jq_teardown(&filter->jq);
	free(filter);
}

/* A text of content may hold what steers a terminal. */
static void
add_result(struct buf *out, jv result)
{
	bool is_text = jv_get_kind(result) == JV_KIND_STRING;
	jv text = is_text ? result : jv_dump_string(result, 0);
	const char *bytes = jv_string_value(text);

	for (size_t n = (size_t)jv_string_length_bytes(jv_copy(text)), at = 0; at < n;) {
		const char *line_end = memchr(bytes + at, '\n', n - at);
		size_t n_line = line_end ? (size_t)(line_end - bytes) - at : n - at;
		output_add_printable(out, bytes + at, n_line);
		at += n_line + (line_end != NULL);
		if (line_end)
			buf_add_char(out, '\n');
	}
	buf_add_char(out, '\n');
	jv_free(text);
}

static void
take_failure(struct jq_filter *filter, jv result)
{
	if (jv_invalid_has_msg(jv_copy(result)))
		on_problem(filter, result);
	else
		jv_free(result);
}

bool
jq_filter_run(struct jq_filter *filter, const struct json_value *value, struct buf *out, const char **ret_problem)
{
	struct buf json;

	buf_init(&json, out->arena, 4096);
	json_write(&json, value);
	filter->problem[0] = '\0';
	jq_start(filter->jq, jv_parse_sized(json.bytes, (int)json.len), 0);
	jv result = jq_next(filter->jq);
	for (; jv_is_valid(result); result = jq_next(filter->jq))
		add_result(out, result);
	take_failure(filter, result);
	if (!filter->problem[0])
		return true;
	*ret_problem = arena_strdup(out->arena, filter->problem);
	return false;
}
