/* Any bytes as a message: the check and the decoder agree, nothing is read past the end, and what was read once
 * reads the same again after writing. */
#include <assert.h>
#include <msgpack.h>
#include <string.h>

#include "../lib/sample_shape.h"
#include "codec/msgpack.h"
#include "codec/wire.h"

enum { ARENA_BYTES = 8 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void
decodes(const uint8_t *bytes, size_t n_bytes)
{
	msgpack_unpacked unpacked;
	size_t offset = 0;

	msgpack_unpacked_init(&unpacked);
	assert(msgpack_unpack_next(&unpacked, (const char *)bytes, n_bytes, &offset) == MSGPACK_UNPACK_SUCCESS);
	assert(offset == n_bytes);
	msgpack_unpacked_destroy(&unpacked);
}

static void
survives_writing(struct arena *arena, const struct sample *sample)
{
	struct buf first, second;
	struct sample again = { 0 };
	const char *problem;

	buf_init(&first, arena, 1024);
	codec_msgpack_write(&first, &sample_shape, sample);
	assert(codec_msgpack_read(arena, &sample_shape, first.bytes, first.len, &again, &problem));
	buf_init(&second, arena, 1024);
	codec_msgpack_write(&second, &sample_shape, &again);
	assert(first.len == second.len && memcmp(first.bytes, second.bytes, first.len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct sample sample = { 0 };
	const char *problem;

	if (!wire_check(bytes, n_bytes))
		return 0;
	decodes(bytes, n_bytes);
	struct arena *arena = arena_new(ARENA_BYTES);
	if (codec_msgpack_read(arena, &sample_shape, bytes, n_bytes, &sample, &problem))
		survives_writing(arena, &sample);
	else
		assert(problem && problem[0]);
	arena_free(arena);
	return 0;
}
