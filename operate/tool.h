/* Other programs, run and waited for: PostgreSQL's tools and our own. */
#ifndef TOOL_H
#define TOOL_H

#include <stdint.h>

#include "arena.h"

enum { TOOL_ENVIRONMENT_MAX = 48, TOOL_SECONDS_MAX = 24 * 3600 };

struct tool {
	const char *const *argv;              /* NULL-terminated; argv[0] is a path, or a name that PATH leads to */
	const char *const *environment;       /* "NAME=value", NULL-terminated, besides what we were started with; or NULL */
	const char *home;                     /* started as root: run as whoever owns this directory; or NULL */
	int64_t seconds_max;                  /* 0: TOOL_SECONDS_MAX */
};

struct tool_end {
	int status;         /* exit status; -1: it could not be started, was killed or took too long */
	const char *output; /* the end of what it said on both streams */
};

/* Wait for it, keeping the end of what it says. */
struct tool_end tool_run(struct arena *arena, const struct tool *tool);

/* The program beside this one: /opt/wordclaw/bin/wordclaw-audit. */
const char *tool_ours(struct arena *arena, const char *name);

/* Variables with which libpq's programs reach what the URI names: no password stands in a command line.  NULL with *ret_problem. */
const char *const *tool_database(struct arena *arena, const char *url, const char **ret_problem);

#endif
