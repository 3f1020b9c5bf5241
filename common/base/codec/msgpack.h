/* Structs of the contract to and from msgpack, driven by their shapes.  Maps keyed by the field names. */
#ifndef CODEC_MSGPACK_H
#define CODEC_MSGPACK_H

#include "buf.h"
#include "contract/shape.h"

enum { FRAME_DEPTH_MAX = 16, FRAME_BYTES_MAX = 16 * 1024 * 1024, FRAME_ITEMS_MAX = 1 << 20 };

/* True when bytes hold exactly one msgpack value whose claimed sizes fit the frame, nested at most
 * FRAME_DEPTH_MAX, with at most FRAME_ITEMS_MAX values and no extension types.  Nothing is allocated: this
 * runs before any decoder. */
bool frame_check(const void *bytes, size_t n_bytes);

/* Append object (a struct described by shape) as one map; absent members are left out. */
void codec_msgpack_write(struct buf *buf, const struct shape *shape, const void *object);

/* Fill *ret_object (zeroed, shape->size bytes) from a frame.  Unknown keys are skipped (a newer peer), nil is
 * absent; a wrong type or a missing required field is a failure: false with *ret_problem naming it (and
 * *ret_object half filled).  Limits, choices and patterns were checked where the value entered and are not again.
 * Text is copied into the arena; documents are borrowed: the caller keeps bytes alive as long as the object. */
bool codec_msgpack_read(struct arena *arena, const struct shape *shape, const void *bytes, size_t n_bytes,
    void *ret_object, const char **ret_problem);

/* The same with each field's position in the table as key instead of its name (the envelope). */
void codec_msgpack_write_indexed(struct buf *buf, const struct shape *shape, const void *object);
bool codec_msgpack_read_indexed(struct arena *arena, const struct shape *shape, const void *bytes, size_t n_bytes,
    void *ret_object, const char **ret_problem);

#endif
