/* Scripts: steps of a JSON file, each a command line. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "json/json.h"

enum { SCRIPT_STEPS_MAX = 1000, SCRIPT_ARGUMENTS_MAX = 256 };

struct script_step {
	const char *name;                /* its own, or "step N" */
	const struct json_value *args;   /* a list */
	bool may_fail;                   /* continueOnError */
};

struct script {
	const struct script_step *steps;
	size_t n_steps;
};

/* NULL on success, else what is wrong with it as one clause. */
const char *script_read(struct arena *arena, const struct json_value *value, struct script *ret_script);

/* What an earlier step left. */
struct script_result {
	const char *name;
	const struct json_value *answer; /* or NULL */
};

/* An argument with {{steps.NAME.path.of.members}} replaced by what is there: in text anywhere; in a document inside its
 * strings, and a string that is nothing but a reference becomes the value itself.  NULL with *ret_problem when there is nothing. */
const char *script_expand(struct arena *arena, const struct json_value *argument, const struct script_result *results, size_t n_results,
    const char **ret_problem);

#endif
