/* What was probably meant. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include "arena.h"

/* Keeps the nearest of the candidates it is shown. */
struct suggestion {
	const char *typed;
	const char *nearest; /* NULL: none is near enough */
	size_t distance;
};

/* Letters to insert, remove, replace or swap; SIZE_MAX for texts too long to compare. */
size_t suggestion_distance(const char *a, const char *b);

struct suggestion suggestion_for(const char *typed);
void suggestion_offer(struct suggestion *suggestion, const char *candidate);

#endif
