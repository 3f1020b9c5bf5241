/* What to call, in which order, for a task: recipes over the registry, with the arguments that the tenant's live state gives, seen with the
 * eyes of whoever asks. */
#ifndef GUIDES_H
#define GUIDES_H

#include "dispatch/dispatch.h"
#include "gateway_proto.h"

struct shape_list guides_list(struct arena *arena);

/* The operation gateway.guides.get. */
void guides_begin(struct gateway *gateway, const struct dispatch_request *request);

#endif
