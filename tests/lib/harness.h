/* A service's operations run in process, through the real dispatcher, on a real and freshly migrated database. */
#ifndef HARNESS_H
#define HARNESS_H

#include "service.h"

struct harness;

/* Make a database of its own in the cluster of WORDCLAW_TEST_DATABASE_URL, migrate it with the built wordclaw-migrate and
 * connect as the service's role.  Ends the program with a message when it cannot. */
struct harness *harness_start(const struct service_definition *definition);
void harness_stop(struct harness *harness);

struct harness_call {
	const struct principal *principal;
	const char *idempotency_key; /* or NULL */
	bool dry_run;
	bool is_replayed;            /* set by harness_run */
	const char *effects;         /* set by harness_run for a dry run */
};

/* One operation to its end.  The error and *ret_out (the operation's response struct) live until harness_stop. */
const struct error *harness_run(struct harness *harness, const struct operation *operation, struct harness_call *call,
    const void *in, const void **ret_out);

/* Many mutations as the worker would take them: one group, one commit.  errors[i] and outs[i] answer ins[i]. */
void harness_run_group(struct harness *harness, const struct operation *const operations[],
    const struct principal *const principals[], const void *const ins[], size_t n, const struct error *errors[], const void *outs[]);

/* The same with idempotency keys: keys[i] may be NULL. */
void harness_run_group_keyed(struct harness *harness, const struct operation *const operations[], const struct principal *const principals[],
    const char *const keys[], const void *const ins[], size_t n, const struct error *errors[], const void *outs[]);

/* Events as a consumer gets them: apply in one transaction of system scope. */
const struct error *harness_apply(struct harness *harness,
    const struct error *(*apply)(struct request *req, const char *publisher, const struct event_record *events, size_t n),
    const char *publisher, const struct event_record *events, size_t n);

/* Any function of the service that runs in such a transaction: a timer. */
const struct error *harness_run_timer(struct harness *harness, const struct error *(*run)(struct request *req));

/* A single integer answered by SQL as the superuser (row-level security does not apply). */
int64_t harness_count(struct harness *harness, const char *sql);

/* A statement without rows, on the same superuser connection ("SET ROLE ..."). */
void harness_execute(struct harness *harness, const char *sql);

/* Statements the service's connection has sent. */
uint64_t harness_n_statements(const struct harness *harness);

/* The runner's threads, on this harness's database, with the definition's kinds of processes. */
void harness_runner_start(struct harness *harness);
void harness_runner_stop(struct harness *harness);

/* run in a write transaction of this tenant, as a handler would. */
const struct error *harness_act(struct harness *harness, int64_t tenant, const struct error *(*run)(struct request *req, void *context),
    void *context);

/* A tenant administrator. */
struct principal harness_principal(int64_t tenant, const char *scope);

#endif
