/* Answers of /graphql: the media type the caller wants (GraphQL over HTTP), and errors in GraphQL's form. */
#ifndef GRAPHQL_ANSWER_H
#define GRAPHQL_ANSWER_H

#include "error.h"
#include "http/exchange.h"
#include "contract/shape.h"

enum graphql_media { GRAPHQL_MEDIA_NONE, GRAPHQL_MEDIA_JSON, GRAPHQL_MEDIA_RESPONSE };

/* In the document, from 1; line 0: nowhere. */
struct graphql_place {
	size_t line, column;
};

/* What of the two the Accept header (NULL: none) likes best; NONE: neither. */
enum graphql_media graphql_media_of(const char *accept);

void graphql_answer(struct exchange *exchange, int status, const struct buf *body);

/* {"message","locations","extensions":{"code","remediation","context"}}.  violations and place may be NULL. */
void graphql_write_error(struct buf *buf, const struct exchange *exchange, const struct error *error,
    const struct violations *violations, const struct graphql_place *place);

/* Refuse the request before anything was asked.  place may be NULL. */
void graphql_refuse(struct exchange *exchange, const struct error *error, const struct graphql_place *place);

/* The same with a list of errors written already; error: the first of them. */
void graphql_refuse_all(struct exchange *exchange, const struct error *error, const struct buf *errors);

/* A page's write_error. */
const char *graphql_page_error(struct buf *buf, const struct exchange *exchange, const struct error *error);

#endif
