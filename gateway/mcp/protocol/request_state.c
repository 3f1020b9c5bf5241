/* Request states: what an operation wants to remember between two rounds, carried by the client. */
#include <string.h>

#include "clock.h"
#include "mcp/client/interaction.h"
#include "mcp/protocol/sealed.h"
#include "secret.h"

enum { STATE_BYTES_MAX = 16 * 1024 };

/* Whose state it is and until when; the text follows. */
struct state_head {
	int64_t expires_us;
	unsigned char principal[SEALED_DIGEST_BYTES];
	unsigned char request[SEALED_DIGEST_BYTES]; /* operation and arguments */
};

static void
digest_request(unsigned char digest[SEALED_DIGEST_BYTES], const struct interaction *interaction)
{
	unsigned char whole[SHA256_BYTES];
	struct buf text;

	buf_init(&text, interaction->call->arena, 512);
	buf_add_text(&text, interaction->question.operation->id);
	buf_add_char(&text, '\n');
	if (interaction->question.arguments)
		json_write_canonical(&text, interaction->question.arguments, interaction->call->arena);
	else
		buf_add_text(&text, "{}");
	sha256(whole, text.bytes, text.len);
	memcpy(digest, whole, SEALED_DIGEST_BYTES);
}

const char *
request_state_seal(const struct interaction *interaction, const char *state)
{
	struct arena *arena = interaction->call->arena;
	struct state_head *head = ARENA_NEW(arena, struct state_head);
	struct buf plain;

	if (strlen(state) > STATE_BYTES_MAX)
		return NULL;
	head->expires_us = clock_now_us() + REQUEST_STATE_LIFE_US;
	sealed_digest_principal(head->principal, interaction->call->principal, arena);
	digest_request(head->request, interaction);
	buf_init(&plain, arena, sizeof(*head) + 256);
	buf_add(&plain, head, sizeof(*head));
	buf_add_text(&plain, state);
	return sealed_make(arena, SEALED_REQUEST_STATE, plain.bytes, plain.len);
}

const char *
request_state_open(const struct interaction *interaction, const char *text)
{
	struct arena *arena = interaction->call->arena;
	unsigned char principal[SEALED_DIGEST_BYTES], request[SEALED_DIGEST_BYTES];
	struct state_head head;
	const unsigned char *bytes;
	size_t n;

	if (!sealed_open(arena, SEALED_REQUEST_STATE, text, &bytes, &n) || n < sizeof(head))
		return NULL;
	memcpy(&head, bytes, sizeof(head));
	sealed_digest_principal(principal, interaction->call->principal, arena);
	digest_request(request, interaction);
	bool is_ours = secret_equal(principal, head.principal, sizeof(principal)) && secret_equal(request, head.request, sizeof(request));
	if (!is_ours || clock_now_us() >= head.expires_us)
		return NULL;
	return arena_strndup(arena, (const char *)bytes + sizeof(head), n - sizeof(head));
}
