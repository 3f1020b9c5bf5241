/* Audit: the hash-chained trail of every committed event. */
#ifndef AUDIT_H
#define AUDIT_H

#include "audit_proto.h"
#include "secret.h"
#include "service.h"

/* settings.c */
struct audit_settings {
	const char *home;
	const char *signing_key_path;
	int64_t checkpoint_seconds;
};
extern struct audit_settings audit_settings;
extern const struct setting audit_setting_table[];
extern const size_t audit_n_settings;

/* events.c: what the consumers of main.c's definition apply, and the timer that signs */
const struct error *audit_append(struct request *req, const char *publisher, const struct event_record *events, size_t n) MUST_CHECK;
const struct error *audit_sign_heads(struct request *req) MUST_CHECK;

/* verify.c */
extern const struct command_of_tenants audit_verify_chains;

#endif
