/* How the requests of one operation or page ended: counters by status and a latency histogram. */
#ifndef OUTCOMES_H
#define OUTCOMES_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"

struct outcomes;

/* Lives in the arena, its series as long as the process. */
struct outcomes *outcomes_new(struct arena *arena, const char *operation);

void outcomes_count(struct outcomes *outcomes, int status, int64_t duration_us);

#endif
