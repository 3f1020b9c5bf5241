/* Macaroons: "Macaroons: Cookies with Contextual Caveats for Decentralized Authorization in the Cloud", binary format V2 as libmacaroons
 * describes it in doc/format.txt. */
#include "macaroon.h"

#include <string.h>

#include "id.h"
#include "secret.h"
#include "utf8.h"

enum { FORMAT_VERSION = 2, PACKET_BYTES_MAX = 4096 };
enum packet { PACKET_END = 0, PACKET_LOCATION = 1, PACKET_IDENTIFIER = 2, PACKET_VERIFICATION = 4, PACKET_SIGNATURE = 6 };

/* ---- signatures ---- */

/* Source: libmacaroons, macaroons.c: the root key is never used as it is. */
static void
first_signature(unsigned char signature[MACAROON_SIGNATURE_BYTES], const struct macaroon_bytes *identifier, const void *root_key, size_t n_key)
{
	static const char generator[] = "macaroons-key-generator";
	unsigned char key[SHA256_BYTES];

	hmac_sha256(key, generator, strlen(generator), root_key, n_key);
	hmac_sha256(signature, key, sizeof(key), identifier->bytes, identifier->n);
}

static void
next_signature(unsigned char signature[MACAROON_SIGNATURE_BYTES], const struct macaroon_bytes *caveat)
{
	unsigned char next[MACAROON_SIGNATURE_BYTES];

	hmac_sha256(next, signature, MACAROON_SIGNATURE_BYTES, caveat->bytes, caveat->n);
	memcpy(signature, next, sizeof(next));
}

void
macaroon_begin(struct macaroon *ret_macaroon, const char *location, const void *identifier, size_t n_identifier, const void *root_key, size_t n_key)
{
	*ret_macaroon = (struct macaroon){ .location = location, .identifier = { identifier, n_identifier } };
	first_signature(ret_macaroon->signature, &ret_macaroon->identifier, root_key, n_key);
}

bool
macaroon_restrict(struct macaroon *macaroon, const char *caveat)
{
	if (macaroon->n_caveats == MACAROON_CAVEATS_MAX)
		return false;
	macaroon->caveats[macaroon->n_caveats] = (struct macaroon_bytes){ (const unsigned char *)caveat, strlen(caveat) };
	next_signature(macaroon->signature, &macaroon->caveats[macaroon->n_caveats++]);
	return true;
}

bool
macaroon_is_signed(const struct macaroon *macaroon, const void *root_key, size_t n_key)
{
	unsigned char signature[MACAROON_SIGNATURE_BYTES];

	first_signature(signature, &macaroon->identifier, root_key, n_key);
	for (size_t i = 0; i < macaroon->n_caveats; i++)
		next_signature(signature, &macaroon->caveats[i]);
	return secret_equal(signature, macaroon->signature, sizeof(signature));
}

/* ---- writing ---- */

static void
add_packet(struct buf *buf, enum packet type, const void *bytes, size_t n)
{
	buf_add_char(buf, (char)type);
	for (size_t left = n; ; left >>= 7) {
		buf_add_char(buf, (char)(left > 127 ? (left & 127) | 128 : left));
		if (left <= 127)
			break;
	}
	buf_add(buf, bytes, n);
}

char *
macaroon_write(struct arena *arena, const struct macaroon *macaroon)
{
	struct buf buf;

	buf_init(&buf, arena, 512);
	buf_add_char(&buf, FORMAT_VERSION);
	if (macaroon->location)
		add_packet(&buf, PACKET_LOCATION, macaroon->location, strlen(macaroon->location));
	add_packet(&buf, PACKET_IDENTIFIER, macaroon->identifier.bytes, macaroon->identifier.n);
	buf_add_char(&buf, PACKET_END);
	for (size_t i = 0; i < macaroon->n_caveats; i++) {
		add_packet(&buf, PACKET_IDENTIFIER, macaroon->caveats[i].bytes, macaroon->caveats[i].n);
		buf_add_char(&buf, PACKET_END);
	}
	buf_add_char(&buf, PACKET_END);
	add_packet(&buf, PACKET_SIGNATURE, macaroon->signature, sizeof(macaroon->signature));
	return base64url_encode(arena, buf.bytes, buf.len);
}

/* ---- reading ---- */

struct reader {
	const unsigned char *at, *end;
};

static bool
read_size(struct reader *reader, size_t *ret_n)
{
	size_t n = 0;

	for (unsigned shift = 0; shift < 21 && reader->at < reader->end; shift += 7) {
		unsigned char byte = *reader->at++;
		n |= (size_t)(byte & 127) << shift;
		if (!(byte & 128)) {
			*ret_n = n;
			return n <= PACKET_BYTES_MAX;
		}
	}
	return false;
}

/* The packet when it is the next one; an end has no size and no bytes. */
static bool
read_packet(struct reader *reader, enum packet type, struct macaroon_bytes *ret_bytes)
{
	size_t n;

	if (reader->at == reader->end || *reader->at != type)
		return false;
	reader->at++;
	if (type == PACKET_END)
		return true;
	if (!read_size(reader, &n) || n > (size_t)(reader->end - reader->at))
		return false;
	*ret_bytes = (struct macaroon_bytes){ reader->at, n };
	reader->at += n;
	return true;
}

static bool
read_caveats(struct reader *reader, struct macaroon *macaroon)
{
	struct macaroon_bytes ignored;

	while (!read_packet(reader, PACKET_END, &ignored)) {
		if (macaroon->n_caveats == MACAROON_CAVEATS_MAX)
			return false;
		(void)read_packet(reader, PACKET_LOCATION, &ignored); /* a hint, not signed */
		if (!read_packet(reader, PACKET_IDENTIFIER, &macaroon->caveats[macaroon->n_caveats]) || !read_packet(reader, PACKET_END, &ignored))
			return false;
		macaroon->n_caveats++;
	}
	return true;
}

static bool
read_all(struct arena *arena, struct reader *reader, struct macaroon *macaroon)
{
	struct macaroon_bytes location = { NULL, 0 }, signature, ignored;

	if (reader->at == reader->end || *reader->at++ != FORMAT_VERSION)
		return false;
	(void)read_packet(reader, PACKET_LOCATION, &location); /* may be left out */
	if (location.bytes && (!utf8_is_valid((const char *)location.bytes, location.n) || memchr(location.bytes, '\0', location.n)))
		return false;
	if (!read_packet(reader, PACKET_IDENTIFIER, &macaroon->identifier) || !read_packet(reader, PACKET_END, &ignored) ||
	    !read_caveats(reader, macaroon) || !read_packet(reader, PACKET_SIGNATURE, &signature))
		return false;
	if (signature.n != MACAROON_SIGNATURE_BYTES || reader->at != reader->end)
		return false;
	memcpy(macaroon->signature, signature.bytes, signature.n);
	macaroon->location = location.bytes ? arena_strndup(arena, (const char *)location.bytes, location.n) : NULL;
	return true;
}

bool
macaroon_read(struct arena *arena, const char *text, struct macaroon *ret_macaroon)
{
	struct macaroon macaroon = { .n_caveats = 0 };
	size_t n = strnlen(text, MACAROON_TEXT_BYTES_MAX + 1), n_bytes;
	void *bytes;

	if (n > MACAROON_TEXT_BYTES_MAX)
		return false;
	while (n > 0 && text[n - 1] == '=')
		n--;
	char *copy = arena_strndup(arena, text, n);
	for (size_t i = 0; i < n; i++)
		copy[i] = copy[i] == '+' ? '-' : copy[i] == '/' ? '_' : copy[i];
	if (!base64url_decode(arena, copy, &bytes, &n_bytes))
		return false;
	struct reader reader = { bytes, (const unsigned char *)bytes + n_bytes };
	if (!read_all(arena, &reader, &macaroon))
		return false;
	*ret_macaroon = macaroon;
	return true;
}
