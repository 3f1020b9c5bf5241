/* Tokens for people without a key: base64url(JSON) + "." + base64url(HMAC-SHA256 of that text).  Nothing is stored of them. */
#ifndef TOKENS_TOKEN_H
#define TOKENS_TOKEN_H

#include "content.h"

#define TOKEN_PREVIEW "content-preview"
#define TOKEN_PUBLIC_WRITE "content-public-write"

enum { TOKEN_BYTES_MAX = 4000 };

struct token_claims {
	const char *mode;
	const char *key_id, *jti;   /* set by token_make */
	int64_t domain_id;
	int64_t expires_at;         /* microseconds; the token has milliseconds */
	/* of a preview: an item or a global */
	int64_t content_item_id;    /* 0: a global */
	const char *slug;           /* NULL: an item */
	bool draft;
	bool shows_sold;            /* who made it sees what is sold */
	int64_t maker_key_id;       /* the API key that made it, with which it ends; 0: made by a person or a key of the environment */
	const char *locale, *fallback_locale; /* or NULL */
	/* of public write */
	int64_t content_type_id;
	const char *subject_field, *subject, *required_status;
	bool allows_create, allows_update;
};

/* The token; key_id and jti go into claims, for the trail. */
const char *token_make(struct request *req, struct token_claims *claims);

enum token_verdict { TOKEN_GOOD, TOKEN_INVALID, TOKEN_EXPIRED };

/* Made with the current secret of this mode or the one before, for this mode, and not over.  Claims live in the request's arena. */
enum token_verdict token_read(struct request *req, const char *mode, const char *token, struct token_claims *ret_claims);

/* Of what is prepared: whether the key that made the token has ended.  It shows in req->prepared, and token_has_ended() says so. */
const struct error *token_ask_maker(struct request *req, const char *mode, const char *token) MUST_CHECK;
const struct error *token_ask_key(struct request *req, int64_t key_id, int64_t domain_id) MUST_CHECK;
bool token_has_ended(const struct request *req);

/* settings.c: the secrets of a mode, current and previous; "": none. */
void content_token_secrets(const char *mode, const char *ret_secrets[2]);

/* Who uses it, for the trail: an actor whose id is the token's. */
const struct principal *token_principal(struct request *req, const struct token_claims *claims, const char *type);

#endif
