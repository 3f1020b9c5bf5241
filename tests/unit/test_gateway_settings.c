/* Settings of the gateway that are more than text are refused at start, before anything listens. */
#include <check.h>
#include <stdlib.h>

#include "settings.h"

static const struct setting_row {
	const char *name, *value;
} goods[] = {
	{ "WORDCLAW_LOG_LEVEL", "debug" },
	{ "WORDCLAW_BIND", "0.0.0.0" },
	{ "WORDCLAW_BIND", "::1" },
	{ "WORDCLAW_PUBLIC_URL", "https://cms.example.com" },
	{ "WORDCLAW_PUBLIC_URL", "http://[::1]:4000/cms" },
	{ "WORDCLAW_CORS_ALLOWED_ORIGINS", "https://app.example.com, http://localhost:5173" },
	{ "WORDCLAW_MCP_PROFILE", "registry" },
	{ "WORDCLAW_CONTENT_ENDPOINTS", "ipc:///run/wordclaw/content.ipc, tcp://content.svc:5551" },
	{ "WORDCLAW_AUDIT_POKES", "tcp://[::1]:5552" },
}, bads[] = {
	{ "WORDCLAW_LOG_LEVEL", "loud" },
	{ "WORDCLAW_LOG_LEVEL", "info,warn" },
	{ "WORDCLAW_BIND", "localhost" },
	{ "WORDCLAW_BIND", "127.0.0.256" },
	{ "WORDCLAW_PUBLIC_URL", "cms.example.com" },
	{ "WORDCLAW_PUBLIC_URL", "ftp://cms.example.com" },
	{ "WORDCLAW_PUBLIC_URL", "https://" },
	{ "WORDCLAW_PUBLIC_URL", "https://cms.example.com/" },
	{ "WORDCLAW_PUBLIC_URL", "https://cms.example.com\r\nx: y" },
	{ "WORDCLAW_PUBLIC_URL", "https://cms.example.com/\"x" },
	{ "WORDCLAW_CORS_ALLOWED_ORIGINS", "*" },
	{ "WORDCLAW_CORS_ALLOWED_ORIGINS", "https://*.example.com" },
	{ "WORDCLAW_CORS_ALLOWED_ORIGINS", "https://app.example.com/path" },
	{ "WORDCLAW_CORS_ALLOWED_ORIGINS", "https://app.example.com,example.com" },
	{ "WORDCLAW_MCP_PROFILE", "small" },
	{ "WORDCLAW_CONTENT_ENDPOINTS", "content:5551" },
	{ "WORDCLAW_CONTENT_ENDPOINTS", "tcp://content" },
	{ "WORDCLAW_AUDIT_POKES", "http://audit:80" },
};
enum { N_GOODS = sizeof(goods) / sizeof(goods[0]), N_BADS = sizeof(bads) / sizeof(bads[0]) };

static bool
is_taken(const struct setting_row *row)
{
	ck_assert_int_eq(setenv(row->name, row->value, 1), 0);
	return gateway_settings_load();
}

START_TEST(a_value_that_makes_sense_is_taken)
{
	ck_assert_msg(is_taken(&goods[_i]), "%s=%s", goods[_i].name, goods[_i].value);
}
END_TEST

START_TEST(a_value_that_makes_none_is_refused)
{
	ck_assert_msg(!is_taken(&bads[_i]), "%s=%s", bads[_i].name, bads[_i].value);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("gateway settings");
	TCase *tcase = tcase_create("values");
	SRunner *runner = srunner_create(suite);

	tcase_add_loop_test(tcase, a_value_that_makes_sense_is_taken, 0, N_GOODS);
	tcase_add_loop_test(tcase, a_value_that_makes_none_is_refused, 0, N_BADS);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed > 0;
}
