/* Identity: tenants, API keys, principals and policy decisions. */
#ifndef IDENTITY_H
#define IDENTITY_H

#include "identity_proto.h"
#include "service.h"

/* settings.c */
struct identity_settings {
	const char *public_base_url;
	int64_t decision_keep_days;
};
extern struct identity_settings identity_settings;
extern const struct setting identity_setting_table[];
extern const size_t identity_n_settings;

/* handlers.c: the timer and the command of main.c's definition */
const struct error *identity_maintain_decisions(struct request *req) MUST_CHECK;
const struct error *identity_bootstrap(struct request *req, int argc, char **argv) MUST_CHECK;

#endif
