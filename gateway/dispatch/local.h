/* Operations that the gateway answers itself: declared in proto/gateway.toml like any other, without a service behind. */
#ifndef LOCAL_H
#define LOCAL_H

#include "error.h"
#include "contract/envelope.h"
#include "contract/operation.h"

/* Fill out (zeroed) from in.  False when the operation is none of ours. */
bool local_answer(const struct operation *operation, const struct principal *principal, struct arena *arena, const void *in, void *out,
    const struct error **ret_error);

#endif
