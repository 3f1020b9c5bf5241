/* UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, nothing beyond U+10FFFF. */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed sequence at `bytes`, 0 when there is none within n_bytes. */
size_t utf8_sequence(const char *bytes, size_t n_bytes);

/* All of it is well-formed. */
bool utf8_is_valid(const char *text, size_t n_bytes);

/* Characters in well-formed text. */
size_t utf8_count(const char *text, size_t n_bytes);

/* The longest beginning of valid text that has at most n_max bytes and ends with a whole character. */
size_t utf8_cut(const char *text, size_t n_max);

/* Write a code point (not a surrogate) and return its bytes, 1..4. */
size_t utf8_write(char *ret_bytes, uint32_t code_point);

/* Code point of the well-formed sequence at `bytes`; *ret_n receives its length. */
uint32_t utf8_read(const char *bytes, size_t *ret_n);

#endif
