/* Other programs, run and waited for. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <libpq-fe.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"

enum { OUTPUT_BYTES_MAX = 64 * 1024, PIECE_BYTES = 8192, EXEC_FAILED = 127 };

const char *
tool_ours(struct arena *arena, const char *name)
{
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (n < 0)
		return name;
	program[n] = '\0';
	return arena_printf(arena, "%s/%s", dirname(program), name);
}

const char *const *
tool_database(struct arena *arena, const char *url, const char **ret_problem)
{
	char *why = NULL;
	PQconninfoOption *options = PQconninfoParse(url, &why);
	const char **list = ARENA_ARRAY(arena, const char *, TOOL_ENVIRONMENT_MAX + 1);
	size_t n = 0;

	if (!options) {
		*ret_problem = arena_strdup(arena, why ? why : "out of memory");
		PQfreemem(why);
		return NULL;
	}
	for (const PQconninfoOption *option = options; option->keyword; option++) {
		if (option->val && option->envvar && n < TOOL_ENVIRONMENT_MAX)
			list[n++] = arena_printf(arena, "%s=%s", option->envvar, option->val);
	}
	PQconninfoFree(options);
	return list;
}

/* ---- the child's side ---- */

/* Files of the home belong to its owner, whoever restores. */
static bool
become_owner(const char *home)
{
	struct stat place;

	if (!home || geteuid() != 0)
		return true;
	if (stat(home, &place) != 0)
		return false;
	return setgid(place.st_gid) == 0 && setuid(place.st_uid) == 0;
}

static _Noreturn void
become_tool(const struct tool *tool, int output)
{
	for (size_t i = 0; tool->environment && tool->environment[i]; i++)
		if (putenv((char *)tool->environment[i]) != 0)
			_exit(EXEC_FAILED);
	if (dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0 && become_owner(tool->home)) {
		execvp(tool->argv[0], (char *const *)tool->argv);
		(void)fprintf(stderr, "%s: %s\n", tool->argv[0], strerror(errno));
	}
	_exit(EXEC_FAILED);
}

/* ---- our side ---- */

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Everything it says; of much, the end.  False when it went on for too long. */
static bool
listen_to(int input, int64_t until_ms, char *output, size_t *ret_n)
{
	char piece[PIECE_BYTES];

	for (;;) {
		struct pollfd fd = { .fd = input, .events = POLLIN };
		int64_t left_ms = until_ms - now_ms();
		if (left_ms <= 0)
			return false;
		if (poll(&fd, 1, left_ms < INT_MAX ? (int)left_ms : INT_MAX) <= 0)
			continue;
		ssize_t n = read(input, piece, sizeof(piece));
		if (n <= 0)
			return true;
		size_t excess = *ret_n + (size_t)n > OUTPUT_BYTES_MAX ? *ret_n + (size_t)n - OUTPUT_BYTES_MAX : 0;
		memmove(output, output + excess, *ret_n - excess);
		*ret_n -= excess;
		memcpy(output + *ret_n, piece, (size_t)n);
		*ret_n += (size_t)n;
	}
}

struct tool_end
tool_run(struct arena *arena, const struct tool *tool)
{
	char *output = arena_alloc(arena, OUTPUT_BYTES_MAX + 1);
	struct tool_end end = { .status = -1, .output = output };
	size_t n_output = 0;
	int pipe_fds[2], status;

	(void)fflush(NULL);
	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		return end;
	pid_t pid = fork();
	if (pid == 0)
		become_tool(tool, pipe_fds[1]);
	(void)close(pipe_fds[1]);
	if (pid > 0) {
		if (!listen_to(pipe_fds[0], now_ms() + 1000 * (tool->seconds_max ? tool->seconds_max : TOOL_SECONDS_MAX), output, &n_output))
			(void)kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
		end.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	}
	(void)close(pipe_fds[0]);
	while (n_output > 0 && output[n_output - 1] == '\n')
		n_output--;
	output[n_output] = '\0';
	return end;
}
