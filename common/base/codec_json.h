/* Structs of the contract to and from JSON, driven by their shapes, with every violation listed. */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include "buf.h"
#include "json.h"
#include "shape.h"

/* A JSON object value of object; absent members are left out or null (SHAPE_NULLABLE); documents are spliced as they are. */
void codec_json_write(struct buf *buf, const struct shape *shape, const void *object);

/* One member's value only (a response's list field, for the envelope's "data").  Writes null when absent. */
void codec_json_write_field(struct buf *buf, const struct shape_field *field, const void *object);

/* True when the member is present in object. */
bool codec_json_has_field(const struct shape_field *field, const void *object);

/* Fill *ret_object from a parsed object.  Only fields with in == SHAPE_IN_BODY are taken; unknown keys, wrong types, limits,
 * choices, patterns (checked by `matches`, may be NULL: patterns are then skipped) and missing required fields are
 * violations.  null counts as absent for optional fields other than documents.  source is the text value was parsed from. */
bool codec_json_read(struct arena *arena, const struct shape *shape, const char *source,
    const struct json_value *value, void *ret_object, struct violations *violations);

/* Fill one field from text (path variable, query parameter, header).  Same checks. */
bool codec_json_read_text(struct arena *arena, const struct shape_field *field, const char *text,
    void *ret_object, struct violations *violations);

/* Every required field present and every default set (a default applies to plain, required-less members through
 * its pointer).  Called once after all sources were read. */
bool codec_json_finish(struct arena *arena, const struct shape *shape, void *ret_object, struct violations *violations);

/* Patterns need a regular expression engine, which base does not have: io/regex installs its own at start. */
typedef bool (*codec_json_pattern_matcher)(const char *pattern, const char *text, size_t n_bytes);
void codec_json_set_pattern_matcher(codec_json_pattern_matcher matcher);

#endif
