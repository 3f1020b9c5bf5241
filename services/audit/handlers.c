/* handlers.c: what each operation of audit decides.  Order follows proto/audit.toml. */
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "contract/event_data.h"
#include "contract/policy.h"
#include "id.h"
#include "rules.h"
#include "signing.h"
#include "store.h"

enum { LIMIT_DEFAULT = 50, TOTAL_MAX = 10000, PAGE = 2000, CHECKPOINTS_MAX = 500, TIME_LEFT_MS = 500 };

/* ---- reading ---- */

static const struct error *
check_word(struct request *req, const char *name, const char *word, bool is_action)
{
	const char *known = NULL;

	if (!word || rules_is_known(req->arena, word, is_action, &known))
		return NULL;
	return FAIL_AT(req, VALIDATION_ERROR, arena_printf(req->arena, "/%s", name), "no entry has the %s '%.64s'; there are %s", name, word, known);
}

/* What is sold by now is no more for auditors than it is for readers. */
static const struct error *
withhold_data(struct request *req, const struct shape_list *entries)
{
	struct audit_entry *entry = (struct audit_entry *)entries->items; /* made for this answer */
	const struct audit_sold_row *row = NULL;

	if (principal_sees_sold(req->principal) || entries->n == 0)
		return NULL;
	const struct error *error = query_find(req, &audit_has_sold_query, PARAMS(P_NULL()), &row);
	for (size_t i = 0; !error && row->sells && i < entries->n; i++) {
		if (entry[i].details && strcmp(entry[i].entity_type, "content_item") == 0)
			entry[i].details = event_without_data(req->arena, entry[i].details);
	}
	return error;
}

/* Who asks for the trail after an answer finds in it what was answered. */
const struct error *
audit_logs_list_prepare(struct request *req, const struct audit_logs_list_request *in)
{
	static bool is_behind = true;

	(void)in;
	req->prepared = request_catch_up(req) ? NULL : &is_behind;
	return NULL;
}

const struct error *
audit_logs_list(struct request *req, const struct audit_logs_list_request *in, struct audit_logs_list_response *out)
{
	int64_t before_us, before_id = 0;

	if (in->cursor && !cursor_decode(req->arena, in->cursor, &before_us, &before_id))
		return FAIL_AT(req, INVALID_AUDIT_CURSOR, "/cursor", "the cursor is invalid: send a nextCursor as it was received, or none");
	if (in->request_id && in->change_set)
		return FAIL_AT(req, VALIDATION_ERROR, "/changeSet", "entries are found by requestId or by changeSet, not by both");
	const struct error *error = check_word(req, "entityType", in->entity_type, false);
	if (!error)
		error = check_word(req, "action", in->action, true);
	if (error)
		return error;
	out->limit = in->limit ? *in->limit : LIMIT_DEFAULT;
	error = store_entry_page(req, in, in->cursor ? &before_us : NULL, before_id, out->limit + 1, TOTAL_MAX,
	    &out->entries, &out->total);
	if (!error)
		error = withhold_data(req, &out->entries);
	if (error)
		return error;
	out->is_behind = req->prepared != NULL;
	out->has_more = (int64_t)out->entries.n > out->limit;
	if (out->has_more) {
		out->entries.n = (size_t)out->limit;
		const struct audit_entry *last = (const struct audit_entry *)out->entries.items + (out->limit - 1);
		out->next_cursor = cursor_encode(req->arena, last->created_at, last->id);
	}
	return NULL;
}

/* ---- verification ---- */

struct verification {
	struct audit_logs_verify_response *out;
	int64_t number;            /* of the next entry */
	char previous_hash[HASH_HEX_BYTES]; /* it must name */
	const struct audit_checkpoint *checkpoints;
	size_t n_checkpoints, n_compared;
};

static void
report(struct request *req, struct verification *run, int64_t number, const struct chain_break *found)
{
	struct audit_break *broken = ARENA_NEW(req->arena, struct audit_break);

	*broken = (struct audit_break){ .number = number, .reason = found->reason,
		.expected = arena_strdup(req->arena, found->expected), .found = arena_strdup(req->arena, found->found) };
	run->out->first_break = broken;
	run->out->is_intact = false;
}

/* The checkpoint of this number, if there is one, must be ours and name this hash. */
static bool
compare_checkpoint(struct request *req, struct verification *run, const struct audit_chain_row *row)
{
	struct chain_break found;

	if (run->n_compared >= run->n_checkpoints || run->checkpoints[run->n_compared].number != row->number)
		return true;
	const struct audit_checkpoint *checkpoint = &run->checkpoints[run->n_compared++];
	unsigned char public_key[32];
	signing_key_of(req->arena, checkpoint, public_key);
	bool holds = rules_checkpoint_holds(req->arena, req->tenant, checkpoint, public_key, &found);
	if (holds && strcmp(checkpoint->hash, row->hash) != 0) {
		found = (struct chain_break){ "checkpoint_mismatch", checkpoint->hash, row->hash };
		holds = false;
	}
	run->out->checked_checkpoints++;
	if (!holds)
		report(req, run, row->number, &found);
	return holds;
}

static bool
check_page(struct request *req, struct verification *run, const struct shape_list *page)
{
	for (size_t i = 0; i < page->n; i++) {
		const struct audit_chain_row *row = (const struct audit_chain_row *)page->items + i;
		struct chain_break found;
		struct arena_mark mark = arena_mark(req->arena);
		if (!rules_entry_holds(req->arena, row, run->number, run->previous_hash, &found)) {
			report(req, run, run->number, &found);
			return false;
		}
		arena_rewind(req->arena, mark);
		if (!compare_checkpoint(req, run, row))
			return false;
		run->out->checked_entries++;
		run->out->last_number = row->number;
		memcpy(run->previous_hash, row->hash, HASH_HEX_BYTES); /* a hash: it was recomputed */
		run->number++;
	}
	return true;
}

/* The table ended: the head and the next checkpoint must not know of more. */
static const struct error *
check_end(struct request *req, struct verification *run)
{
	const struct audit_head *head;
	struct shape_list later, appended;
	const struct error *error = store_head_get(req, &head);
	if (!error)
		error = store_checkpoint_range(req, run->number, 1, &later);
	/* Read last: what was appended meanwhile is here, so whatever head or checkpoint know of and this does not is cut off. */
	if (!error)
		error = store_chain_page(req, run->number, 1, &appended);
	if (error)
		return error;
	int64_t last = run->number - 1;
	int64_t known = later.n > 0 ? ((const struct audit_checkpoint *)later.items)->number : head ? head->number : 0;
	if (head && head->number == last && strcmp(head->hash, run->previous_hash) != 0)
		report(req, run, last > 0 ? last : 1, &(struct chain_break){ "head_mismatch", head->hash, run->previous_hash });
	else if (known > last && appended.n == 0)
		report(req, run, run->number, &(struct chain_break){ "gap", arena_printf(req->arena, "%" PRId64, known),
		    arena_printf(req->arena, "%" PRId64, last) });
	return NULL;
}

static const struct error *
start_at(struct request *req, struct verification *run)
{
	struct shape_list before;

	memcpy(run->previous_hash, CHAIN_START, HASH_HEX_BYTES);
	if (run->number == 1)
		return NULL;
	const struct error *error = store_chain_page(req, run->number - 1, 1, &before);
	if (error)
		return error;
	const struct audit_chain_row *row = before.items;
	if (before.n == 1 && row->number == run->number - 1 && strlen(row->hash) == HASH_HEX_BYTES - 1)
		memcpy(run->previous_hash, row->hash, HASH_HEX_BYTES);
	return NULL;
}

const struct error *
audit_logs_verify(struct request *req, const struct audit_logs_verify_request *in, struct audit_logs_verify_response *out)
{
	struct verification run = { .out = out, .number = in->from ? *in->from : 1 };
	int64_t left = in->limit ? *in->limit : 100000;
	struct shape_list checkpoints, page;
	const struct error *error = start_at(req, &run);
	if (!error)
		error = store_checkpoint_range(req, run.number, CHECKPOINTS_MAX, &checkpoints);
	if (error)
		return error;
	run.checkpoints = checkpoints.items;
	run.n_checkpoints = checkpoints.n;
	out->is_intact = true;
	while (left > 0 && clock_now_us() < req->deadline_us - TIME_LEFT_MS * 1000) {
		struct arena_mark mark = arena_mark(req->arena);
		error = store_chain_page(req, run.number, left < PAGE ? left : PAGE, &page);
		if (error)
			return error;
		if (page.n == 0) {
			out->is_complete = true;
			error = check_end(req, &run);
			if (error)
				return error;
			break;
		}
		left -= (int64_t)page.n;
		/* More checkpoints than one page of them: stop where the next call takes up again. */
		if (!check_page(req, &run, &page) || (checkpoints.n == CHECKPOINTS_MAX && run.n_compared == CHECKPOINTS_MAX))
			break;
		arena_rewind(req->arena, mark);
	}
	if (out->checked_entries > 0)
		out->head_hash = arena_strdup(req->arena, run.previous_hash);
	return NULL;
}

const struct error *
audit_checkpoints_list(struct request *req, const struct audit_checkpoints_list_request *in, struct audit_checkpoints_list_response *out)
{
	out->limit = in->limit ? *in->limit : LIMIT_DEFAULT;
	const struct error *error = store_checkpoint_page(req, in->before, out->limit + 1, &out->checkpoints);
	if (error)
		return error;
	out->has_more = (int64_t)out->checkpoints.n > out->limit;
	if (out->has_more)
		out->checkpoints.n = (size_t)out->limit;
	return NULL;
}

/* ---- for whoever listens ---- */

const struct error *
audit_feed_read(struct request *req, const struct audit_feed_read_request *in, struct audit_feed_read_response *out)
{
	const struct audit_feed_position *positions = in->positions.items;
	int64_t *tenants = ARENA_ARRAY(req->arena, int64_t, in->positions.n);
	int64_t limit_each = in->limit / (int64_t)in->positions.n;
	struct buf list;

	buf_init(&list, req->arena, 64 * in->positions.n);
	for (size_t i = 0; i < in->positions.n; i++) {
		tenants[i] = positions[i].domain_id;
		buf_printf(&list, "%s{\"domainId\":%" PRId64 ",\"after\":%" PRId64 "}", i > 0 ? "," : "[", positions[i].domain_id, positions[i].after);
	}
	buf_add_char(&list, ']');
	return store_feed(req, (struct doc){ list.bytes, list.len }, tenants, in->positions.n, limit_each > 0 ? limit_each : 1,
	    &out->entries, &out->heads);
}
