/* The child's standard input and output are one socket pair: unlike a pipe it can be written to without SIGPIPE. */
#include "cli/mcp/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "cli/mcp/bridge.h"

#define PROGRAM "/proc/self/exe"
#define NAME "'wordclaw mcp serve'"
enum { PIECE_BYTES = 64 * 1024, END_MS = 2000, US_PER_MS = 1000 };

struct mcp_child {
	pid_t pid;          /* 0: it has been reaped */
	int wait_status;    /* then: as waitpid tells it */
	int channel;        /* our end, or -1 */
	int interruptions;  /* readable when one is held back, or -1 */
	sigset_t mask;      /* before */
	struct arena *arena;
	struct buf input;   /* bytes of a line that is not whole yet */
};

struct exchange {
	struct mcp_child *child;
	struct arena *arena;
	const struct mcp_message *message;
	const struct mcp_receiver *receiver;
	struct mcp_reply *reply;
	int64_t deadline_us; /* monotonic */
	bool is_enough;      /* the receiver wants no more */
};

/* ---- starting ---- */

/* Whoever started us may want some of them ignored: those stay so. */
static sigset_t
interruption_set(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction now;
	sigset_t set;

	(void)sigemptyset(&set); /* these fail only for numbers that are no signals */
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			(void)sigaddset(&set, numbers[i]);
	return set;
}

static void
hold_interruptions(struct mcp_child *child)
{
	sigset_t set = interruption_set();

	/* Were it ignored, as whoever started us may have it, there would be nothing to reap and the id could be another's. */
	(void)signal(SIGCHLD, SIG_DFL);
	(void)pthread_sigmask(SIG_BLOCK, &set, &child->mask);
	child->interruptions = signalfd(-1, &set, SFD_CLOEXEC); /* -1: then they wait for the deadline */
}

/* In a group of its own, so that Ctrl-C comes to us and we end it.  0 or an error number. */
static int
spawn(struct mcp_child *child, int channel, char *const *environment)
{
	static char *const argv[] = { "wordclaw", "mcp", "serve", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;

	(void)posix_spawn_file_actions_init(&actions); /* these fail only without memory or for bad numbers */
	(void)posix_spawn_file_actions_adddup2(&actions, channel, STDIN_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, channel, STDOUT_FILENO);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	(void)posix_spawnattr_setsigmask(&attributes, &child->mask);
	(void)posix_spawnattr_setpgroup(&attributes, 0);
	int problem = posix_spawn(&child->pid, PROGRAM, &actions, &attributes, argv, environment);
	if (problem)
		child->pid = 0;
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return problem;
}

struct mcp_child *
mcp_child_start(struct arena *arena, const struct preferences *preferences, const char **ret_problem)
{
	struct mcp_child *child = ARENA_NEW(arena, struct mcp_child);
	int ends[2] = { -1, -1 }, problem = 0;

	child->arena = arena_new(MCP_ARENA_BYTES);
	buf_init(&child->input, child->arena, PIECE_BYTES);
	hold_interruptions(child);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		problem = errno;
	child->channel = ends[0];
	if (!problem)
		problem = spawn(child, ends[1], preferences_environment(arena, preferences));
	if (ends[1] >= 0)
		(void)close(ends[1]);
	if (!problem)
		return child;
	mcp_child_end(child);
	*ret_problem = arena_printf(arena, NAME " cannot be started: %s", strerror(problem));
	return NULL;
}

/* ---- ending ---- */

static void
reap(struct mcp_child *child)
{
	if (child->pid == 0)
		return;
	(void)kill(child->pid, SIGKILL); /* it is ours until it is reaped; one that has ended keeps its status */
	while (waitpid(child->pid, &child->wait_status, 0) < 0 && errno == EINTR)
		continue;
	child->pid = 0;
}

static const char *
end_text(struct arena *arena, int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return arena_printf(arena, NAME " was ended by signal %d (%s)", WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
	return arena_printf(arena, NAME " ended with status %d", WEXITSTATUS(wait_status));
}

/* Until the channel is ready for events (POLLIN, POLLOUT). */
static enum http_client_result
wait_for(struct mcp_child *child, short events, int64_t deadline_us)
{
	struct pollfd fds[] = { { .fd = child->channel, .events = events }, { .fd = child->interruptions, .events = POLLIN } };
	int64_t left_us = deadline_us - clock_monotonic_us();

	if (left_us <= 0)
		return HTTP_CLIENT_LATE;
	int n = poll(fds, 2, (int)(left_us / US_PER_MS) + 1);
	if (n < 0 && errno != EINTR)
		return HTTP_CLIENT_UNREACHABLE;
	return n > 0 && fds[1].revents ? HTTP_CLIENT_STOPPED : HTTP_CLIENT_ANSWERED;
}

/* The end of its input ends it; what it still says is of no use. */
static void
await_end(struct mcp_child *child)
{
	int64_t deadline_us = clock_monotonic_us() + (int64_t)END_MS * US_PER_MS;
	char piece[PIECE_BYTES];

	if (shutdown(child->channel, SHUT_WR) != 0)
		return;
	while (wait_for(child, POLLIN, deadline_us) == HTTP_CLIENT_ANSWERED) {
		ssize_t n = recv(child->channel, piece, sizeof(piece), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return;
	}
}

void
mcp_child_end(struct mcp_child *child)
{
	if (child->pid != 0)
		await_end(child);
	reap(child);
	if (child->channel >= 0)
		(void)close(child->channel);
	if (child->interruptions >= 0)
		(void)close(child->interruptions);
	arena_free(child->arena);
	(void)pthread_sigmask(SIG_SETMASK, &child->mask, NULL);
}

/* ---- messages ---- */

static enum http_client_result
send_all(struct mcp_child *child, const char *bytes, size_t n_bytes, int64_t deadline_us)
{
	enum http_client_result result = HTTP_CLIENT_ANSWERED;

	for (size_t at = 0; at < n_bytes && result == HTTP_CLIENT_ANSWERED;) {
		ssize_t n = send(child->channel, bytes + at, n_bytes - at, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n >= 0)
			at += (size_t)n;
		else if (errno == EAGAIN || errno == EINTR)
			result = wait_for(child, POLLOUT, deadline_us);
		else
			result = HTTP_CLIENT_UNREACHABLE;
	}
	return result;
}

/* Whole lines of what has come, the last of which ends at n_whole. */
static void
take_lines(struct exchange *exchange, size_t n_whole)
{
	struct buf *input = &exchange->child->input;
	const struct mcp_receiver *receiver = exchange->receiver;

	for (size_t at = 0; at < n_whole && !exchange->is_enough && !exchange->reply->is_answered;) {
		const char *line = input->bytes + at;
		size_t n_line = (size_t)((const char *)memchr(line, '\n', n_whole - at) - line);
		exchange->reply->is_answered = mcp_answers(exchange->arena, line, n_line, exchange->message->id);
		exchange->is_enough = !receiver->on_message(receiver->context, line, n_line);
		at += n_line + 1;
	}
	memmove(input->bytes, input->bytes + n_whole, input->len + 1 - n_whole);
	input->len -= n_whole;
}

static enum http_client_result
receive_some(struct exchange *exchange)
{
	struct mcp_child *child = exchange->child;
	struct buf *input = &child->input;
	enum http_client_result result = wait_for(child, POLLIN, exchange->deadline_us);
	char piece[PIECE_BYTES];

	if (result != HTTP_CLIENT_ANSWERED)
		return result;
	if (input->len > MCP_MESSAGE_BYTES_MAX)
		return HTTP_CLIENT_TOO_LARGE;
	ssize_t n = recv(child->channel, piece, sizeof(piece), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return HTTP_CLIENT_ANSWERED;
	if (n <= 0)
		return HTTP_CLIENT_UNREACHABLE;
	const char *last = memrchr(piece, '\n', (size_t)n);
	size_t n_whole = last ? input->len + (size_t)(last - piece) + 1 : 0;
	buf_add(input, piece, (size_t)n);
	take_lines(exchange, n_whole);
	return exchange->is_enough ? HTTP_CLIENT_STOPPED : HTTP_CLIENT_ANSWERED;
}

static const char *
problem_text(struct exchange *exchange, enum http_client_result result)
{
	switch (result) {
	case HTTP_CLIENT_ANSWERED:
		return NULL;
	case HTTP_CLIENT_BAD_REQUEST:
	case HTTP_CLIENT_ADDRESS_REFUSED:
	case HTTP_CLIENT_UNREACHABLE:
		return end_text(exchange->arena, exchange->child->wait_status);
	case HTTP_CLIENT_LATE:
		return NAME " did not answer in time";
	case HTTP_CLIENT_TOO_LARGE:
		return "a message of the answer is too long";
	case HTTP_CLIENT_STOPPED:
		break;
	}
	return "interrupted";
}

void
mcp_child_post(struct mcp_child *child, struct arena *arena, const struct mcp_message *message, int64_t timeout_ms,
    const struct mcp_receiver *receiver, struct mcp_reply *ret_reply)
{
	struct exchange exchange = { .child = child, .arena = arena, .message = message, .receiver = receiver, .reply = ret_reply,
		.deadline_us = clock_monotonic_us() + timeout_ms * US_PER_MS };
	const char *line = arena_printf(arena, "%s\n", message->text);

	*ret_reply = (struct mcp_reply){ .body = "" };
	ret_reply->result = send_all(child, line, message->n_text + 1, exchange.deadline_us);
	while (ret_reply->result == HTTP_CLIENT_ANSWERED && !ret_reply->is_answered)
		ret_reply->result = receive_some(&exchange);
	if (ret_reply->result != HTTP_CLIENT_ANSWERED)
		reap(child);
	ret_reply->problem = problem_text(&exchange, ret_reply->result);
}
