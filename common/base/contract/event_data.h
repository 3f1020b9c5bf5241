/* Data of content in what events say. */
#ifndef EVENT_DATA_H
#define EVENT_DATA_H

#include "arena.h"

/* The payload of an event of an item without the members that tell its data; the payload itself when it has none. */
const char *event_without_data(struct arena *arena, const char *payload);

#endif
