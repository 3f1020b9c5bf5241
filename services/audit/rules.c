/* The chain: what is hashed, how one entry follows another, what a checkpoint says. */
#include "rules.h"

#include <inttypes.h>
#include <string.h>

#include "codec/json.h"
#include "events.h"
#include "id.h"

enum { EVENTS_MAX = 200 };

const char *
rules_canonical(struct arena *arena, const struct audit_fact *fact)
{
	struct buf json;

	buf_init(&json, arena, 1024);
	codec_json_write(&json, &audit_fact_shape, fact);
	return json.bytes;
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
hash_decode(unsigned char bytes[CHAIN_HASH_BYTES], const char *hex)
{
	if (strlen(hex) != HASH_HEX_BYTES - 1)
		return false;
	for (size_t i = 0; i < CHAIN_HASH_BYTES; i++) {
		int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool
rules_hash(char hash[HASH_HEX_BYTES], const char *previous, const char *canonical)
{
	unsigned char before[CHAIN_HASH_BYTES], digest[CHAIN_HASH_BYTES];

	if (!hash_decode(before, previous))
		return false;
	chain_hash(digest, before, canonical, strlen(canonical));
	hex_encode(hash, digest, sizeof(digest));
	return true;
}

struct audit_fact
rules_fact_of(const struct audit_chain_row *row)
{
	return (struct audit_fact){
		.action = row->action,
		.actor_id = row->actor_id,
		.actor_source = row->actor_source,
		.actor_type = row->actor_type,
		.created_at_us = row->created_at,
		.details = row->details,
		.domain_id = row->domain_id,
		.entity_id = row->entity_id,
		.entity_type = row->entity_type,
		.entity_version = row->entity_version,
		.event_id = row->event_id,
		.number = row->number,
		.publisher = row->publisher,
		.request_id = row->request_id,
		.trace_parent = row->trace_parent,
		.user_id = row->user_id,
	};
}

const char *
rules_details(struct arena *arena, struct doc payload, const char *request_id)
{
	struct buf json;
	size_t n = payload.len;

	while (n > 0 && payload.json[n - 1] != '}')
		n--;
	if (n == 0 || !request_id)
		return arena_strndup(arena, payload.json, payload.len);
	n--; /* reopen the object */
	while (n > 0 && strchr(" \t\r\n", payload.json[n - 1]))
		n--;
	buf_init(&json, arena, payload.len + 64);
	buf_add(&json, payload.json, n);
	buf_add_text(&json, payload.json[n - 1] == '{' ? "\"requestId\":" : ",\"requestId\":");
	buf_add_json_text(&json, request_id, strlen(request_id));
	buf_add_char(&json, '}');
	return json.bytes;
}

const char *
rules_action(const char *event_type)
{
	const char *dot = strrchr(event_type, '.');

	return dot ? dot + 1 : event_type;
}

const char *
rules_checkpoint_text(struct arena *arena, int64_t tenant, int64_t number, const char *hash, int64_t signed_us)
{
	return arena_printf(arena, "wordclaw audit checkpoint v1\n%" PRId64 "\n%" PRId64 "\n%s\n%" PRId64 "\n", tenant, number,
	    hash, signed_us);
}

bool
rules_entry_holds(struct arena *arena, const struct audit_chain_row *row, int64_t number, const char *previous_hash,
    struct chain_break *ret_break)
{
	struct audit_fact fact = rules_fact_of(row);
	char *hash = arena_alloc(arena, HASH_HEX_BYTES);

	if (row->number != number)
		*ret_break = (struct chain_break){ "gap", arena_printf(arena, "%" PRId64, number), arena_printf(arena, "%" PRId64, row->number) };
	else if (strcmp(row->previous_hash, previous_hash) != 0)
		*ret_break = (struct chain_break){ "previous_hash_mismatch", previous_hash, row->previous_hash };
	else if (!rules_hash(hash, row->previous_hash, row->canonical) || strcmp(hash, row->hash) != 0)
		*ret_break = (struct chain_break){ "hash_mismatch", hash, row->hash };
	else if (strcmp(rules_canonical(arena, &fact), row->canonical) != 0)
		*ret_break = (struct chain_break){ "columns_mismatch", row->canonical, rules_canonical(arena, &fact) };
	else
		return true;
	return false;
}

bool
rules_checkpoint_holds(struct arena *arena, int64_t tenant, const struct audit_checkpoint *checkpoint,
    const unsigned char public_key[32], struct chain_break *ret_break)
{
	void *signature;
	size_t n_signature;
	const char *says = rules_checkpoint_text(arena, tenant, checkpoint->number, checkpoint->hash, checkpoint->created_at);

	if (strcmp(says, checkpoint->signed_text) != 0)
		*ret_break = (struct chain_break){ "checkpoint_mismatch", says, checkpoint->signed_text };
	else if (!base64url_decode(arena, checkpoint->signature, &signature, &n_signature) || n_signature != SIGNATURE_BYTES ||
	    !signature_check(signature, public_key, says, strlen(says)))
		*ret_break = (struct chain_break){ "checkpoint_signature_invalid", base64url_encode(arena, public_key, 32), checkpoint->signature };
	else
		return true;
	return false;
}

bool
rules_is_known(struct arena *arena, const char *word, bool is_action, const char **ret_known)
{
	const char **words = ARENA_ARRAY(arena, const char *, EVENTS_MAX);
	size_t n = 0;
	struct buf list;

	buf_init(&list, arena, 512);
	for (size_t i = 0; registry_events[i]; i++) {
		const char *known = is_action ? registry_events[i]->action : registry_events[i]->entity_type;
		bool is_new = n < EVENTS_MAX;
		for (size_t k = 0; k < n; k++)
			is_new &= strcmp(words[k], known) != 0;
		if (!is_new)
			continue;
		words[n++] = known;
		buf_printf(&list, "%s%s", n > 1 ? ", " : "", known);
		if (strcmp(known, word) == 0)
			return true;
	}
	*ret_known = list.bytes;
	return false;
}
