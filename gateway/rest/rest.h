/* Operations over REST: a route's plan made at start, input from path, query, headers and body, output in the envelope. */
#ifndef REST_H
#define REST_H

#include "dispatch/invoke.h"
#include "http/exchange.h"
#include "rest/template.h"

enum { REST_ACTIONS_MAX = 16 };

/* What one route of one operation needs, worked out once. */
struct rest_plan {
	const struct operation *operation;
	const struct route *route;
	const struct shape_field *path_fields[ROUTE_VARIABLES_MAX]; /* in the order of the path's variables */
	const struct shape_field *list;    /* the response's field answered as "data", or NULL */
	const struct shape_field *etag; /* the response's field that is the ETag, or NULL */
	const struct shape_field *id, *version; /* of a response that is one versioned row, or NULL */
	const struct shape_field *head_version; /* of the row's head, where the response may show another version; or NULL */
	const struct shape_field *expected_version; /* the request field that If-Match fills, or NULL */
	struct template next_action;
	struct template actions[REST_ACTIONS_MAX];
	const struct operation *action_operations[REST_ACTIONS_MAX]; /* NULL: not one of the registry's */
	size_t n_actions;
	struct outcomes *outcomes;
};

/* One plan per route of the registry, NULL-terminated, in the arena. */
const struct rest_plan *const *rest_plans(struct arena *arena);

/* The operation behind "GET /api/content-items/{id}", or NULL. */
const struct operation *rest_operation_of(const char *action);

/* Content type and idempotency key, on headers alone.  Answers when one is refused. */
void rest_check_headers(struct exchange *exchange);

/* The whole request is there: read the input and invoke the operation. */
void rest_run(struct exchange *exchange);

/* input.c: the input struct, or NULL when the exchange was answered. */
const void *rest_read_input(struct exchange *exchange);

/* output.c: the success envelope, the ETag, or 304. */
void rest_answer(struct exchange *exchange, const struct invoked *result);

#endif
