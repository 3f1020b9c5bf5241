/* What to call, in which order, for a task: recipes over the registry, seen with the eyes of whoever asks. */
#ifndef GUIDES_H
#define GUIDES_H

#include "contract/envelope.h"
#include "gateway_proto.h"

struct shape_list guides_list(struct arena *arena);

/* False: there is no guide for the task. */
bool guides_get(struct arena *arena, const char *task, const struct principal *principal, struct gateway_guides_get_response *ret);

#endif
