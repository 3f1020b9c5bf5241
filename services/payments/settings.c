/* The payments service's own settings. */
#include "payments.h"

#include <stdio.h>

#include "outbound.h"
#include "providers/providers.h"

struct payments_settings payments_settings;

const struct setting payments_setting_table[] = {
	{ "WORDCLAW_PAYMENT_PROVIDER", SETTING_TEXT, "mock", 0, 0,
	    "Who issues invoices: mock (development: there is no money behind it), lnbits, lnd or disabled.", &payments_settings.provider },
	{ "WORDCLAW_PAYMENT_WEBHOOK_SECRETS", SETTING_SECRET, "", 0, 0, "Secrets of providers' messages: mock:secret,lnbits:other.",
	    &payments_settings.webhook_secrets },
	{ "WORDCLAW_INVOICE_EXPIRY_S", SETTING_INT, "3600", 60, 86400, "An invoice can be paid this long.", &payments_settings.invoice_expiry_s },
	{ "WORDCLAW_TOKEN_HOURS", SETTING_INT, "24", 1, 720, "A token can be used this long after its invoice has expired.", &payments_settings.token_hours },
	{ "WORDCLAW_LNBITS_URL", SETTING_TEXT, "", 0, 0, "Base of an LNbits server, https.", &payments_settings.lnbits_url },
	{ "WORDCLAW_LNBITS_KEY", SETTING_SECRET, "", 0, 0, "Its invoice key.", &payments_settings.lnbits_key },
	{ "WORDCLAW_LND_URL", SETTING_TEXT, "", 0, 0, "Base of LND's REST interface, https.", &payments_settings.lnd_url },
	{ "WORDCLAW_LND_MACAROON", SETTING_SECRET, "", 0, 0, "Its invoice macaroon, hex.", &payments_settings.lnd_macaroon },
};
const size_t payments_n_settings = sizeof(payments_setting_table) / sizeof(payments_setting_table[0]);

const struct constraint_error payments_constraints[] = {
	{ "offers_slug_unique", ERROR_OFFER_SLUG_CONFLICT, "another offer of this tenant has the slug" },
	{ "entitlements_offer_id_fkey", ERROR_OFFER_IN_USE, "the offer was bought" },
	{ "entitlements_policy_id_fkey", ERROR_LICENSE_POLICY_IN_USE, "something was sold under these terms" },
	{ "license_policies_offer_id_fkey", ERROR_OFFER_NOT_FOUND, "there is no such offer" },
};
const size_t payments_n_constraints = sizeof(payments_constraints) / sizeof(payments_constraints[0]);

bool
payments_start(void)
{
	const char *problem = provider_settings_problem();

	if (problem)
		(void)fprintf(stderr, "wordclaw-payments: %s\n", problem);
	return !problem;
}
