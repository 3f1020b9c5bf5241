/* Stepping and checking state machines. */
#include "statem.h"

#include <string.h>

static bool
is_between(int number, int n)
{
	return number >= 0 && number < n;
}

const struct statem_step *
statem_step(const struct statem *machine, int from, int on)
{
	for (int i = 0; i < machine->n_steps; i++) {
		const struct statem_step *step = &machine->steps[i];
		if (step->from == from && step->on == on)
			return step;
	}
	return NULL;
}

static int
number_of(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

int
statem_state(const struct statem *machine, const char *name)
{
	return number_of(machine->states, machine->n_states, name);
}

int
statem_event(const struct statem *machine, const char *name)
{
	return number_of(machine->events, machine->n_events, name);
}

bool
statem_is_final(const struct statem *machine, int state)
{
	for (int i = 0; i < machine->n_steps; i++) {
		if (machine->steps[i].from == state)
			return false;
	}
	return true;
}

void
statem_add_allowed(struct buf *buf, const struct statem *machine, int state)
{
	bool is_first = true;

	for (int on = 0; on < machine->n_events; on++) {
		if (!statem_step(machine, state, on))
			continue;
		if (!is_first)
			buf_add_text(buf, ", ");
		is_first = false;
		buf_add_char(buf, '\'');
		buf_add_text(buf, machine->events[on]);
		buf_add_char(buf, '\'');
	}
	if (is_first)
		buf_add_text(buf, "nothing");
}

void
statem_add_matrix(struct buf *buf, const struct statem *machine)
{
	for (int i = 0; i < machine->n_states * machine->n_events; i++) {
		int from = i / machine->n_events;
		int on = i % machine->n_events;
		const struct statem_step *step = statem_step(machine, from, on);
		buf_printf(buf, "%s %s -> %s", machine->states[from], machine->events[on],
		    step ? machine->states[step->to] : "refused");
		if (step && step->emits)
			buf_printf(buf, " emits %s", step->emits);
		buf_add_char(buf, '\n');
	}
}

static bool
check_steps(struct arena *arena, const struct statem *machine, const char **ret_problem)
{
	for (int i = 0; i < machine->n_steps; i++) {
		const struct statem_step *step = &machine->steps[i];
		if (!is_between(step->from, machine->n_states) || !is_between(step->to, machine->n_states) ||
		    !is_between(step->on, machine->n_events)) {
			*ret_problem = arena_printf(arena, "%s: step %d names no state or event", machine->name, i);
			return false;
		}
		if (statem_step(machine, step->from, step->on) != step) {
			*ret_problem = arena_printf(arena, "%s: two steps for '%s' on '%s'", machine->name,
			    machine->states[step->from], machine->events[step->on]);
			return false;
		}
	}
	return true;
}

bool
statem_is_sound(struct arena *arena, const struct statem *machine, const char **ret_problem)
{
	if (!check_steps(arena, machine, ret_problem))
		return false;
	bool *is_reached = ARENA_ARRAY(arena, bool, machine->n_states);
	is_reached[0] = true;
	/* Each round reaches one more state at least, or none ever will. */
	for (int round = 0; round < machine->n_states; round++) {
		for (int i = 0; i < machine->n_steps; i++)
			is_reached[machine->steps[i].to] |= is_reached[machine->steps[i].from];
	}
	for (int state = 0; state < machine->n_states; state++) {
		if (is_reached[state])
			continue;
		*ret_problem = arena_printf(arena, "%s: state '%s' is never reached", machine->name,
		    machine->states[state]);
		return false;
	}
	return true;
}
