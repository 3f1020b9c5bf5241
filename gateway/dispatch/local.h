/* Operations that the gateway answers itself: declared in proto/gateway.toml like any other, without a service behind. */
#ifndef LOCAL_H
#define LOCAL_H

#include "dispatch/dispatch.h"
#include "error.h"

/* Is it one of ours? */
bool local_has(const struct operation *operation);

/* Answers, at once or later.  False when the operation is none of ours. */
bool local_run(struct gateway *gateway, const struct dispatch_request *request) MUST_CHECK;

#endif
