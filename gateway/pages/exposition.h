/* Prometheus text of several processes as one: families grouped, every series labelled with its process. */
#ifndef EXPOSITION_H
#define EXPOSITION_H

#include "buf.h"

enum { EXPOSITION_FAMILIES_MAX = 512 };

struct exposition;

struct exposition *exposition_new(struct arena *arena);

/* text must live as long as the exposition.  Lines that are no exposition are left out. */
void exposition_add(struct exposition *exposition, const char *process, const char *text, size_t n);

void exposition_write(struct buf *buf, const struct exposition *exposition);

#endif
