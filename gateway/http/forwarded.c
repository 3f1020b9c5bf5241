/* X-Forwarded-For, read from its end. */
#include "http/forwarded.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "http/header.h"

enum { ADDRESS_TEXT_MAX = 63, V4_BITS_BEFORE = 96 };

static bool
parse_plain(const char *text, struct in6_addr *ret_address)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		*ret_address = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
		memcpy(&ret_address->s6_addr[12], &v4, sizeof(v4));
		return true;
	}
	return inet_pton(AF_INET6, text, ret_address) == 1;
}

static bool
is_port(const char *text)
{
	size_t n = strspn(text, "0123456789");
	return n > 0 && n <= 5 && text[n] == '\0';
}

bool
forwarded_parse_address(const char *text, size_t n, struct in6_addr *ret_address)
{
	char copy[ADDRESS_TEXT_MAX + 1];
	char *end;

	if (n == 0 || n > ADDRESS_TEXT_MAX)
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (copy[0] == '[') {
		end = strchr(copy, ']');
		bool has_end = end && (end[1] == '\0' || (end[1] == ':' && is_port(end + 2)));
		if (has_end)
			*end = '\0';
		return has_end && inet_pton(AF_INET6, copy + 1, ret_address) == 1;
	}
	end = strchr(copy, ':');
	if (end && strchr(copy, '.') && is_port(end + 1))
		*end = '\0';
	return parse_plain(copy, ret_address);
}

/* ---- the setting ---- */

static bool
parse_network(const char *text, size_t n, struct network *ret_network)
{
	const char *slash = memchr(text, '/', n);
	size_t n_address = slash ? (size_t)(slash - text) : n;
	uint64_t n_bits;

	if (!forwarded_parse_address(text, n_address, &ret_network->address) || text[0] == '[')
		return false;
	bool is_v4 = IN6_IS_ADDR_V4MAPPED(&ret_network->address);
	ret_network->n_bits = 128;
	if (!slash)
		return true;
	char digits[4] = "";
	size_t n_digits = n - n_address - 1;
	if (n_digits >= sizeof(digits))
		return false;
	memcpy(digits, slash + 1, n_digits);
	if (!header_size(digits, &n_bits) || n_bits > (is_v4 ? 32 : 128))
		return false;
	ret_network->n_bits = (unsigned)n_bits + (is_v4 ? V4_BITS_BEFORE : 0);
	return true;
}

bool
trusted_proxies_parse(const char *text, struct trusted_proxies *ret_proxies, const char **ret_problem)
{
	ret_proxies->n = 0;
	while (*text) {
		text += strspn(text, ", ");
		size_t n = strcspn(text, ", ");
		if (n == 0)
			continue;
		if (ret_proxies->n == TRUSTED_PROXIES_MAX) {
			*ret_problem = "more than 64 proxies: name networks";
			return false;
		}
		if (!parse_network(text, n, &ret_proxies->list[ret_proxies->n++])) {
			*ret_problem = "an entry is neither an address nor a network, such as 10.0.0.0/8 or ::1";
			return false;
		}
		text += n;
	}
	return true;
}

/* ---- the way back to the client ---- */

static bool
is_in(const struct network *network, const struct in6_addr *address)
{
	unsigned n_bytes = network->n_bits / 8, n_rest = network->n_bits % 8;

	if (memcmp(&network->address, address, n_bytes) != 0)
		return false;
	unsigned difference = n_rest ? network->address.s6_addr[n_bytes] ^ address->s6_addr[n_bytes] : 0;
	return difference >> (8 - n_rest) == 0;
}

bool
trusted_proxies_have(const struct trusted_proxies *proxies, const struct in6_addr *address)
{
	for (size_t i = 0; i < proxies->n; i++)
		if (is_in(&proxies->list[i], address))
			return true;
	return false;
}

/* One header's addresses, the last first.  False: address is the client's, or the one before it cannot be read. */
static bool
follow(const struct trusted_proxies *proxies, const char *list, struct in6_addr *address)
{
	const char *end = list + strlen(list);

	while (end > list) {
		const char *start = end;
		while (start > list && start[-1] != ',')
			start--;
		const char *first = start, *last = end;
		while (first < last && isspace((unsigned char)*first))
			first++;
		while (last > first && isspace((unsigned char)last[-1]))
			last--;
		if (!trusted_proxies_have(proxies, address) || !forwarded_parse_address(first, (size_t)(last - first), address))
			return false;
		end = start > list ? start - 1 : list;
	}
	return true;
}

struct in6_addr
forwarded_client(const struct trusted_proxies *proxies, struct in6_addr peer, const struct header *headers, size_t n_headers)
{
	struct in6_addr address = peer;
	bool goes_on = proxies->n > 0;

	for (size_t i = n_headers; i > 0 && goes_on; i--)
		if (strcasecmp(headers[i - 1].name, "x-forwarded-for") == 0)
			goes_on = follow(proxies, headers[i - 1].value, &address);
	return address;
}

bool
forwarded_peer(const struct sockaddr *peer, struct in6_addr *ret_address)
{
	if (!peer || (peer->sa_family != AF_INET && peer->sa_family != AF_INET6))
		return false;
	if (peer->sa_family == AF_INET6) {
		*ret_address = ((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
		return true;
	}
	*ret_address = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
	memcpy(&ret_address->s6_addr[12], &((const struct sockaddr_in *)(const void *)peer)->sin_addr, 4);
	return true;
}
