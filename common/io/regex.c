/* The only file that knows PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdlib.h>

#include "schema/ecma_pattern.h"
#include "regex.h"

enum {
	QUICK_STEPS_MAX = 5000,     /* some tens of microseconds */
	PATIENT_STEPS_MAX = 100000, /* about a millisecond */
	DEPTH_MAX = 5000,
	HEAP_KIB_MAX = 4096,
	GROUP_NESTING_MAX = 64,
	MESSAGE_BYTES = 128,
};

struct regex {
	pcre2_code *code;
	pcre2_match_context *quick;
	pcre2_match_context *patient;
};

static pcre2_match_context *
limits_new(uint32_t steps_max)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	if (!limits)
		abort();
	pcre2_set_match_limit(limits, steps_max);
	pcre2_set_depth_limit(limits, DEPTH_MAX);
	pcre2_set_heap_limit(limits, HEAP_KIB_MAX);
	return limits;
}

static pcre2_code *
compile(const char *pattern, int *ret_error)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_SIZE offset;

	if (!context)
		abort();
	pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
	pcre2_set_parens_nest_limit(context, GROUP_NESTING_MAX);
	uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF |
	    PCRE2_NEVER_BACKSLASH_C;
	pcre2_code *code =
	    pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, ret_error, &offset, context);
	pcre2_compile_context_free(context);
	return code;
}

struct regex *
regex_new(const char *pattern, size_t n_bytes, struct arena *arena, const char **ret_message)
{
	if (n_bytes > REGEX_PATTERN_BYTES_MAX) {
		*ret_message = arena_printf(arena, "longer than %d bytes", REGEX_PATTERN_BYTES_MAX);
		return NULL;
	}
	const char *translated = ecma_pattern_translate(arena, pattern, n_bytes, ret_message);
	if (!translated)
		return NULL;
	int error = 0;
	pcre2_code *code = compile(translated, &error);
	if (!code) {
		PCRE2_UCHAR message[MESSAGE_BYTES];
		(void)pcre2_get_error_message(error, message, sizeof(message));
		*ret_message = arena_strdup(arena, (const char *)message);
		return NULL;
	}
	struct regex *regex = calloc(1, sizeof(*regex));
	if (!regex)
		abort();
	regex->code = code;
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it the interpreter matches, slower */
	regex->quick = limits_new(QUICK_STEPS_MAX);
	regex->patient = limits_new(PATIENT_STEPS_MAX);
	return regex;
}

void
regex_free(struct regex *regex)
{
	if (!regex)
		return;
	pcre2_match_context_free(regex->quick);
	pcre2_match_context_free(regex->patient);
	pcre2_code_free(regex->code);
	free(regex);
}

enum json_regex_verdict
regex_match(const struct regex *regex, const char *text, size_t n_bytes, bool is_patient)
{
	pcre2_match_context *limits = is_patient ? regex->patient : regex->quick;
	pcre2_match_data *match = pcre2_match_data_create(1, NULL);
	if (!match)
		abort();
	PCRE2_SPTR subject = (PCRE2_SPTR)text;
	int n = pcre2_match(regex->code, subject, n_bytes, 0, 0, match, limits);
	if (n == PCRE2_ERROR_JIT_STACKLIMIT && is_patient) /* the interpreter has the heap */
		n = pcre2_match(regex->code, subject, n_bytes, 0, PCRE2_NO_JIT, match, limits);
	pcre2_match_data_free(match);
	if (n >= 0)
		return JSON_REGEX_MATCH;
	/* Text that is not UTF-8 matches nothing; every other error is a limit. */
	bool is_plain_no = n == PCRE2_ERROR_NOMATCH || (n <= PCRE2_ERROR_UTF8_ERR1 && n >= PCRE2_ERROR_UTF8_ERR21);
	return is_plain_no ? JSON_REGEX_NO_MATCH : JSON_REGEX_GAVE_UP;
}

/* ---- the engine of json_schema ---- */

static void *
engine_compile(const char *pattern, size_t n_bytes, struct arena *arena, const char **ret_message)
{
	return regex_new(pattern, n_bytes, arena, ret_message);
}

static enum json_regex_verdict
engine_match(const void *regex, const char *text, size_t n_bytes, bool is_patient)
{
	return regex_match(regex, text, n_bytes, is_patient);
}

static void
engine_free(void *regex)
{
	regex_free(regex);
}

const struct json_regex_engine regex_engine = {
	.compile = engine_compile,
	.match = engine_match,
	.free = engine_free,
};
