/* The listening socket. */
#ifndef LISTENER_H
#define LISTENER_H

/* A descriptor that does not block, or -1 with *ret_problem.  host is a numeric address. */
int listener_open(const char *host, int port, const char **ret_problem);

#endif
