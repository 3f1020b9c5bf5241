/* Who stands behind proxies: only what trusted ones say counts. */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "http/forwarded.h"

static struct in6_addr
address(const char *text)
{
	struct in6_addr parsed;
	ck_assert_msg(forwarded_parse_address(text, strlen(text), &parsed), "'%s' is no address", text);
	return parsed;
}

static struct trusted_proxies
proxies(const char *text)
{
	struct trusted_proxies parsed;
	const char *problem = NULL;
	ck_assert_msg(trusted_proxies_parse(text, &parsed, &problem), "%s: %s", text, problem);
	return parsed;
}

static const struct {
	const char *label, *trusted, *peer, *first, *second, *client;
} ways[] = {
	{ "nobody is trusted", "", "10.0.0.1", "192.0.2.1", NULL, "10.0.0.1" },
	{ "the peer is not trusted", "10.0.0.2", "10.0.0.1", "192.0.2.1", NULL, "10.0.0.1" },
	{ "one proxy", "10.0.0.1", "10.0.0.1", "192.0.2.1", NULL, "192.0.2.1" },
	{ "a proxy that says nothing", "10.0.0.1", "10.0.0.1", NULL, NULL, "10.0.0.1" },
	{ "what the client claims itself", "10.0.0.1", "10.0.0.1", "198.51.100.7, 192.0.2.1", NULL, "192.0.2.1" },
	{ "a chain of proxies", "10.0.0.0/8", "10.0.0.1", "192.0.2.1, 10.9.9.9", NULL, "192.0.2.1" },
	{ "a chain in two headers", "10.0.0.0/8", "10.0.0.1", "192.0.2.1", "10.9.9.9", "192.0.2.1" },
	{ "a client that claims to be a proxy", "10.0.0.0/8", "10.0.0.1", "10.1.1.1, 192.0.2.1", NULL, "192.0.2.1" },
	{ "only proxies", "10.0.0.0/8", "10.0.0.1", "10.0.0.2", NULL, "10.0.0.2" },
	{ "words", "10.0.0.1", "10.0.0.1", "192.0.2.1, unknown", NULL, "10.0.0.1" },
	{ "an empty entry", "10.0.0.1", "10.0.0.1", "192.0.2.1,", NULL, "10.0.0.1" },
	{ "a port", "10.0.0.1", "10.0.0.1", "192.0.2.1:443", NULL, "192.0.2.1" },
	{ "IPv6 in brackets with a port", "::1", "::1", "[2001:db8::7]:443", NULL, "2001:db8::7" },
	{ "IPv6 as it is", "::1", "::1", "2001:db8::7", NULL, "2001:db8::7" },
	{ "an IPv4 peer of an IPv6 socket", "10.0.0.1", "::ffff:10.0.0.1", "192.0.2.1", NULL, "192.0.2.1" },
	{ "a network that ends within a byte", "10.0.0.128/25", "10.0.0.200", "192.0.2.1", NULL, "192.0.2.1" },
	{ "beside a network that ends within a byte", "10.0.0.128/25", "10.0.0.100", "192.0.2.1", NULL, "10.0.0.100" },
	{ "everybody of IPv4, not of IPv6", "0.0.0.0/0", "::1", "192.0.2.1", NULL, "::1" },
};

START_TEST(the_client_is_the_first_that_no_trusted_proxy_is)
{
	struct header headers[] = { { "X-Forwarded-For", ways[_i].first }, { "x-forwarded-for", ways[_i].second } };
	struct trusted_proxies trusted = proxies(ways[_i].trusted);
	size_t n_headers = ways[_i].second ? 2 : ways[_i].first ? 1 : 0;

	struct in6_addr found = forwarded_client(&trusted, address(ways[_i].peer), headers, n_headers), wanted = address(ways[_i].client);
	ck_assert_msg(memcmp(&found, &wanted, sizeof(found)) == 0, "%s", ways[_i].label);
}
END_TEST

START_TEST(other_headers_say_nothing)
{
	struct trusted_proxies trusted = proxies("10.0.0.1");
	struct in6_addr peer = address("10.0.0.1");
	struct in6_addr found = forwarded_client(&trusted, peer, &(struct header){ "forwarded", "192.0.2.1" }, 1);
	ck_assert(memcmp(&found, &peer, sizeof(found)) == 0);
}
END_TEST

static const char *const bad_settings[] = { "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "proxy.example.com",
	"10.0.0.1/0008", "[::1]", "10.0.0.1;10.0.0.2" };

START_TEST(a_setting_that_is_no_list_is_refused)
{
	struct trusted_proxies parsed;
	const char *problem = NULL;
	ck_assert_msg(!trusted_proxies_parse(bad_settings[_i], &parsed, &problem), "'%s' was taken", bad_settings[_i]);
	ck_assert_ptr_nonnull(problem);
}
END_TEST

START_TEST(a_list_takes_commas_and_spaces_and_no_more_than_its_maximum)
{
	char text[TRUSTED_PROXIES_MAX * 4 + 8] = "";
	struct trusted_proxies parsed;
	const char *problem = NULL;

	ck_assert_uint_eq(proxies("10.0.0.0/8, ::1,192.0.2.1").n, 3);
	ck_assert_uint_eq(proxies(" , ").n, 0);
	for (int i = 0; i <= TRUSTED_PROXIES_MAX; i++)
		memcpy(text + i * 4, "::1,", 5);
	ck_assert(!trusted_proxies_parse(text, &parsed, &problem));
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("forwarded");
	TCase *tc = tcase_create("forwarded");

	tcase_add_loop_test(tc, the_client_is_the_first_that_no_trusted_proxy_is, 0, ROWS(ways));
	tcase_add_test(tc, other_headers_say_nothing);
	tcase_add_loop_test(tc, a_setting_that_is_no_list_is_refused, 0, ROWS(bad_settings));
	tcase_add_test(tc, a_list_takes_commas_and_spaces_and_no_more_than_its_maximum);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
