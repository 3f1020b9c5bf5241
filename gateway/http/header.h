/* Values of HTTP headers: pure parsers, strict and bounded. */
#ifndef HEADER_H
#define HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

enum { REQUEST_ID_MAX = 128, IDEMPOTENCY_KEY_MAX = 128, API_KEY_MAX = 512, TRACE_PARENT_BYTES = 56 };

/* What every surface says of a key that is none. */
/* A label (struct labels): letters, digits and - _ . : / up to LABEL_BYTES_MAX. */
bool header_is_label(const char *text);
#define LABEL_PROBLEM "a label has 1 to 64 letters, digits and - _ . : /, as in 'nightly-import:2026-11-30'"
#define IDEMPOTENCY_KEY_PROBLEM "the Idempotency-Key is empty, too long or has other than visible ASCII characters"

/* A caller's request id is echoed and logged, so only harmless characters, 1..REQUEST_ID_MAX. */
bool header_is_request_id(const char *text);

/* 1..n_max characters from '!' to '~'. */
bool header_is_visible_ascii(const char *text, size_t n_max);

/* W3C trace context, version 00.  False when malformed. */
bool header_is_trace_parent(const char *text);

/* The same trace continued by a span of ours; span is 8 random bytes.  parent may be NULL: trace16 begins a new one. */
void header_trace_parent_continue(char text[TRACE_PARENT_BYTES], const char *parent, const unsigned char trace[16],
    const unsigned char span[8]);

/* The credential of "Bearer <key>", or NULL for another scheme. */
const char *header_bearer(const char *authorization);

/* application/json or application/<x>+json, charset absent or utf-8. */
bool header_is_json(const char *content_type);

/* If-Match of a version token: "3" or W/"3".  False when it is anything else. */
bool header_version(const char *if_match, int64_t *ret_version);

/* If-None-Match: does the list (or *) name etag?  Weak comparison (RFC 9110, 13.1.2). */
bool header_names_etag(const char *if_none_match, const char *etag);

/* Range of bytes of something that has n_bytes: one part, or HEADER_RANGE_NONE for whatever is to be ignored (RFC 9110, 14.2): another unit,
 * several parts, no range at all. */
enum header_range { HEADER_RANGE_NONE, HEADER_RANGE_PART, HEADER_RANGE_UNSATISFIABLE };
enum header_range header_range(const char *text, int64_t n_bytes, int64_t *ret_first, int64_t *ret_n);

/* Non-negative decimal; false when malformed. */
bool header_size(const char *text, uint64_t *ret_size);

/* Two readers of a header that came twice would each believe another one. */
bool header_must_be_single(const char *name);

/* May c stand in a token of RFC 9110: a method, a header's name? */
bool header_is_name_char(char c);

/* May it stand between "http://" and the path of a URL, or is it empty?  No user, for nobody names one in a request. */
bool header_is_host(const char *text);

/* Is it a field name, a token of RFC 9110?  Two servers that read 'Content-Length : 9' differently can be made to disagree about where
 * a request ends. */
bool header_is_name(const char *name);

/* Is text one of the comma-separated list's entries (exact match)? */
bool header_list_has(const char *list, const char *text);

/* Is token one of the comma-separated list's entries, in whichever case? */
bool header_list_has_token(const char *list, const char *token);

/* Does Accept-Encoding allow the coding?  "*" says nothing of one in particular, q=0 forbids. */
bool header_accepts(const char *accept_encoding, const char *coding);

#endif
