/* The operation gateway.events.wait: the next events, for clients that read no stream. */
#ifndef EVENT_WAIT_H
#define EVENT_WAIT_H

#include "dispatch/dispatch.h"

/* Answers within the timeout that the caller asked for and a moment. */
void event_wait_begin(struct gateway *gateway, const struct dispatch_request *request);

/* Call every turn of the clock. */
void event_waits_tick(int64_t now_us);

#endif
