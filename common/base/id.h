/* Identifiers, times and opaque tokens as text. */
#ifndef ID_H
#define ID_H

#include <stdint.h>

#include "arena.h"

enum { UUID_TEXT_BYTES = 37, TIME_TEXT_BYTES = 32 };

/* UUIDv7 from a time and ten random bytes (the caller's, so that this stays pure). */
void uuid7_format(char text[UUID_TEXT_BYTES], int64_t now_us, const unsigned char random[10]);
bool uuid_is_valid(const char *text);

/* "2026-03-01T10:00:00.000Z" */
void time_format(char text[TIME_TEXT_BYTES], int64_t time_us);

/* RFC 3339 date-time, any offset; of up to nine decimals six are kept.  False when malformed. */
bool time_parse(const char *text, size_t n_bytes, int64_t *ret_time_us);

/* base64url without padding, and hex. */
char *base64url_encode(struct arena *arena, const void *bytes, size_t n_bytes);
bool base64url_decode(struct arena *arena, const char *text, void **ret_bytes, size_t *ret_n);
/* Base64 with padding (RFC 4648, section 4). */
char *base64_encode(struct arena *arena, const void *bytes, size_t n_bytes);
bool base64_decode(struct arena *arena, const char *text, void **ret_bytes, size_t *ret_n);
void hex_encode(char *text, const void *bytes, size_t n_bytes); /* 2n + 1 bytes */

/* List cursor {createdAt, id}: base64url(JSON).  The time keeps its microseconds: cut to milliseconds it would
 * skip or repeat rows of the same millisecond. */
char *cursor_encode(struct arena *arena, int64_t created_us, int64_t id);
bool cursor_decode(struct arena *arena, const char *text, int64_t *ret_created_us, int64_t *ret_id);

/* JSON pointer step: appends "/" + escaped token. */
char *pointer_append(struct arena *arena, const char *pointer, const char *token);

#endif
