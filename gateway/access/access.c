/* Credential, rate limits and policy.
 *
 * A key's own window is counted only once the key is verified; everything else is counted by address, and refused keys
 * in a window of their own that is asked before identity is.  So invented keys get nobody a fresh allowance, cost
 * identity at most auth_failures_max questions and then a few a second, and never touch what real keys may do. */
#include "access/access.h"

#include <stdlib.h>
#include <string.h>

#include "access/admission.h"
#include "rest/answer.h"
#include "clock.h"
#include "access/credentials.h"
#include "access/permit.h"
#include "access/session_cookie.h"
#include "dispatch/dispatch.h"
#include "http/header.h"
#include "metrics.h"

struct access {
	struct window_table *keys, *addresses, *failures, *lookups, *logins, *uploads;
	int64_t window_us;
	struct metric *limited_keys, *limited_addresses, *limited_failures, *limited_logins, *limited_uploads;
};

/* An exchange while its key is verified. */
struct access_wait {
	struct exchange *exchange;
	const struct operation *operation;
	struct key_hash hash;
	struct credential_waiter waiter;
};

/* Beyond auth_failures_max, of each address: a key that was never used here may share its address with whoever guesses. */
enum { LOOKUPS_MAX = 10, LOOKUPS_WINDOW_US = 1000000 };

static const struct principal anonymous = { .id = "anonymous", .type = "anonymous", .source = "internal" };

static struct metric *
limited_metric(const char *labels)
{
	return metric_counter("wordclaw_rate_limited_total", "Requests answered 429.", labels);
}

struct access *
access_new(const struct access_options *options)
{
	struct access *access = calloc(1, sizeof(*access));
	if (!access)
		abort();
	access->window_us = options->window_us;
	access->keys = window_table_new(options->rate_limit_max, options->window_us);
	access->addresses = window_table_new(options->address_rate_limit_max, options->window_us);
	access->failures = window_table_new(options->auth_failures_max, options->window_us);
	access->lookups = window_table_new(LOOKUPS_MAX, LOOKUPS_WINDOW_US);
	access->logins = window_table_new(options->login_rate_limit_max, options->window_us);
	access->uploads = window_table_new(options->upload_rate_limit_max, options->window_us);
	access->limited_keys = limited_metric("bucket=\"key\"");
	access->limited_addresses = limited_metric("bucket=\"address\"");
	access->limited_failures = limited_metric("bucket=\"auth_failures\"");
	access->limited_logins = limited_metric("bucket=\"login\"");
	access->limited_uploads = limited_metric("bucket=\"upload\"");
	return access;
}

void
access_free(struct access *access)
{
	window_table_free(access->keys);
	window_table_free(access->addresses);
	window_table_free(access->failures);
	window_table_free(access->lookups);
	window_table_free(access->logins);
	window_table_free(access->uploads);
	free(access);
}

static const char *
number(struct exchange *exchange, int64_t value)
{
	char digits[24], *at = &digits[sizeof(digits) - 1];
	*at = '\0';
	do
		*--at = (char)('0' + value % 10);
	while (value /= 10);
	return arena_strdup(exchange->arena, at);
}

static void
show_window(struct exchange *exchange, const struct window_verdict *verdict)
{
	if (verdict->max == 0)
		return;
	exchange_set_header(exchange, "x-ratelimit-limit", number(exchange, verdict->max));
	exchange_set_header(exchange, "x-ratelimit-remaining", number(exchange, verdict->remaining));
	exchange_set_header(exchange, "x-ratelimit-reset", number(exchange, verdict->reset_s));
}

static void
answer_limited(struct exchange *exchange, const struct window_verdict *verdict, struct metric *metric, const char *what)
{
	int64_t window_ms = exchange->gateway->access->window_us / 1000;

	metric_add(metric, 1);
	exchange_set_header(exchange, "Retry-After", number(exchange, verdict->reset_s));
	exchange->has_retry_after = true;
	exchange->error_meta = arena_printf(exchange->arena, "{\"max\":%lld,\"timeWindow\":\"%lld ms\"}",
	    (long long)verdict->max, (long long)window_ms);
	ANSWER_FAIL(exchange, RATE_LIMIT_EXCEEDED, "more than %lld %s in %lld ms", (long long)verdict->max, what, (long long)window_ms);
}

bool
access_count_anonymous(struct exchange *exchange)
{
	struct access *access = exchange->gateway->access;
	struct window_verdict verdict = window_take(access->addresses, exchange->address_id, exchange->started_us);

	show_window(exchange, &verdict);
	if (verdict.is_admitted)
		return true;
	answer_limited(exchange, &verdict, access->limited_addresses, "requests without a verified key from this address");
	return false;
}

/* The window of the key, then the policy. */
static void
admit(struct exchange *exchange, const struct operation *operation, const struct key_hash *hash, const struct principal *principal)
{
	struct access *access = exchange->gateway->access;
	uint64_t caller;

	memcpy(&caller, hash->bytes, sizeof(caller)); /* a hash already, and of a real key */
	struct window_verdict verdict = window_take(access->keys, caller | 1, exchange->started_us);
	show_window(exchange, &verdict);
	exchange->principal = *principal;
	exchange->key = *hash;
	if (!verdict.is_admitted) {
		answer_limited(exchange, &verdict, access->limited_keys, "requests with this key");
		return;
	}
	if (hash->is_session && principal->tenant == 0 && !(operation->flags & (OPERATION_SYSTEM | OPERATION_PUBLIC))) {
		ANSWER_FAIL(exchange, INVALID_DOMAIN_CONTEXT, "the header x-wordclaw-domain is missing: a platform administrator belongs to no tenant");
		return;
	}
	const struct error *error = permit(exchange->gateway, operation, &exchange->principal, "rest",
	    exchange->request_id, exchange->arena);
	if (error)
		answer_error(exchange, error);
}

/* Counts the failure; the answer tells no more than the code. */
static void
refuse(struct exchange *exchange, const struct key_hash *hash, enum error_code code)
{
	const char *what = hash && hash->is_session ? "session" : "API key";
	struct access *access = exchange->gateway->access;
	struct window_verdict verdict = window_take(access->failures, exchange->address_id, exchange->started_us);

	if (!verdict.is_admitted)
		answer_limited(exchange, &verdict, access->limited_failures, "refused keys from this address");
	else if (code == ERROR_AUTH_KEY_EXPIRED)
		ANSWER_FAIL(exchange, AUTH_KEY_EXPIRED, "the %s has expired", what);
	else if (code == ERROR_INVALID_DOMAIN_CONTEXT)
		ANSWER_FAIL(exchange, INVALID_DOMAIN_CONTEXT, "there is no tenant %lld", (long long)hash->domain);
	else if (code == ERROR_SUPERVISOR_DOMAIN_SCOPE_MISMATCH)
		ANSWER_FAIL(exchange, SUPERVISOR_DOMAIN_SCOPE_MISMATCH, "the session does not belong to tenant %lld", (long long)hash->domain);
	else
		ANSWER_FAIL(exchange, AUTH_INVALID_API_KEY, "the %s is unknown or revoked", what);
}

static void
conclude(struct exchange *exchange, const struct operation *operation, const struct key_hash *hash,
    const struct credential *credential)
{
	switch (credential->state) {
	case CREDENTIAL_VERIFIED:
		admit(exchange, operation, hash, &credential->principal);
		return;
	case CREDENTIAL_REFUSED:
		refuse(exchange, hash, credential->code);
		return;
	case CREDENTIAL_STALE:
	case CREDENTIAL_UNKNOWN:
		break;
	}
	if (credential->code == ERROR_SERVICE_OVERLOADED)
		ANSWER_FAIL(exchange, SERVICE_OVERLOADED, "too many keys are being verified");
	else
		ANSWER_FAIL(exchange, SERVICE_UNAVAILABLE, "the API key cannot be verified now");
}

static void
on_verified(void *context, const struct credential *credential)
{
	struct access_wait *wait = context;
	struct exchange *exchange = wait->exchange;

	exchange->is_waiting = false;
	conclude(exchange, wait->operation, &wait->hash, credential);
	if (!exchange->is_answered)
		exchange_continue(exchange);
}

static void
ask_identity(struct exchange *exchange, const struct operation *operation, const struct key_hash *hash)
{
	struct access_wait *wait = ARENA_NEW(exchange->arena, struct access_wait);

	*wait = (struct access_wait){ .exchange = exchange, .operation = operation, .hash = *hash,
		.waiter = { .done = on_verified, .context = wait, .arena = exchange->arena } };
	exchange_wait(exchange);
	credentials_verify(exchange->gateway->credentials, hash, &wait->waiter);
}

static const char *
bearer_key(const struct exchange *exchange)
{
	const char *authorization = exchange_header(exchange, "authorization");

	return authorization ? header_bearer(authorization) : NULL;
}

/* x-api-key wins, so that Authorization stays free for payment proofs. */
static const char *
presented_key(const struct exchange *exchange)
{
	const char *key = exchange_header(exchange, "x-api-key");

	return key && *key ? key : bearer_key(exchange);
}

/* Whichever was believed, somebody in between may have believed the other. */
static bool
has_two_keys(const struct exchange *exchange)
{
	const char *key = exchange_header(exchange, "x-api-key"), *bearer = bearer_key(exchange);

	return key && *key && bearer && strcmp(key, bearer) != 0;
}

bool
access_has_credential(const struct exchange *exchange)
{
	struct key_hash hash;

	return presented_key(exchange) || session_cookie_read(exchange, &hash);
}

bool
access_take_anonymous(struct exchange *exchange)
{
	exchange->principal = anonymous;
	exchange->principal.address = exchange->address;
	return access_count_anonymous(exchange);
}

bool
access_count_upload(struct exchange *exchange)
{
	struct access *access = exchange->gateway->access;
	struct window_verdict verdict = window_take(access->uploads, exchange->address_id, exchange->started_us);

	if (verdict.is_admitted)
		return true;
	answer_limited(exchange, &verdict, access->limited_uploads, "files for forms from this address");
	return false;
}

/* What hands out sessions costs a password hash, whoever asks. */
static bool
count_login(struct exchange *exchange)
{
	struct access *access = exchange->gateway->access;
	struct window_verdict verdict = window_take(access->logins, exchange->address_id, exchange->started_us);

	if (verdict.is_admitted)
		return true;
	answer_limited(exchange, &verdict, access->limited_logins, "attempts to sign in from this address");
	return false;
}

static void
admit_public(struct exchange *exchange, const struct operation *operation)
{
	if (!access_take_anonymous(exchange) || !session_cookie_check_public(exchange, operation))
		return;
	if (session_cookie_is_made_by(operation))
		(void)count_login(exchange);
}

/* What a request is verified by: a key wins over a cookie, for it was put there on purpose. */
static bool
find_credential(struct exchange *exchange, struct key_hash *ret_hash)
{
	const char *key = presented_key(exchange);

	if (has_two_keys(exchange)) {
		if (access_count_anonymous(exchange))
			ANSWER_FAIL(exchange, VALIDATION_ERROR, "the request carries two different API keys, one as x-api-key and one as Authorization: Bearer; send one");
		return false;
	}
	if (!key && session_cookie_read(exchange, ret_hash))
		return session_cookie_check(exchange);
	if (!key) {
		if (access_count_anonymous(exchange))
			ANSWER_FAIL(exchange, AUTH_MISSING_API_KEY, "the request carries no API key");
		return false;
	}
	*ret_hash = credentials_hash(key);
	if (header_is_visible_ascii(key, API_KEY_MAX))
		return true;
	refuse(exchange, ret_hash, ERROR_AUTH_INVALID_API_KEY);
	return false;
}

void
access_check(struct exchange *exchange, const struct operation *operation)
{
	struct access *access = exchange->gateway->access;
	struct key_hash hash;

	if (operation->flags & OPERATION_PUBLIC) {
		admit_public(exchange, operation);
		return;
	}
	if (!find_credential(exchange, &hash))
		return;
	struct credential credential = credentials_lookup(exchange->gateway->credentials, &hash, exchange->arena);
	if (credential.state == CREDENTIAL_VERIFIED || credential.state == CREDENTIAL_REFUSED) {
		conclude(exchange, operation, &hash, &credential);
		return;
	}
	struct window_verdict failures = window_peek(access->failures, exchange->address_id, exchange->started_us);
	if (credential.state == CREDENTIAL_UNKNOWN && !failures.is_admitted
	    && !window_take(access->lookups, exchange->address_id, exchange->started_us).is_admitted) {
		answer_limited(exchange, &failures, access->limited_failures, "refused keys from this address");
		return;
	}
	ask_identity(exchange, operation, &hash);
}
