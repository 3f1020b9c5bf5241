/* Bech32 without its limit of 90 characters, as invoices use it. */
#ifndef BECH32_H
#define BECH32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum { BECH32_TEXT_BYTES_MAX = 4096, BECH32_CHECKSUM_WORDS = 6 };

/* Words are values of five bits, without the checksum.  False with what is wrong as one clause.  Source: BIP 173. */
bool bech32_decode(struct arena *arena, const char *text, const char **ret_prefix, uint8_t **ret_words, size_t *ret_n, const char **ret_problem);

/* prefix is lower case. */
char *bech32_encode(struct arena *arena, const char *prefix, const uint8_t *words, size_t n);

/* The number of a character of the alphabet: the name of a field.  -1: there is none. */
int bech32_word(char letter);

#endif
