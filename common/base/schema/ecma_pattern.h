/* ECMA-262 regular expressions, as JSON Schema means them, rewritten in PCRE2's syntax. */
#ifndef ECMA_PATTERN_H
#define ECMA_PATTERN_H

#include "arena.h"

/* The rewritten pattern, NUL-terminated, to be compiled with UTF, DOLLAR_ENDONLY, ALLOW_EMPTY_CLASS and
 * MATCH_UNSET_BACKREF.  Whatever only PCRE2 knows (verbs, recursion, atomic groups, possessive quantifiers,
 * POSIX classes) is refused or taken literally, as ECMA-262 has it.
 * NULL when the pattern is not one, with *ret_message set. */
const char *ecma_pattern_translate(struct arena *arena, const char *pattern, size_t n_bytes,
    const char **ret_message);

#endif
