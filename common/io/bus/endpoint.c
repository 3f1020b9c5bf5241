/* Endpoint lists as settings spell them, and the lock file that keeps an ipc path from being stolen. */
#include "bus/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
bus_problem(const char *format, ...)
{
	static _Thread_local char text[BUS_PROBLEM_MAX];
	int before = errno;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	errno = before;
	return text;
}

static bool
host_is_numeric(const char *host)
{
	uint8_t address[16];
	char bare[BUS_HOST_MAX];
	size_t n = strlen(host);

	if (inet_pton(AF_INET, host, address) == 1)
		return true;
	if (n < 2 || host[0] != '[' || host[n - 1] != ']')
		return false;
	(void)snprintf(bare, sizeof(bare), "%.*s", (int)(n - 2), host + 1);
	return inet_pton(AF_INET6, bare, address) == 1;
}

static const char *
parse_tcp(const char *rest, struct bus_endpoint *endpoint)
{
	const char *colon = strrchr(rest, ':');
	if (!colon || colon == rest)
		return bus_problem("endpoint 'tcp://%s' has no port", rest);
	if ((size_t)(colon - rest) >= sizeof(endpoint->host))
		return bus_problem("endpoint 'tcp://%s' has too long a host", rest);
	char *end;
	long port = strtol(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end || port < 1 || port > 65535)
		return bus_problem("endpoint 'tcp://%s' has no port between 1 and 65535", rest);
	memcpy(endpoint->host, rest, (size_t)(colon - rest)); /* zeroed by the caller */
	(void)snprintf(endpoint->port, sizeof(endpoint->port), "%d", (int)port);
	endpoint->is_name = !host_is_numeric(endpoint->host);
	return NULL;
}

/* "localhost" is the one name that never leaves the machine. */
static bool
is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0 || strcmp(host, "localhost") == 0;
}

bool
bus_endpoint_is_safe(const char *endpoint, const char **ret_problem)
{
	char host[BUS_ADDRESS_MAX];

	if (strncmp(endpoint, "tcp://", 6) != 0 || bus_has_key())
		return true;
	(void)snprintf(host, sizeof(host), "%s", endpoint + 6);
	char *colon = strrchr(host, ':');
	if (colon)
		*colon = '\0';
	if (is_loopback(host))
		return true;
	*ret_problem = bus_problem("endpoint '%s' leaves this machine unencrypted: set WORDCLAW_BUS_KEY_FILE to a key file that every host "
	    "of the installation has, or use ipc:// or tcp://127.0.0.1", endpoint);
	return false;
}

/* Returns the problem, or NULL. */
static const char *
parse_one(const char *text, size_t n, struct bus_endpoint *endpoint)
{
	*endpoint = (struct bus_endpoint){ 0 };
	if (n >= sizeof(endpoint->address))
		return bus_problem("endpoint '%.*s' is too long", (int)n, text);
	memcpy(endpoint->address, text, n);
	const char *address = endpoint->address;
	if (strncmp(address, "tcp://", 6) == 0)
		return parse_tcp(address + 6, endpoint);
	if (strncmp(address, "ipc://", 6) != 0 || n == 6)
		return bus_problem("endpoint '%s' is neither ipc:// nor tcp://", address);
	if (n - 6 > BUS_IPC_PATH_MAX)
		return bus_problem("endpoint '%s' has a path above %d bytes", address, BUS_IPC_PATH_MAX);
	return NULL;
}

bool
bus_endpoints_parse(const char *text, struct bus_endpoints *ret_endpoints, const char **ret_problem)
{
	struct bus_endpoints endpoints = { .n = 0 };

	while (*text) {
		text += strspn(text, " ,");
		size_t n = strcspn(text, " ,");
		if (n == 0)
			break;
		if (endpoints.n == BUS_INSTANCES_MAX) {
			*ret_problem = bus_problem("more than %d endpoints", BUS_INSTANCES_MAX);
			return false;
		}
		const char *problem = parse_one(text, n, &endpoints.items[endpoints.n++]);
		if (problem) {
			*ret_problem = problem;
			return false;
		}
		text += n;
	}
	*ret_endpoints = endpoints;
	return true;
}

bool
bus_endpoints_are_valid(const char *text, const char **ret_problem)
{
	struct bus_endpoints endpoints;

	return bus_endpoints_parse(text, &endpoints, ret_problem);
}

bool
bus_endpoints_are_safe(const char *text, const char **ret_problem)
{
	struct bus_endpoints endpoints;

	if (!bus_endpoints_parse(text, &endpoints, ret_problem))
		return false;
	for (size_t i = 0; i < endpoints.n; i++)
		if (!bus_endpoint_is_safe(endpoints.items[i].address, ret_problem))
			return false;
	return true;
}

int
bus_endpoint_lock(const char *endpoint, const char **ret_problem)
{
	char path[BUS_IPC_PATH_MAX + 8];
	struct stat status;

	errno = 0;
	if (strncmp(endpoint, "ipc://", 6) != 0 || endpoint[6] == '@')
		return -1;
	const char *socket_path = endpoint + 6;
	if (strlen(socket_path) > BUS_IPC_PATH_MAX) {
		errno = ENAMETOOLONG;
		*ret_problem = bus_problem("'%s' is longer than %d bytes", socket_path, BUS_IPC_PATH_MAX);
		return -1;
	}
	(void)snprintf(path, sizeof(path), "%s.lock", socket_path);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		*ret_problem = bus_problem("cannot open '%s': %s", path, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		*ret_problem = bus_problem("'%s' is served by another process", socket_path);
		(void)close(fd);
		errno = EADDRINUSE;
		return -1;
	}
	/* The lock file itself stays for ever: unlinking it would let two processes lock two inodes of one name. */
	if (lstat(socket_path, &status) == 0 && S_ISSOCK(status.st_mode))
		(void)unlink(socket_path); /* bind reports what is left */
	return fd;
}
