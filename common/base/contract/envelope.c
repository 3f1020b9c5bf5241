/* The envelope as two tables; a field's position is its key on the wire, so rows are only ever appended. */
#include "contract/envelope.h"

#include <string.h>

#include "codec/msgpack.h"
#include "codec/wire.h"

enum { BUDGET_OWNER_INTS = 1 + BUDGETS_N };

struct wire_request {
	int64_t version;
	struct envelope_request request;
	struct shape_list budgets; /* of the principal; absent: it has none */
	struct shape_list ancestors; /* id and budgets of each */
};

struct wire_reply {
	int64_t version;
	struct envelope_reply reply;
};

/* correlation travels as the signed integer with the same bits.  scopes/n_scopes and input/n_input have the
 * layouts of shape_list and doc; the assertions below keep it so. */
#define WIRE(member, kind, bits) \
	{ .name = #member, .type = SHAPE_##kind, .item = SHAPE_TEXT, .flags = (bits), .offset = offsetof(WIRE_TYPE, member) }

#define WIRE_TYPE struct wire_request
static const struct shape_field request_fields[] = {
	WIRE(version, INT, SHAPE_REQUIRED),
	WIRE(request.correlation, INT, SHAPE_REQUIRED),
	WIRE(request.op, TEXT, SHAPE_REQUIRED),
	WIRE(request.request_id, TEXT, 0),
	WIRE(request.trace_parent, TEXT, 0),
	WIRE(request.surface, TEXT, 0),
	WIRE(request.deadline_us, INT, SHAPE_REQUIRED),
	WIRE(request.principal.tenant, INT, SHAPE_REQUIRED),
	WIRE(request.principal.id, TEXT, 0),
	WIRE(request.principal.type, TEXT, 0),
	WIRE(request.principal.source, TEXT, 0),
	WIRE(request.principal.key_id, INT, SHAPE_REQUIRED),
	WIRE(request.principal.scopes, LIST, 0),
	WIRE(request.principal.is_platform_admin, BOOL, SHAPE_REQUIRED),
	WIRE(request.dry_run, BOOL, SHAPE_REQUIRED),
	WIRE(request.idempotency_key, TEXT, 0),
	WIRE(request.input, DOC, 0),
	{ .name = "budgets", .type = SHAPE_LIST, .item = SHAPE_INT, .offset = offsetof(struct wire_request, budgets) },
	WIRE(request.labels.session, TEXT, 0),
	WIRE(request.labels.change_set, TEXT, 0),
	WIRE(request.principal.narrow, TEXT, 0),
	{ .name = "ancestors", .type = SHAPE_LIST, .item = SHAPE_INT, .offset = offsetof(struct wire_request, ancestors) },
	WIRE(request.principal.address, TEXT, 0),
	WIRE(request.labels.prompt_hash, TEXT, 0),
	WIRE(request.labels.surface, TEXT, 0),
};
#undef WIRE_TYPE

#define WIRE_TYPE struct wire_reply
static const struct shape_field reply_fields[] = {
	WIRE(version, INT, SHAPE_REQUIRED),
	WIRE(reply.correlation, INT, SHAPE_REQUIRED),
	WIRE(reply.ok, BOOL, SHAPE_REQUIRED),
	WIRE(reply.is_replayed, BOOL, SHAPE_REQUIRED),
	WIRE(reply.output, DOC, 0),
	WIRE(reply.code, TEXT, 0),
	WIRE(reply.message, TEXT, 0),
	WIRE(reply.remediation, TEXT, 0),
	WIRE(reply.pointer, TEXT, 0),
	WIRE(reply.context, TEXT, 0),
	WIRE(reply.effects, TEXT, 0),
	WIRE(reply.budget, TEXT, 0),
};
#undef WIRE_TYPE

_Static_assert(sizeof(struct budget_owner) == BUDGET_OWNER_INTS * sizeof(int64_t), "an ancestor is a row of integers");
_Static_assert(offsetof(struct principal, n_scopes) == offsetof(struct principal, scopes) +
    offsetof(struct shape_list, n), "scopes have the layout of a list");
_Static_assert(offsetof(struct envelope_request, n_input) == offsetof(struct envelope_request, input) +
    offsetof(struct doc, len), "input has the layout of a document");
_Static_assert(offsetof(struct envelope_reply, n_output) == offsetof(struct envelope_reply, output) +
    offsetof(struct doc, len), "output has the layout of a document");

static const struct shape request_shape = {
	.name = "request envelope",
	.size = sizeof(struct wire_request),
	.fields = request_fields,
	.n_fields = sizeof(request_fields) / sizeof(request_fields[0]),
};

static const struct shape reply_shape = {
	.name = "reply envelope",
	.size = sizeof(struct wire_reply),
	.fields = reply_fields,
	.n_fields = sizeof(reply_fields) / sizeof(reply_fields[0]),
};

void
envelope_write_request(struct buf *buf, const struct envelope_request *request)
{
	struct wire_request wire = { .version = ENVELOPE_VERSION, .request = *request };

	if (request->principal.has_budgets)
		wire.budgets = (struct shape_list){ request->principal.budgets, BUDGETS_N };
	if (request->principal.n_ancestors > 0)
		wire.ancestors = (struct shape_list){ request->principal.ancestors, request->principal.n_ancestors * BUDGET_OWNER_INTS };

	codec_msgpack_write_indexed(buf, &request_shape, &wire);
}

void
envelope_write_reply(struct buf *buf, const struct envelope_reply *reply)
{
	struct wire_reply wire = { .version = ENVELOPE_VERSION, .reply = *reply };

	codec_msgpack_write_indexed(buf, &reply_shape, &wire);
}

static void
fill_empty(const char **text)
{
	if (!*text)
		*text = "";
}

bool
envelope_read_request(struct arena *arena, const void *bytes, size_t n_bytes, struct envelope_request *ret_request)
{
	struct wire_request wire;
	const char *problem;

	memset(&wire, 0, sizeof(wire));
	if (!codec_msgpack_read_indexed(arena, &request_shape, bytes, n_bytes, &wire, &problem))
		return false;
	if (wire.version != ENVELOPE_VERSION || wire.request.principal.n_scopes > ENVELOPE_SCOPES_MAX)
		return false;
	if (wire.ancestors.n > KEY_DEPTH_MAX * BUDGET_OWNER_INTS || wire.ancestors.n % BUDGET_OWNER_INTS != 0)
		return false;
	wire.request.principal.has_budgets = wire.budgets.n == BUDGETS_N;
	if (wire.request.principal.has_budgets)
		memcpy(wire.request.principal.budgets, wire.budgets.items, sizeof(wire.request.principal.budgets));
	wire.request.principal.n_ancestors = wire.ancestors.n / BUDGET_OWNER_INTS;
	if (wire.ancestors.n > 0)
		memcpy(wire.request.principal.ancestors, wire.ancestors.items, wire.ancestors.n * sizeof(int64_t));
	fill_empty(&wire.request.request_id);
	fill_empty(&wire.request.surface);
	fill_empty(&wire.request.principal.id);
	fill_empty(&wire.request.principal.type);
	fill_empty(&wire.request.principal.source);
	*ret_request = wire.request;
	return true;
}

bool
envelope_read_reply(struct arena *arena, const void *bytes, size_t n_bytes, struct envelope_reply *ret_reply)
{
	struct wire_reply wire;
	const char *problem;

	memset(&wire, 0, sizeof(wire));
	if (!codec_msgpack_read_indexed(arena, &reply_shape, bytes, n_bytes, &wire, &problem))
		return false;
	if (wire.version != ENVELOPE_VERSION)
		return false;
	fill_empty(&wire.reply.code);
	*ret_reply = wire.reply;
	return true;
}

/* The writers above start every envelope with version (key 0) and correlation (key 1). */
bool
envelope_peek_correlation(const void *bytes, size_t n_bytes, uint64_t *ret_correlation)
{
	const unsigned char *p = bytes;
	size_t left = n_bytes;
	struct wire_head heads[5]; /* map, key, version, key, correlation */

	for (size_t i = 0; i < 5; i++) {
		heads[i] = wire_read_head(p, left);
		if (heads[i].kind != (i == 0 ? WIRE_MAP : WIRE_INT))
			return false;
		p += heads[i].n_bytes;
		left -= heads[i].n_bytes;
	}
	if (heads[0].n < 2 || heads[1].integer != 0 || heads[2].integer != ENVELOPE_VERSION || heads[3].integer != 1)
		return false;
	*ret_correlation = (uint64_t)heads[4].integer;
	return true;
}
