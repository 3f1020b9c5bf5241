/* Programs of jq over an answer, by libjq. */
#ifndef JQ_FILTER_H
#define JQ_FILTER_H

#include "buf.h"
#include "json/json.h"

struct jq_filter;

/* NULL, with what is wrong with the program in the arena. */
struct jq_filter *jq_filter_new(struct arena *arena, const char *program, const char **ret_problem);
void jq_filter_free(struct jq_filter *filter); /* accepts NULL */

/* A line for each result: texts as they are, everything else as JSON.  False, with what went wrong in the arena. */
bool jq_filter_run(struct jq_filter *filter, const struct json_value *value, struct buf *out, const char **ret_problem);

#endif
