/* The toy operation's one handler. */
#include <inttypes.h>

#include "content.h"

const struct error *
content_bells_ring(struct request *req, const struct content_bells_ring_request *in, struct content_bells_ring_response *out)
{
	if (in->id >= 13)
		return FAIL_AT(req, BELL_CRACKED, "/id", "bell %" PRId64 " is cracked", in->id);
	const char *heard = in->sound;
	for (int64_t n = in->times ? *in->times : 1; n > 1; n--)
		heard = arena_printf(req->arena, "%s %s", heard, in->sound);
	*out = (struct content_bells_ring_response){ .id = in->id, .heard = heard };
	emit_bell_ring(req, in->id, 1, &(struct bell_ring_event){ .heard = heard });
	return NULL;
}
