/* What an examination found, and what to do about it. */
#ifndef FINDING_H
#define FINDING_H

#include "arena.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL };
enum { FINDINGS_MAX = 512 };

struct finding {
	const char *area;    /* "database" */
	enum verdict verdict;
	const char *message; /* one sentence without a period */
	const char *remedy;  /* NULL when all is well */
};

struct findings {
	struct arena *arena;
	struct finding list[FINDINGS_MAX]; /* what does not fit is counted all the same */
	size_t n;
	size_t n_of[3]; /* by verdict */
};

void finding_add(struct findings *findings, const char *area, enum verdict verdict, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* For people, or as JSON. */
void findings_print(const struct findings *findings);
void findings_print_json(const struct findings *findings);

#endif
