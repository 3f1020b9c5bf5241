/* Whom a request comes from when it comes through proxies: X-Forwarded-For, as far as it was written by those we trust. */
#ifndef FORWARDED_H
#define FORWARDED_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "http/exchange.h"

enum { TRUSTED_PROXIES_MAX = 64 };

struct trusted_proxies {
	struct network {
		struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d, like every address here */
		unsigned n_bits;
	} list[TRUSTED_PROXIES_MAX];
	size_t n;
};

/* A comma list of addresses and networks, "10.0.0.0/8, ::1".  False with *ret_problem (static) when it is none. */
bool trusted_proxies_parse(const char *text, struct trusted_proxies *ret_proxies, const char **ret_problem);

bool trusted_proxies_have(const struct trusted_proxies *proxies, const struct in6_addr *address);

/* A socket's peer as every address here: IPv4 as ::ffff:a.b.c.d.  False when it is neither. */
bool forwarded_peer(const struct sockaddr *peer, struct in6_addr *ret_address);

/* From the peer of the connection to the client: each trusted proxy tells whom it was asked by, and the first who is none of
 * them is the client.  What that one claims to know is nobody's word. */
struct in6_addr forwarded_client(const struct trusted_proxies *proxies, struct in6_addr peer, const struct header *headers, size_t n_headers);

/* "192.0.2.1", "2001:db8::1", with or without port, the latter then in brackets; false when it is none of these. */
bool forwarded_parse_address(const char *text, size_t n, struct in6_addr *ret_address);

#endif
