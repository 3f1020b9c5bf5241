/* supervisor_session: HttpOnly, SameSite=Strict, and Secure where clients reach us by https. */
#include "access/session_cookie.h"

#include <stdlib.h>
#include <string.h>

#include "http/header.h"
#include "rest/answer.h"
#include "settings.h"

#define COOKIE_NAME "supervisor_session"
enum { TOKEN_CHARS = 53 };
static const int64_t DOMAIN_MAX = INT32_MAX;

/* The value in a Cookie header, or NULL. */
static const char *
find(struct arena *arena, const char *cookies)
{
	static const char name[] = COOKIE_NAME "=";

	while (*cookies) {
		cookies += strspn(cookies, "; ");
		size_t n = strcspn(cookies, ";");
		if (strncmp(cookies, name, sizeof(name) - 1) == 0)
			return arena_strndup(arena, cookies + sizeof(name) - 1, n - (sizeof(name) - 1));
		cookies += n;
	}
	return NULL;
}

/* 0: absent; -1: no id. */
static int64_t
chosen_domain(const struct exchange *exchange)
{
	const char *text = exchange_header(exchange, "x-wordclaw-domain");
	uint64_t id;

	if (!text)
		return 0;
	return header_size(text, &id) && id > 0 && id <= (uint64_t)DOMAIN_MAX ? (int64_t)id : -1;
}

bool
session_cookie_read(const struct exchange *exchange, struct key_hash *ret_hash)
{
	const char *cookies = exchange_header(exchange, "cookie");
	const char *token = cookies ? find(exchange->arena, cookies) : NULL;

	if (!token || !*token)
		return false;
	bool is_token = strlen(token) == TOKEN_CHARS && strncmp(token, "wcss_", 5) == 0;
	*ret_hash = credentials_hash(is_token ? token : "");
	ret_hash->is_session = true;
	ret_hash->domain = chosen_domain(exchange);
	return true;
}

static bool
is_reading(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static bool
check_header(struct exchange *exchange)
{
	if (is_reading(exchange->head.method) || exchange_header(exchange, "x-wordclaw-console"))
		return true;
	ANSWER_FAIL(exchange, CSRF_HEADER_REQUIRED, "a change with a session cookie comes without the header x-wordclaw-console");
	return false;
}

bool
session_cookie_check(struct exchange *exchange)
{
	if (!check_header(exchange))
		return false;
	if (chosen_domain(exchange) >= 0)
		return true;
	ANSWER_FAIL(exchange, INVALID_DOMAIN_CONTEXT, "the header x-wordclaw-domain is no id");
	return false;
}

bool
session_cookie_check_public(struct exchange *exchange, const struct operation *operation)
{
	bool is_taken = false;

	for (size_t i = 0; i < operation->request->n_fields; i++) {
		const char *header = operation->request->fields[i].header;
		is_taken |= header && strcmp(header, "cookie") == 0;
	}
	return !is_taken || !exchange_header(exchange, "cookie") || check_header(exchange);
}

static const struct shape_field *
cookie_field(const struct operation *operation)
{
	for (size_t i = 0; i < operation->response->n_fields; i++) {
		if (operation->response->fields[i].in == SHAPE_IN_COOKIE)
			return &operation->response->fields[i];
	}
	return NULL;
}

bool
session_cookie_is_made_by(const struct operation *operation)
{
	return cookie_field(operation) != NULL;
}

void
session_cookie_answer(struct exchange *exchange, const struct operation *operation, const void *output)
{
	const struct shape_field *field = cookie_field(operation);
	bool is_secure = settings.hsts || strncmp(exchange_base_url(exchange), "https://", 8) == 0;

	if (!field || !shape_is_present(field, output))
		return;
	const char *token = shape_get_text(field, output);
	exchange_set_header(exchange, "Set-Cookie", arena_printf(exchange->arena, COOKIE_NAME "=%s; Path=/; HttpOnly; SameSite=Strict%s%s", token,
	    is_secure ? "; Secure" : "", *token ? "" : "; Max-Age=0"));
}
