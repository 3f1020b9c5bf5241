/* Who sends a form: when they read it, what they have worked, and by what they are found again. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "rules.h"
#include "secret.h"

/* What the token says behind the form's number, NULL when it is none of this form or too old. */
static const char *
open_token(struct request *req, const struct form_row *form, const char *token)
{
	const char *text = token ? request_open(req, token) : NULL;
	const char *prefix = arena_printf(req->arena, "form:%" PRId64 ":", form->id);

	if (!text || strncmp(text, prefix, strlen(prefix)) != 0)
		return NULL;
	int64_t age_us = req->now_us - strtoll(text + strlen(prefix), NULL, 10);
	return age_us / 1000000 > START_TOKEN_SECONDS_MAX ? NULL : text + strlen(prefix);
}

int64_t
sender_seconds(struct request *req, const struct form_row *form, const char *start_token)
{
	const char *text = open_token(req, form, start_token);

	return text ? (req->now_us - strtoll(text, NULL, 10)) / 1000000 : -1;
}

/* ---- work ---- */

static int
n_zero_bits(const unsigned char digest[SHA256_BYTES])
{
	int n = 0;

	for (size_t i = 0; i < SHA256_BYTES; i++, n += 8) {
		if (digest[i] != 0)
			return n + __builtin_clz(digest[i]) - 24;
	}
	return n;
}

const struct error *
sender_work(struct request *req, const struct form_row *form, const char *start_token, const char *work, const char **ret_hash)
{
	const char *said = form->work_bits > 0 && work ? open_token(req, form, start_token) : NULL;
	unsigned char digest[SHA256_BYTES];
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);

	*ret_hash = NULL;
	if (form->work_bits == 0 || !work)
		return NULL;
	if (!said)
		return FAIL_AT(req, FORM_WORK_INVALID, "/startToken", "the start token is not of this form, or more than a day old");
	const char *text = arena_printf(req->arena, "%s:%s", start_token, work);
	sha256(digest, text, strlen(text));
	if (n_zero_bits(digest) < form->work_bits)
		return FAIL_AT(req, FORM_WORK_INVALID, "/work", "the SHA-256 of startToken, a colon and work does not begin with %" PRId64 " zero bits", form->work_bits);
	/* Of what it says, not of how it is spelt. */
	sha256_hex(hash, said, strlen(said));
	*ret_hash = hash;
	return NULL;
}

/* ---- names ---- */

const char *
sender_hash_of(struct request *req, const char *name)
{
	size_t n = strlen(name);
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);

	while (n > 0 && strchr(" \t\r\n", name[n - 1]))
		n--;
	while (n > 0 && strchr(" \t\r\n", *name)) {
		name++;
		n--;
	}
	char *text = arena_strndup(req->arena, name, n);
	for (char *c = text; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	sha256_hex(hash, text, n);
	return n > 0 ? hash : NULL;
}

const char *
sender_hash(struct request *req, const char *field, struct doc data)
{
	struct json_error wrong;
	const struct json_value *values = field ? json_parse(req->arena, data.json, data.len, NULL, &wrong) : NULL;
	const struct json_value *value = values && values->type == JSON_OBJECT ? json_get(values, field) : NULL;

	return value && value->type == JSON_TEXT ? sender_hash_of(req, value->text) : NULL;
}

const char *
sender_address_hash(struct request *req)
{
	const char *text = req->principal->address;
	unsigned char address[16], key[32], digest[SHA256_BYTES];
	char *hex = arena_alloc(req->arena, SHA256_HEX_BYTES);

	if (!text || !request_derive_key(req, 0, "form addresses", key))
		return NULL;
	size_t n = inet_pton(AF_INET, text, address) == 1 ? 4 : inet_pton(AF_INET6, text, address) == 1 ? 8 : 0;
	hmac_sha256(digest, key, sizeof(key), address, n);
	hex_encode(hex, digest, sizeof(digest));
	return n > 0 ? hex : NULL;
}
