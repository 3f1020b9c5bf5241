/* A multipart/form-data body, read part by part as it comes. */
#ifndef FORM_H
#define FORM_H

#include "http/exchange.h"

struct form_piece {
	const char *name;
	const char *file_name; /* NULL: a field */
	const char *type;      /* the part's own, or NULL */
	const char *bytes;
	size_t n;
	bool is_first;         /* of its part */
};

/* False: no more of it is wanted. */
typedef bool (*form_take_fn)(void *context, const struct form_piece *piece);

struct form;

/* NULL when the exchange's Content-Type is no form with a boundary. */
struct form *form_new(struct exchange *exchange, form_take_fn take, void *context);

/* The next bytes of the body.  False: they are no form, or take wants no more. */
bool form_add(struct form *form, const char *bytes, size_t n);

/* False when the body ended before its last part did.  The form is gone; NULL is false. */
bool form_end(struct form *form);

#endif
