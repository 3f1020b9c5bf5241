/* What the client answered: a JSON object with an answer for each key it was asked. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "arena.h"
#include "contract/shape.h"

/* The answer to `key` as JSON text; NULL when there is none, or none that is an object. */
const char *answer_text(struct arena *arena, struct doc answers, const char *key);

/* Text at answers[key][outer][inner], or NULL. */
const char *answer_member(struct arena *arena, struct doc answers, const char *key, const char *outer, const char *inner);

#endif
