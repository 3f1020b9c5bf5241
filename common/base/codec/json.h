/* Structs of the contract to and from JSON, driven by their shapes, with every violation listed. */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include "buf.h"
#include "json/json.h"
#include "contract/shape.h"

/* A JSON object value of object; absent members are left out or null (SHAPE_NULLABLE); documents are spliced as they are. */
void codec_json_write(struct buf *buf, const struct shape *shape, const void *object);

/* One member's value only (a response's list field, for the envelope's "data").  Writes null when absent. */
void codec_json_write_field(struct buf *buf, const struct shape_field *field, const void *object);

/* True when the member is present in object. */
bool codec_json_has_field(const struct shape_field *field, const void *object);

/* Fill *ret_object (zeroed) from a parsed object.  Only fields with in == SHAPE_IN_BODY are taken; unknown keys, wrong
 * types, limits, choices, patterns and missing required fields are violations, every one of them listed (*violations
 * is zeroed before the first reader and shared by all).  null counts as absent for optional fields other than
 * documents.  Text is borrowed from value, documents from source, the text value was parsed from: both live as long
 * as the object.  source NULL: documents are written anew from their values. */
bool codec_json_read(struct arena *arena, const struct shape *shape, const char *source,
    const struct json_value *value, void *ret_object, struct violations *violations);

/* The same, with the fields of every place (path, query, headers) in the one object: a tool's arguments. */
bool codec_json_read_all(struct arena *arena, const struct shape *shape, const char *source,
    const struct json_value *value, void *ret_object, struct violations *violations);

/* Fill one field from text (path variable, query parameter, header): integers in decimal, true/false/1/0, RFC 3339
 * times, lists of text or integers with commas, everything else as JSON.  Same checks; copied into the arena. */
bool codec_json_read_text(struct arena *arena, const struct shape_field *field, const char *text,
    void *ret_object, struct violations *violations);

/* Report every required field that no reader met, and give absent optional fields their default.  Called once, after
 * all sources were read. */
bool codec_json_finish(struct arena *arena, const struct shape *shape, void *ret_object, struct violations *violations);

/* Patterns need a regular expression engine, which base does not have: io/regex installs its own at start (before
 * that patterns are not checked). */
typedef bool (*codec_json_pattern_matcher)(const char *pattern, const char *text, size_t n_bytes);
void codec_json_set_pattern_matcher(codec_json_pattern_matcher matcher);

#endif
