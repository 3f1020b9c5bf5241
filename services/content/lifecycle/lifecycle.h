/* Items whose time is over, by their type's x-wordclaw-lifecycle. */
#ifndef LIFECYCLE_LIFECYCLE_H
#define LIFECYCLE_LIFECYCLE_H

#include "content.h"

/* A timer: archives some of them, of some types.  What is locked just now waits for the next turn. */
const struct error *lifecycle_sweep(struct request *req) MUST_CHECK;

#endif
