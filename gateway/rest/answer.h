/* The envelopes: what a success and every failure look like over REST (contract, sections 2.1 and 2.2). */
#ifndef ANSWER_H
#define ANSWER_H

#include "error.h"
#include "error_codes.h"
#include "http/exchange.h"
#include "contract/shape.h"

/* Answer with an error of the catalogue and a formatted message:
 * ANSWER_FAIL(exchange, NOT_FOUND, "no route %s %s", method, path); */
#define ANSWER_FAIL(exchange, code, ...) \
	answer_error((exchange), error_make((exchange)->arena, &error_catalogue[ERROR_##code], ERROR_WHERE, __VA_ARGS__))

/* An error value for the arena of an exchange. */
#define EXCHANGE_ERROR(exchange, code, ...) \
	error_make((exchange)->arena, &error_catalogue[ERROR_##code], ERROR_WHERE, __VA_ARGS__)

/* Sets Retry-After where the catalogue says that the same request may succeed later. */
void answer_error(struct exchange *exchange, const struct error *error);

/* 400 with context.validation.  The first violation's field may have a code of its own. */
void answer_violations(struct exchange *exchange, const struct shape *shape, const struct violations *violations);

/* An input's violations as one error value: of the first, whose field may have a code of its own. */
const struct error *violations_error(struct arena *arena, const struct shape *shape, const struct violations *violations) MUST_CHECK;

/* All of them as a JSON list of {pointer, keyword, message, expected, example}. */
const char *violations_json(struct arena *arena, const struct violations *violations);

/* "context":{...} of an error, on every surface.  validation: of violations_json, or NULL. */
void answer_write_context(struct buf *buf, const struct exchange *exchange, const struct error *error, const char *validation);

/* JSON that is no operation's envelope. */
void answer_json(struct exchange *exchange, int status, const struct buf *json);

#endif
