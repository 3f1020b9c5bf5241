/* Payments' rules: which status follows which, what a token says, what a provider's message means. */
#include "rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "id.h"
#include "json/json.h"

/* ---- states ---- */

const struct transition rules_payment_transitions[] = {
	{ "pending", "settle", "paid" },
	{ "pending", "expire", "expired" },
	{ "pending", "fail", "failed" },
	{ "paid", "reserve", "consuming" },
	{ "consuming", "consume", "consumed" },
	{ "consuming", "release", "paid" },
};
const size_t rules_n_payment_transitions = sizeof(rules_payment_transitions) / sizeof(rules_payment_transitions[0]);

/* exhaust is not here: it happens within the one statement that uses a read. */
const struct transition rules_entitlement_transitions[] = {
	{ "pending_payment", "activate", "active" },
	{ "pending_payment", "expire", "expired" },
	{ "active", "expire", "expired" },
	{ "active", "revoke", "revoked" },
};
const size_t rules_n_entitlement_transitions = sizeof(rules_entitlement_transitions) / sizeof(rules_entitlement_transitions[0]);

static const char *
next_of(const struct transition *transitions, size_t n, const char *from, const char *on)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(transitions[i].from, from) == 0 && strcmp(transitions[i].on, on) == 0)
			return transitions[i].to;
	}
	return NULL;
}

const char *
rules_payment_next(const char *from, const char *on)
{
	return next_of(rules_payment_transitions, rules_n_payment_transitions, from, on);
}

const char *
rules_entitlement_next(const char *from, const char *on)
{
	return next_of(rules_entitlement_transitions, rules_n_entitlement_transitions, from, on);
}

/* ---- tokens ---- */

void
rules_caveats_make(struct arena *arena, const struct token_terms *terms, int64_t expires_us, const char *ret_caveats[TOKEN_CAVEATS])
{
	ret_caveats[0] = arena_printf(arena, "hash = %s", terms->payment_hash);
	ret_caveats[1] = arena_printf(arena, "method = %s", terms->method);
	ret_caveats[2] = arena_printf(arena, "path = %s", terms->path);
	ret_caveats[3] = arena_printf(arena, "domain = %" PRId64, terms->tenant);
	ret_caveats[4] = arena_printf(arena, "amount = %" PRId64, *terms->amount_sats);
	ret_caveats[5] = arena_printf(arena, "expires_at <= %" PRId64, expires_us / 1000);
}

/* Decimal digits and nothing else, within 18 of them. */
static bool
read_number(const char *text, size_t n, int64_t *ret_number)
{
	int64_t number = 0;

	if (n == 0 || n > 18)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number * 10 + (text[i] - '0');
	}
	*ret_number = number;
	return true;
}

static bool
is_text(const char *value, size_t n, const char *wanted)
{
	return strlen(wanted) == n && memcmp(value, wanted, n) == 0;
}

bool
rules_caveat_holds(const char *caveat, size_t n, const struct token_terms *terms)
{
	static const char *const names[] = { "hash = ", "method = ", "path = ", "domain = ", "amount = ", "expires_at <= " };
	size_t which = 0, n_name = 0;
	int64_t number = 0;

	for (; which < sizeof(names) / sizeof(names[0]); which++) {
		n_name = strlen(names[which]);
		if (n >= n_name && memcmp(caveat, names[which], n_name) == 0)
			break;
	}
	const char *value = caveat + n_name;
	size_t n_value = n - n_name;
	switch (which) {
	case 0:
		return is_text(value, n_value, terms->payment_hash);
	case 1:
		return is_text(value, n_value, terms->method);
	case 2:
		return is_text(value, n_value, terms->path);
	case 3:
		return read_number(value, n_value, &number) && number == terms->tenant;
	case 4:
		return read_number(value, n_value, &number) && (!terms->amount_sats || number == *terms->amount_sats);
	case 5:
		return read_number(value, n_value, &number) && terms->now_us / 1000 <= number;
	default:
		return false;
	}
}

/* ---- providers ---- */

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
rules_signature_read(const char *header, int64_t *ret_time_s, unsigned char ret_digest[32])
{
	size_t n_time = strcspn(header, ",");

	if (strncmp(header, "t=", 2) != 0 || n_time < 3 || strncmp(header + n_time, ",v1=", 4) != 0 || strlen(header + n_time + 4) != 64)
		return false;
	const char *hex = header + n_time + 4;
	for (size_t i = 0; i < 32; i++) {
		int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret_digest[i] = (unsigned char)(high << 4 | low);
	}
	return read_number(header + 2, n_time - 2, ret_time_s);
}

const char *
rules_secret_of(struct arena *arena, const char *secrets, const char *provider)
{
	size_t n_name = strlen(provider);

	for (const char *at = secrets; *at;) {
		size_t n = strcspn(at, ",");
		if (n > n_name + 1 && strncmp(at, provider, n_name) == 0 && at[n_name] == ':')
			return arena_strndup(arena, at + n_name + 1, n - n_name - 1);
		at += n + (at[n] == ',');
	}
	return NULL;
}

static const struct json_value *
member(const struct json_value *object, const char *const *names)
{
	for (; *names; names++) {
		const struct json_value *value = json_get(object, *names);
		if (value && value->type != JSON_NULL)
			return value;
	}
	return NULL;
}

static const char *
member_text(struct arena *arena, const struct json_value *object, const char *const *names)
{
	const struct json_value *value = member(object, names);

	if (value && value->type == JSON_INT)
		return arena_printf(arena, "%" PRId64, value->integer);
	return value && value->type == JSON_TEXT && value->n > 0 ? value->text : NULL;
}

static bool
is_true(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_BOOL && value->boolean;
}

static enum reported
status_of(struct arena *arena, const struct json_value *object)
{
	static const struct {
		const char *word;
		enum reported status;
	} words[] = { { "paid", REPORTED_PAID }, { "settled", REPORTED_PAID }, { "complete", REPORTED_PAID }, { "completed", REPORTED_PAID },
		{ "success", REPORTED_PAID }, { "pending", REPORTED_PENDING }, { "expired", REPORTED_EXPIRED }, { "failed", REPORTED_FAILED },
		{ "error", REPORTED_FAILED } };
	const char *word = member_text(arena, object, (const char *const[]){ "status", "state", NULL });

	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word) == 0)
			return words[i].status;
	}
	if (word)
		return REPORTED_NOTHING;
	return is_true(object, "paid") ? REPORTED_PAID : is_true(object, "expired") ? REPORTED_EXPIRED
	    : is_true(object, "failed") ? REPORTED_FAILED : is_true(object, "pending") ? REPORTED_PENDING : REPORTED_NOTHING;
}

/* Seconds or milliseconds since 1970, or ISO-8601; 0 when it is neither. */
static int64_t
time_of(const struct json_value *value)
{
	static const int64_t seconds_max = INT64_C(9999999999), ms_max = INT64_C(9999999999999);
	int64_t us = 0;

	if (value && value->type == JSON_INT && value->integer > 0 && value->integer <= ms_max)
		return value->integer <= seconds_max ? value->integer * 1000000 : value->integer * 1000;
	return value && value->type == JSON_TEXT && time_parse(value->text, value->n, &us) ? us : 0;
}

bool
rules_report_read(struct arena *arena, const char *json, size_t n, struct report *ret_report)
{
	struct json_error wrong;
	const struct json_value *object = json_parse(arena, json, n, NULL, &wrong);

	if (!object || object->type != JSON_OBJECT)
		return false;
	const struct json_value *amount = member(object, (const char *const[]){ "amountSatoshis", "amount_satoshis", "amountSats", NULL });
	*ret_report = (struct report){
		.event_id = member_text(arena, object, (const char *const[]){ "eventId", "event_id", "id", NULL }),
		.payment_hash = member_text(arena, object, (const char *const[]){ "paymentHash", "payment_hash", "hash", "checking_id", "checkingId", NULL }),
		.provider_invoice_id = member_text(arena, object, (const char *const[]){ "providerInvoiceId", "provider_invoice_id", "checking_id", NULL }),
		.reason = member_text(arena, object, (const char *const[]){ "failureReason", "failure_reason", "reason", "error", NULL }),
		.status = status_of(arena, object),
		.settled_us = time_of(member(object, (const char *const[]){ "settledAt", "settled_at", "paid_at", NULL })),
		.amount_sats = amount && amount->type == JSON_INT ? amount->integer : 0,
	};
	return ret_report->event_id && ret_report->payment_hash && ret_report->status != REPORTED_NOTHING;
}
