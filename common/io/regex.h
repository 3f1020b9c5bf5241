/* Regular expressions of ECMA-262 syntax, matched within fixed limits; PCRE2 underneath. */
#ifndef REGEX_H
#define REGEX_H

#include "schema/json_schema.h"

enum { REGEX_PATTERN_BYTES_MAX = 8192 };

/* Immutable once made: threads share it. */
struct regex;

/* NULL when the pattern is not one or too large, with *ret_message set (in arena). */
struct regex *regex_new(const char *pattern, size_t n_bytes, struct arena *arena, const char **ret_message);
void regex_free(struct regex *regex); /* accepts NULL */

/* Does it match anywhere in text?  JSON_REGEX_GAVE_UP: not within the limit, which is 20 times higher
 * for a patient call (see regex.c). */
enum json_regex_verdict regex_match(const struct regex *regex, const char *text, size_t n_bytes, bool is_patient);

/* What json_schema_options.regex wants. */
extern const struct json_regex_engine regex_engine;

#endif
