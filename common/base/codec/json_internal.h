/* What the JSON codec's files share: reading one value, and saying what is wrong with it. */
#ifndef CODEC_JSON_INTERNAL_H
#define CODEC_JSON_INTERNAL_H

#include "codec/json.h"

enum { CODEC_JSON_DEPTH_MAX = 32 };

struct reader {
	struct arena *arena;
	const char *source; /* NULL: documents are written anew from their values */
	struct violations *violations;
	bool takes_all;     /* fields of every place, not only of the body */
};

/* Where in the input we are; a pointer text is made of it only when something is wrong there. */
struct place {
	const struct place *up; /* NULL: the root */
	const char *name;       /* NULL: an item */
	size_t index;
	unsigned depth;
};

/* Each returns false, so that a check reads `return violate(...)`. */
bool violate(struct reader *reader, const struct place *place, const char *keyword,
    const struct shape_field *field, const char *message);
bool violate_type(struct reader *reader, const struct place *place, const struct shape_field *field);
bool violate_item_type(struct reader *reader, const struct place *place, const struct shape_field *field);
bool violate_choice(struct reader *reader, const struct place *place, const struct shape_field *field);
bool violate_required(struct reader *reader, const struct place *place, const struct shape_field *field);
bool violate_unknown(struct reader *reader, const struct place *parent, const struct shape *shape,
    const struct json_member *member);

void settle(struct violations *violations, const struct shape_field *field);
bool is_settled(const struct violations *violations, const struct shape_field *field);

bool read_int(struct reader *reader, const struct place *place, const struct shape_field *field, int64_t value,
    void *object);
/* An integer as text, or where the field allows it a slug. */
/* One spelling per number: no plus sign, no leading zero, no blank. */
bool parse_int(const char *text, size_t n_bytes, int64_t *ret_value);
bool read_id_text(struct reader *reader, const struct place *place, const struct shape_field *field, const char *text,
    size_t n_bytes, void *object);
bool read_text(struct reader *reader, const struct place *place, const struct shape_field *field, const char *text,
    size_t n_bytes, void *object);
bool check_item_text(struct reader *reader, const struct place *place, const struct shape_field *field,
    const char *text, size_t n_bytes);
bool check_count(struct reader *reader, const struct place *place, const struct shape_field *field, size_t n);
bool read_value(struct reader *reader, const struct place *place, const struct shape_field *field,
    const struct json_value *value, void *object);

#endif
