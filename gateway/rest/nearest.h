/* The route that was probably meant. */
#ifndef NEAREST_H
#define NEAREST_H

#include "arena.h"

/* "/api/content-items/{id}" for "/api/content-item/1"; NULL when none is near. */
const char *nearest_route(struct arena *arena, const char *path);

#endif
