/* Messages: the body of an event, and its signatures.
 * Source: Standard Webhooks 1.0.0 (v1: HMAC-SHA256, v1a: Ed25519, over "id.timestamp.body"). */
#include <inttypes.h>
#include <string.h>

#include "id.h"
#include "secret.h"
#include "webhooks.h"

static void
member(struct buf *json, const char *name, const char *text)
{
	buf_printf(json, ",\"%s\":", name);
	if (text)
		buf_add_json_text(json, text, strlen(text));
	else
		buf_add_text(json, "null");
}

static void
member_int(struct buf *json, const char *name, const int64_t *value)
{
	buf_printf(json, ",\"%s\":", name);
	if (value)
		buf_add_int(json, *value);
	else
		buf_add_text(json, "null");
}

/* The reference's members first among equals: id to createdAt, details as JSON text. */
void
message_write_event(struct request *req, const struct message_event *event, struct message *message)
{
	const struct event_record *record = event->record;
	const char *dot = strchr(record->type, '.');
	char time[TIME_TEXT_BYTES];
	struct buf json;

	time_format(time, record->occurred_at);
	buf_init(&json, req->arena, 1024 + (event->is_thin ? 0 : 2 * record->payload.len));
	buf_add_text(&json, "{\"type\":");
	buf_add_json_text(&json, record->type, strlen(record->type));
	member(&json, "timestamp", time);
	member(&json, "id", record->event_id);
	member_int(&json, "domainId", record->domain_id);
	member_int(&json, "sequence", &event->sequence);
	member_int(&json, "previousSequence", event->previous_sequence);
	member(&json, "action", dot ? dot + 1 : record->type);
	member(&json, "entityType", record->entity_type);
	member_int(&json, "entityId", &record->entity_id);
	member_int(&json, "entityVersion", record->entity_version);
	member(&json, "actorId", record->actor_id);
	member(&json, "actorType", record->actor_type);
	member(&json, "actorSource", record->actor_source);
	member(&json, "requestId", record->request_id);
	member(&json, "createdAt", time);
	if (!event->is_thin) {
		buf_add_text(&json, ",\"details\":");
		buf_add_json_text(&json, record->payload.json, record->payload.len);
		buf_add_text(&json, ",\"data\":");
		buf_add(&json, record->payload.json, record->payload.len);
	}
	buf_add_char(&json, '}');
	message->body = json.bytes;
	message->n_body = json.len;
}

void
message_add_header(struct request *req, struct message *message, const char *name, const char *value)
{
	size_t n = 0;

	while (message->headers[n])
		n++;
	if (n + 1 < WEBHOOK_HEADERS_MAX)
		message->headers[n] = arena_printf(req->arena, "%s: %s", name, value);
}

/* "whsec_<base64>" stands for its bytes; any other text for itself. */
static void
key_bytes(struct arena *arena, const char *secret, const void **ret_bytes, size_t *ret_n)
{
	void *bytes;

	*ret_bytes = secret;
	*ret_n = strlen(secret);
	if (strncmp(secret, "whsec_", 6) == 0 && base64_decode(arena, secret + 6, &bytes, ret_n))
		*ret_bytes = bytes;
}

static const char *
sign_v1(struct arena *arena, const char *secret, const struct buf *content)
{
	unsigned char digest[SHA256_BYTES];
	const void *key;
	size_t n_key;

	key_bytes(arena, secret, &key, &n_key);
	hmac_sha256(digest, key, n_key, content->bytes, content->len);
	return arena_printf(arena, "v1,%s", base64_encode(arena, digest, sizeof(digest)));
}

static const char *
sign_v1a(struct arena *arena, const char *seed_text, const struct buf *content)
{
	unsigned char signature[SIGNATURE_BYTES], public_key[32];
	struct secret key;
	void *seed;
	size_t n_seed;

	if (!seed_text || !base64url_decode(arena, seed_text, &seed, &n_seed) || n_seed != 32)
		return "";
	signer_from_seed(seed, &key, public_key);
	signer_sign(signature, &key, content->bytes, content->len);
	secret_wipe(&key);
	return arena_printf(arena, " v1a,%s", base64_encode(arena, signature, sizeof(signature)));
}

void
message_sign(struct request *req, const char *message_id, const struct message_keys *keys, int64_t now_us, struct message *message)
{
	struct buf content;
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];
	const char *timestamp = arena_printf(req->arena, "%" PRId64, now_us / 1000000);

	buf_init(&content, req->arena, message->n_body + 128);
	buf_printf(&content, "%s.%s.", message_id, timestamp);
	buf_add(&content, message->body, message->n_body);
	message_add_header(req, message, "webhook-id", message_id);
	message_add_header(req, message, "webhook-timestamp", timestamp);
	message_add_header(req, message, "webhook-signature", arena_printf(req->arena, "%s%s%s%s", sign_v1(req->arena, keys->secret, &content),
	    keys->old_secret ? " " : "", keys->old_secret ? sign_v1(req->arena, keys->old_secret, &content) : "", sign_v1a(req->arena, keys->seed, &content)));
	hmac_sha256(digest, keys->secret, strlen(keys->secret), message->body, message->n_body);
	hex_encode(hex, digest, sizeof(digest));
	message_add_header(req, message, "x-wordclaw-signature", hex);
}
