/* Errors as values: what happened, what the caller can do next, and which catalogue row it is. */
#ifndef ERROR_H
#define ERROR_H

#include <stdint.h>

#include "arena.h"

/* A row of the error catalogue (generated from proto/). */
struct error_info {
	const char *code;        /* "CONTENT_ITEM_NOT_FOUND" */
	int status;              /* HTTP status */
	bool is_retryable;       /* the same request may succeed later; answered with Retry-After */
	const char *title;       /* short, for humans: the envelope's "error" */
	const char *remediation; /* imperative, names a route, tool or field */
};

/* NULL is success.  Everything it points at lives in the arena of the request or is static. */
struct error {
	const struct error_info *info;
	const char *message;     /* one lower-case clause with the values that matter */
	const char *remediation; /* NULL: the catalogue's */
	const char *pointer;     /* JSON pointer of the field at fault, or NULL */
	const char *context;     /* JSON object text merged into the envelope's "context", or NULL */
	const char *cause;       /* logged, never sent; or NULL */
	int64_t price_sats;      /* what the operation wants to be paid before it goes on; 0: it is no such refusal */
	int64_t sold_item, sold_type; /* the answer is ready and leaves once an entitlement to these was used; 0: it is no such refusal */
	const char *where;       /* "file.c:12" */
};

#define MUST_CHECK __attribute__((warn_unused_result))

struct error *error_make(struct arena *arena, const struct error_info *info, const char *where,
    const char *format, ...) __attribute__((format(printf, 4, 5), returns_nonnull));

#define ERROR_STRINGIFY_(x) #x
#define ERROR_STRINGIFY(x) ERROR_STRINGIFY_(x)
#define ERROR_WHERE (&(__FILE__ ":" ERROR_STRINGIFY(__LINE__))[0])

#endif
