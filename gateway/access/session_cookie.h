/* The cookie of a person's session, and what makes it safe to take one: a browser sends it along whoever asked it to. */
#ifndef SESSION_COOKIE_H
#define SESSION_COOKIE_H

#include "contract/operation.h"
#include "http/exchange.h"

/* False when there is none.  *ret_hash is what it is verified by, the tenant that x-wordclaw-domain names included; a malformed cookie
 * is one that nobody knows. */
bool session_cookie_read(const struct exchange *exchange, struct key_hash *ret_hash);

/* May the request go on with a cookie?  A change needs the header x-wordclaw-console, which a page of another origin cannot send, and
 * x-wordclaw-domain must be an id if it is there.  False: it was answered. */
bool session_cookie_check(struct exchange *exchange);

/* The same of an operation that everybody may call: one that takes the cookie as input needs the header too. */
bool session_cookie_check_public(struct exchange *exchange, const struct operation *operation);

/* Does the operation hand out sessions? */
bool session_cookie_is_made_by(const struct operation *operation);

/* Set or end the cookie that an answer carries, if it does. */
void session_cookie_answer(struct exchange *exchange, const struct operation *operation, const void *output);

#endif
