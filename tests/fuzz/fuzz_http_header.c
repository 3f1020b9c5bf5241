/* Any text as each header the gateway reads: nothing is read past its end, and what passes has the promised form. */
#include <assert.h>
#include <string.h>

#include "access/env_keys.h"
#include "pages/exposition.h"
#include "http/forwarded.h"
#include "http/header.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, HEADER_BYTES_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void
check_values(const char *text)
{
	static const unsigned char trace[16] = { 1 }, span[8] = { 2 };
	char continued[TRACE_PARENT_BYTES];
	int64_t version = -1;
	uint64_t size;

	assert(!header_is_request_id(text) || (strlen(text) <= REQUEST_ID_MAX && !strpbrk(text, " \"\\<>\r\n")));
	assert(!header_is_visible_ascii(text, API_KEY_MAX) || strlen(text) <= API_KEY_MAX);
	if (header_is_trace_parent(text)) {
		header_trace_parent_continue(continued, text, trace, span);
		assert(header_is_trace_parent(continued) && memcmp(continued, text, 36) == 0);
	}
	if (header_version(text, &version))
		assert(version >= 0 && version <= INT64_C(9999999999));
	if (header_size(text, &size))
		assert(strspn(text, "0123456789") == strlen(text));
	const char *key = header_bearer(text);
	assert(!key || (key >= text && key <= text + strlen(text)));
	(void)header_is_json(text);
}

/* A part lies within the file, whatever its length. */
static void
check_ranges(const char *text)
{
	static const int64_t lengths[] = { 1, 200, INT64_MAX };
	int64_t first = 0, n = 0;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		if (header_range(text, lengths[i], &first, &n) == HEADER_RANGE_PART)
			assert(first >= 0 && first < lengths[i] && n > 0 && n <= lengths[i] - first);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	const char *problem = NULL;
	struct buf buf;

	if (n_bytes > HEADER_BYTES_MAX)
		return 0;
	struct arena *arena = arena_new(ARENA_BYTES);
	const char *text = arena_strndup(arena, (const char *)bytes, n_bytes);

	check_values(text);
	check_ranges(text);
	(void)header_names_etag(text, "\"7\"");
	(void)header_list_has(text, "https://a.example");
	env_keys_free(env_keys_parse(text, &problem));
	struct trusted_proxies proxies;
	if (trusted_proxies_parse("::/0", &proxies, &problem))
		(void)forwarded_client(&proxies, in6addr_loopback, &(struct header){ "x-forwarded-for", text }, 1);
	if (trusted_proxies_parse(text, &proxies, &problem))
		assert(proxies.n <= TRUSTED_PROXIES_MAX);
	struct exposition *exposition = exposition_new(arena);
	exposition_add(exposition, "a", text, strlen(text));
	buf_init(&buf, arena, 64);
	exposition_write(&buf, exposition);
	arena_free(arena);
	return 0;
}
