/* Entity tags. */
#include "rest/etag.h"

#include <string.h>

enum { LANES = 4, WORD = sizeof(uint64_t) };

const char *
etag_of_version(struct arena *arena, int64_t version)
{
	return arena_printf(arena, "\"%lld\"", (long long)version);
}

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9fb21c651e98df25u;
	return hash ^ hash >> 32;
}

/* Four lanes, because one multiplication has to wait for the one before. */
static uint64_t
fingerprint(const char *bytes, size_t n)
{
	uint64_t lanes[LANES] = { n, 0x2545f4914f6cdd1du, 0x9e3779b97f4a7c15u, 0xd6e8feb86659fd93u };
	uint64_t word;
	size_t at = 0;

	for (; at + LANES * WORD <= n; at += LANES * WORD)
		for (size_t lane = 0; lane < LANES; lane++) {
			memcpy(&word, bytes + at + lane * WORD, WORD);
			lanes[lane] = mix(lanes[lane], word);
		}
	for (; at < n; at += WORD) {
		word = 0;
		memcpy(&word, bytes + at, n - at < WORD ? n - at : WORD);
		lanes[0] = mix(lanes[0], word);
	}
	return mix(mix(mix(lanes[0], lanes[1]), lanes[2]), lanes[3]);
}

const char *
etag_of_bytes(struct arena *arena, const char *bytes, size_t n)
{
	return arena_printf(arena, "\"h%016llx\"", (unsigned long long)fingerprint(bytes, n));
}
