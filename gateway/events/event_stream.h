/* GET /api/events: the tenant's committed events as server-sent events, resumable by their number. */
#ifndef EVENT_STREAM_H
#define EVENT_STREAM_H

#include <stdint.h>

enum {
	EVENT_STREAM_BYTES_MAX = 256 * 1024,  /* that wait for one client; beyond it the client resumes where it was */
};
#define EVENT_STREAM_BEGIN_US (INT64_C(5) * 1000000) /* that the hub may take to learn where it stands */

/* Comments that keep idle streams alive, and an end to those that could not begin.  Call about twice a second. */
void event_streams_beat(int64_t now_us);

#endif
