/* Any text as an invoice: nothing is read past its end, and what is read can be written and read again. */
#include <assert.h>
#include <string.h>

#include "lightning/bech32.h"
#include "lightning/bolt11.h"
#include "secret.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, TEXT_BYTES_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

/* The mutator never finds a checksum: the input is also taken as the words of an invoice. */
static const char *
as_words(struct arena *arena, const uint8_t *bytes, size_t n_bytes)
{
	uint8_t *words = arena_alloc(arena, n_bytes + 1);

	for (size_t i = 0; i < n_bytes; i++)
		words[i] = bytes[i] & 31;
	return bech32_encode(arena, "lnbcrt10u", words, n_bytes);
}

static void
check(struct arena *arena, const char *text)
{
	static const unsigned char key[NODE_KEY_BYTES] = { 1 };
	struct bolt11_invoice invoice, again;
	const char *problem;

	if (!bolt11_decode(arena, text, &invoice, &problem)) {
		assert(problem);
		return;
	}
	char *written = bolt11_encode(arena, &invoice, key);
	if (!written)
		return;
	assert(bolt11_decode(arena, written, &again, &problem));
	assert(again.amount_msats == invoice.amount_msats && memcmp(again.payment_hash, invoice.payment_hash, BOLT11_HASH_BYTES) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	if (n_bytes > TEXT_BYTES_MAX - 64)
		return 0;
	secret_init();
	struct arena *arena = arena_new(ARENA_BYTES);
	check(arena, arena_strndup(arena, (const char *)bytes, n_bytes));
	check(arena, as_words(arena, bytes, n_bytes));
	arena_free(arena);
	return 0;
}
