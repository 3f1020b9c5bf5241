/* The listening socket. */
#ifndef LISTEN_SOCKET_H
#define LISTEN_SOCKET_H

/* A descriptor that does not block, or -1 with *ret_problem.  host is a numeric address. */
int listen_socket_open(const char *host, int port, const char **ret_problem);

#endif
