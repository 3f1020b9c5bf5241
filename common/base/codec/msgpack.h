/* Structs of the contract to and from msgpack, driven by their shapes, packed and unpacked by msgpack-c.  Maps keyed by the
 * field names. */
#ifndef CODEC_MSGPACK_H
#define CODEC_MSGPACK_H

#include "buf.h"
#include "contract/shape.h"

/* Append object (a struct described by shape) as one map; absent members are left out. */
void codec_msgpack_write(struct buf *buf, const struct shape *shape, const void *object);

/* Fill *ret_object (zeroed, shape->size bytes) from bytes, which wire_check sees first.  Unknown keys are skipped (a newer peer), nil is
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
