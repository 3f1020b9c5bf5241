/* State machines as tables, stepped by one function.  A step that is not in the table is not allowed. */
#ifndef STATEM_H
#define STATEM_H

#include "buf.h"

struct statem_step {
	int from, on, to;
	const char *emits; /* event type, or NULL */
};

struct statem {
	const char *name;                 /* "review task" */
	const char *const *states;        /* names by state number; the first is where every life starts */
	const char *const *events;        /* names by event number */
	const struct statem_step *steps;
	int n_states, n_events, n_steps;
};

/* NULL when the event is not allowed in that state (or either number is none of the machine's). */
const struct statem_step *statem_step(const struct statem *machine, int from, int on);

/* Number of a name, -1 when there is none. */
int statem_state(const struct statem *machine, const char *name);
int statem_event(const struct statem *machine, const char *name);

/* True when no step leaves the state. */
bool statem_is_final(const struct statem *machine, int state);

/* Append the names of the events allowed in a state: "'approve', 'reject'", or "nothing".  For remediations. */
void statem_add_allowed(struct buf *buf, const struct statem *machine, int state);

/* For tests.  The whole table, a line for each state and event, "open approve -> approved emits x.y" or
 * "open reopen -> refused", so that a test compares every combination with its literal. */
void statem_add_matrix(struct buf *buf, const struct statem *machine);

/* For tests.  True when every number names something, no two steps share state and event, and every state is
 * reached from the first; else false with *ret_problem (in arena). */
bool statem_is_sound(struct arena *arena, const struct statem *machine, const char **ret_problem);

#endif
