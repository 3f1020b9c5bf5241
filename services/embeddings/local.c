/* Word vectors: a text's vector is the sum of its words', rare words weighing more.  vectors/build.py makes and describes the file. */
#include "local.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES_MAX = 64, HEADER_BYTES = 32, STEM_BYTES_MIN = 2, GRAM_BYTES = 4 };

/* Compiled from the root of the tree.  Read-only pages, shared by all instances and loaded when they are first touched. */
__asm__(".section .rodata\n"
	".balign 16\n"
	"wordnet_begin:\n.incbin \"services/embeddings/vectors/wordnet.bin\"\n"
	".byte 0\n.text\n");
extern const unsigned char wordnet_begin[];

/* What a word that the dictionary does not have weighs: names and terms tell texts apart. */
static const float UNKNOWN_WEIGHT = 0.5f;

struct dictionary {
	uint32_t n_words, n_keys, n_slots;
	const uint16_t *slots;        /* key number + 1, 0: empty */
	const uint32_t *key_offsets;  /* in texts */
	const uint16_t *key_words;    /* number of the key's vector */
	const uint8_t *weights;
	const int8_t *vectors;
	const char *texts;
};

/* Words that say nothing about what a text is about, sorted. */
static const char *const stop_words[] = { "a", "about", "above", "after", "again", "against", "all", "am", "an", "and", "any", "are", "as", "at",
	"be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could", "did", "do", "does", "doing", "down",
	"during", "each", "etc", "few", "for", "from", "further", "had", "has", "have", "having", "he", "her", "here", "hers", "him", "his", "how",
	"i", "if", "in", "into", "is", "it", "its", "itself", "just", "may", "me", "might", "more", "most", "must", "my", "no", "nor", "not", "of",
	"off", "on", "once", "one", "only", "or", "other", "our", "out", "over", "own", "same", "she", "should", "so", "some", "such", "than",
	"that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "through", "to", "too", "under", "until", "up", "upon",
	"used", "very", "was", "we", "were", "what", "when", "where", "whether", "which", "while", "who", "whom", "whose", "why", "will", "with",
	"without", "would", "you", "your" };

/* As in build.py: endings, and what the base form has instead. */
static const struct ending {
	const char *ending, *instead;
} endings[] = { { "ches", "ch" }, { "shes", "sh" }, { "sses", "ss" }, { "xes", "x" }, { "zes", "z" }, { "ies", "y" }, { "ied", "y" },
	{ "men", "man" }, { "es", "e" }, { "s", "" }, { "ing", "e" }, { "ing", "" }, { "ed", "e" }, { "ed", "" }, { "es", "" }, { "est", "" },
	{ "est", "e" }, { "er", "" }, { "er", "e" }, { "ly", "" } };

static struct dictionary
open_dictionary(void)
{
	const unsigned char *at = wordnet_begin;
	uint32_t header[6];

	assert(memcmp(at, "WCWV0001", 8) == 0);
	memcpy(header, at + 8, sizeof(header));
	assert(header[0] == LOCAL_DIMENSION);
	struct dictionary all = { .n_words = header[1], .n_keys = header[2], .n_slots = header[3] };
	at += HEADER_BYTES;
	all.slots = (const uint16_t *)(const void *)at;
	at += all.n_slots * sizeof(uint16_t);
	all.key_offsets = (const uint32_t *)(const void *)at;
	at += all.n_keys * sizeof(uint32_t);
	all.key_words = (const uint16_t *)(const void *)at;
	at += (all.n_keys + all.n_keys % 2) * sizeof(uint16_t);
	all.weights = at;
	at += all.n_words;
	all.vectors = (const int8_t *)at;
	at += (size_t)all.n_words * LOCAL_DIMENSION;
	all.texts = (const char *)at;
	return all;
}

/* FNV-1a */
static uint32_t
hash_of(const char *text, size_t n)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

/* The word's number, or -1. */
static int
find_key(const struct dictionary *all, const char *text, size_t n)
{
	uint32_t slot = hash_of(text, n) % all->n_slots;

	for (; all->slots[slot]; slot = (slot + 1) % all->n_slots) {
		uint32_t key = all->slots[slot] - 1u;
		const char *name = all->texts + all->key_offsets[key];
		if (strncmp(name, text, n) == 0 && name[n] == '\0')
			return all->key_words[key];
	}
	return -1;
}

static int
find_word(const struct dictionary *all, const char *text, size_t n)
{
	char base[WORD_BYTES_MAX + 4];
	int word = find_key(all, text, n);

	for (size_t i = 0; word < 0 && i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t n_ending = strlen(endings[i].ending), n_instead = strlen(endings[i].instead);
		if (n < n_ending + STEM_BYTES_MIN || memcmp(text + n - n_ending, endings[i].ending, n_ending) != 0)
			continue;
		memcpy(base, text, n - n_ending);
		memcpy(base + n - n_ending, endings[i].instead, n_instead);
		word = find_key(all, base, n - n_ending + n_instead);
	}
	return word;
}

static void
add_word(const struct dictionary *all, int word, float sum[LOCAL_DIMENSION])
{
	const int8_t *vector = all->vectors + (size_t)word * LOCAL_DIMENSION;
	int32_t square = 0;

	for (int i = 0; i < LOCAL_DIMENSION; i++)
		square += vector[i] * vector[i];
	float scale = (float)all->weights[word] / 255.0f / sqrtf((float)square);
	for (int i = 0; i < LOCAL_DIMENSION; i++)
		sum[i] += scale * (float)vector[i];
}

static uint64_t
mix(uint64_t value)
{
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

/* A word nobody knows: each run of four bytes of it points somewhere, so that spellings alike are near each other. */
static void
add_unknown(const char *text, size_t n, float sum[LOCAL_DIMENSION])
{
	char framed[WORD_BYTES_MAX + 2];
	int32_t signs[LOCAL_DIMENSION] = { 0 };
	float square = 0;

	framed[0] = '<';
	memcpy(framed + 1, text, n);
	framed[n + 1] = '>';
	size_t n_gram = n + 2 < GRAM_BYTES ? n + 2 : GRAM_BYTES;
	for (size_t at = 0; at + n_gram <= n + 2; at++) {
		uint64_t seed = hash_of(framed + at, n_gram);
		for (int i = 0; i < LOCAL_DIMENSION; i++)
			signs[i] += (mix(seed + UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(1 + i / 64)) >> i % 64 & 1) ? 1 : -1;
	}
	for (int i = 0; i < LOCAL_DIMENSION; i++)
		square += (float)(signs[i] * signs[i]);
	for (int i = 0; square > 0 && i < LOCAL_DIMENSION; i++)
		sum[i] += UNKNOWN_WEIGHT * (float)signs[i] / sqrtf(square);
}

static int
compare_stop(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

static bool
is_stop(const char *word)
{
	return bsearch(word, stop_words, sizeof(stop_words) / sizeof(stop_words[0]), sizeof(stop_words[0]), compare_stop);
}

static bool
is_word_byte(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte >= 0x80;
}

/* The next word in lower case, without a possessive 's; 0 at the end. */
static size_t
next_word(const char *text, size_t n, size_t *at, char word[WORD_BYTES_MAX + 1])
{
	size_t n_word = 0;

	while (*at < n && !is_word_byte((unsigned char)text[*at]))
		(*at)++;
	for (; *at < n && is_word_byte((unsigned char)text[*at]); (*at)++) {
		char c = text[*at];
		if (n_word < WORD_BYTES_MAX)
			word[n_word++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	if (*at + 1 < n && text[*at] == '\'' && (text[*at + 1] == 's' || text[*at + 1] == 'S'))
		*at += 2;
	word[n_word] = '\0';
	return n_word;
}

void
local_embed(const char *text, size_t n_bytes, float ret_vector[LOCAL_DIMENSION])
{
	const struct dictionary all = open_dictionary();
	char word[WORD_BYTES_MAX + 1];
	size_t at = 0, n_word;
	float square = 0;

	memset(ret_vector, 0, LOCAL_DIMENSION * sizeof(float));
	while ((n_word = next_word(text, n_bytes, &at, word)) > 0) {
		if (is_stop(word))
			continue;
		int number = find_word(&all, word, n_word);
		if (number >= 0)
			add_word(&all, number, ret_vector);
		else
			add_unknown(word, n_word, ret_vector);
	}
	for (int i = 0; i < LOCAL_DIMENSION; i++)
		square += ret_vector[i] * ret_vector[i];
	for (int i = 0; square > 0 && i < LOCAL_DIMENSION; i++)
		ret_vector[i] /= sqrtf(square);
}
