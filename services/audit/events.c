/* Appending: every event of a publisher becomes one entry of its tenant's chain, in the publisher's order. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "id.h"
#include "rules.h"
#include "signing.h"
#include "store.h"

/* Chains that one batch appends to, sorted by tenant. */
struct chains {
	struct audit_head *list;
	size_t n;
};

static int
by_tenant(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static int64_t
tenant_of(const struct event_record *event)
{
	return event->domain_id ? *event->domain_id : 0;
}

static const struct error *
lock_chains(struct request *req, const struct event_record *events, size_t n, struct chains *chains)
{
	int64_t *tenants = ARENA_ARRAY(req->arena, int64_t, n);
	size_t n_tenants = 0;
	struct shape_list heads;

	for (size_t i = 0; i < n; i++)
		tenants[i] = tenant_of(&events[i]);
	qsort(tenants, n, sizeof(*tenants), by_tenant);
	for (size_t i = 0; i < n; i++) {
		if (n_tenants == 0 || tenants[n_tenants - 1] != tenants[i])
			tenants[n_tenants++] = tenants[i];
	}
	const struct error *error = store_heads_lock(req, tenants, n_tenants, &heads);
	if (error)
		return error;
	assert(heads.n == n_tenants); /* head_make made the missing ones */
	chains->n = heads.n;
	chains->list = arena_memdup(req->arena, heads.items, heads.n * sizeof(struct audit_head));
	return NULL;
}

static struct audit_head *
chain_of(struct chains *chains, int64_t tenant)
{
	return bsearch(&tenant, chains->list, chains->n, sizeof(*chains->list), by_tenant); /* domain_id is the first member */
}
_Static_assert(offsetof(struct audit_head, domain_id) == 0, "chain_of compares the first member");

static const int64_t *
key_of(struct arena *arena, const struct event_record *event)
{
	int64_t *id = ARENA_NEW(arena, int64_t);

	if (!event->actor_type || strcmp(event->actor_type, "api_key") != 0 || strncmp(event->actor_id, "api_key:", 8) != 0)
		return NULL;
	*id = strtoll(event->actor_id + 8, NULL, 10);
	return *id > 0 ? id : NULL;
}

/* One entry behind the chain's head, which moves. */
static void
append(struct request *req, const char *publisher, const struct event_record *event, struct audit_head *chain, struct buf *entries)
{
	char *hash = arena_alloc(req->arena, HASH_HEX_BYTES);
	struct audit_fact fact = {
		.action = rules_action(event->type),
		.actor_id = event->actor_id,
		.actor_source = event->actor_source,
		.actor_type = event->actor_type,
		.created_at_us = event->occurred_at,
		.details = rules_details(req->arena, event->payload, event->request_id),
		.domain_id = chain->domain_id,
		.entity_id = event->entity_id,
		.entity_type = event->entity_type,
		.entity_version = event->entity_version,
		.event_id = event->event_id,
		.number = chain->number + 1,
		.publisher = publisher,
		.request_id = event->request_id,
		.trace_parent = event->trace_parent,
		.user_id = key_of(req->arena, event),
	};
	struct audit_append entry = { .canonical = rules_canonical(req->arena, &fact), .previous_hash = chain->hash, .hash = hash };

	bool is_hashed = rules_hash(hash, chain->hash, entry.canonical);
	assert(is_hashed); /* heads hold hashes only */
	buf_add_char(entries, entries->len ? ',' : '[');
	codec_json_write(entries, &audit_append_shape, &entry);
	chain->number = fact.number;
	chain->hash = hash;
}

const struct error *
audit_append(struct request *req, const char *publisher, const struct event_record *events, size_t n)
{
	struct chains chains;
	struct buf entries, heads;
	const struct error *error = lock_chains(req, events, n, &chains);
	if (error)
		return error;
	buf_init(&entries, req->arena, n * 1024);
	for (size_t i = 0; i < n; i++)
		append(req, publisher, &events[i], chain_of(&chains, tenant_of(&events[i])), &entries);
	buf_add_char(&entries, ']');
	buf_init(&heads, req->arena, chains.n * 128);
	for (size_t i = 0; i < chains.n; i++) {
		buf_add_char(&heads, i ? ',' : '[');
		codec_json_write(&heads, &audit_head_shape, &chains.list[i]);
	}
	buf_add_char(&heads, ']');
	store_entries_add(req, (struct doc){ entries.bytes, entries.len });
	store_heads_move(req, (struct doc){ heads.bytes, heads.len });
	return NULL;
}

/* ---- checkpoints ---- */

static void
sign(struct request *req, const struct signing *signing, const struct audit_head *head, struct buf *checkpoints)
{
	unsigned char signature[SIGNATURE_BYTES];
	int64_t now_ms_us = req->now_us / 1000 * 1000; /* the wire shows milliseconds: what is signed must not say more */
	struct audit_checkpoint_new checkpoint = { .domain_id = head->domain_id, .number = head->number, .hash = head->hash,
		.signed_text = rules_checkpoint_text(req->arena, head->domain_id, head->number, head->hash, now_ms_us),
		.public_key = base64url_encode(req->arena, signing->public_key, sizeof(signing->public_key)),
		.created_at = now_ms_us };

	signer_sign(signature, &signing->key, checkpoint.signed_text, strlen(checkpoint.signed_text));
	checkpoint.signature = base64url_encode(req->arena, signature, sizeof(signature));
	buf_add_char(checkpoints, checkpoints->len ? ',' : '[');
	codec_json_write(checkpoints, &audit_checkpoint_new_shape, &checkpoint);
}

const struct error *
audit_sign_heads(struct request *req)
{
	struct shape_list heads;
	struct buf checkpoints;
	const struct error *error = store_heads_unsigned(req, &heads);
	if (error || heads.n == 0)
		return error;
	struct signing signing = signing_now();
	buf_init(&checkpoints, req->arena, heads.n * 512);
	for (size_t i = 0; i < heads.n; i++)
		sign(req, &signing, (const struct audit_head *)heads.items + i, &checkpoints);
	secret_wipe(&signing.key);
	buf_add_char(&checkpoints, ']');
	store_checkpoints_add(req, (struct doc){ checkpoints.bytes, checkpoints.len });
	return NULL;
}
