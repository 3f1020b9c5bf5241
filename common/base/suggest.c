/* Nearness is the number of letters to insert, remove, replace or swap (optimal string alignment). */
#include "suggest.h"

#include <stdint.h>
#include <string.h>

enum { LETTERS_MAX = 64 };

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;
	return least < c ? least : c;
}

size_t
suggestion_distance(const char *a, const char *b)
{
	size_t n_a = strlen(a), n_b = strlen(b);
	size_t rows[3][LETTERS_MAX + 1];

	if (n_a > LETTERS_MAX || n_b > LETTERS_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *before = rows[(i - 1) % 3], *row = rows[i % 3], *two_before = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			row[j] = least(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
			bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
			if (is_swap && two_before[j - 2] + 1 < row[j])
				row[j] = two_before[j - 2] + 1;
		}
	}
	return rows[n_a % 3][n_b];
}

struct suggestion
suggestion_for(const char *typed)
{
	/* A third of the letters may be wrong, at least one. */
	return (struct suggestion){ .typed = typed, .distance = strlen(typed) / 3 + 2 };
}

void
suggestion_offer(struct suggestion *suggestion, const char *candidate)
{
	size_t distance = suggestion_distance(suggestion->typed, candidate);

	if (distance < suggestion->distance) {
		suggestion->distance = distance;
		suggestion->nearest = candidate;
	}
}
