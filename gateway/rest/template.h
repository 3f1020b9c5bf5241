/* Text with {field} places, filled from the structs of a request and its response: "GET /api/content-items/{id}". */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "buf.h"
#include "contract/shape.h"

enum { TEMPLATE_PIECES_MAX = 8 };

struct template {
	struct template_piece {
		const char *text;  /* before the field, escaped for JSON */
		size_t n_text;
		const struct shape_field *output, *input; /* where the field's value may be; both NULL: the last piece */
		const char *name;  /* "{id}": written when it has no value */
	} pieces[TEMPLATE_PIECES_MAX];
	size_t n;
};

/* Places beyond TEMPLATE_PIECES_MAX and names no shape has stay as they are. */
void template_init(struct template *template, struct arena *arena, const char *text, const struct shape *output,
    const struct shape *input);

/* As a JSON string. */
void template_write(struct buf *buf, const struct template *template, const void *output, const void *input);

const struct shape_field *shape_find(const struct shape *shape, const char *name);

#endif
