/* The process skeleton: everything a service is besides its decisions. */
#ifndef SERVICE_H
#define SERVICE_H

#include "config.h"
#include "contract/operation.h"
#include "request.h"

struct event_record; /* common_proto.h */
struct process_kind; /* process.h */

typedef const struct error *(*service_call)(struct request *req, const void *in, void *out);
typedef const struct error *(*service_batch_call)(struct request *req, size_t n, const void *const in[],
    void *const out[], const struct error *errors[]);

/* One row per operation the service answers (generated). */
struct service_operation {
	const struct operation *operation;
	service_call call;        /* NULL when batch */
	service_batch_call batch; /* of one tenant and one operation; errors[i] answers input i */
	const struct error *(*prepare)(struct request *req, const void *in); /* before the transaction; or NULL */
	service_call complete; /* after its commit; or NULL */
};

/* A unique or foreign key whose violation is the caller's mistake. */
struct constraint_error {
	const char *constraint;
	enum error_code code;
	const char *message; /* one clause */
};

/* Events of another service, applied exactly once: the position moves in the transaction of apply.
 * apply runs in system scope (a role of its own, which sees all tenants); request_act_for() narrows it.  A failure rolls back and
 * is retried; when it stays, the events are applied one by one, and what still fails is set aside with what follows of its
 * tenant, to be retried each minute. */
struct consumer {
	const char *publisher; /* "content"; NULL: every service that has events, but for this one */
	const struct error *(*apply)(struct request *req, const char *publisher, const struct event_record *events, size_t n);
	const char *const *types; /* event types it wants, "content_item.*" for all of an entity, NULL-terminated; NULL: all */
	bool from_now;         /* when it is new, what happened before is none of its business */
};

/* Periodic work in a write transaction of system scope, by one instance at a time. */
struct timer {
	const char *name;
	int64_t interval_ms;
	const struct error *(*run)(struct request *req);
};

/* A way to run the binary once instead of serving: "--bootstrap".  In a write transaction of system scope. */
struct service_command {
	const char *flag;
	const char *summary;
	const struct error *(*run)(struct request *req, int argc, char **argv);
};

/* A command for each tenant in turn, in a transaction of its own and as the tenant's role. */
struct command_of_tenants {
	const char *flag;
	const char *summary;
	int64_t timeout_ms; /* for one tenant */
	bool (*begin)(int argc, char **argv); /* false: the arguments were wrong, which it has said */
	const struct error *(*next)(struct request *req, int64_t after, int64_t *ret_tenant); /* 0: that was all.  In system scope */
	const struct error *(*run)(struct request *req, void *context);
	int (*end)(void); /* an exit status */
};

/* Looks up what fields with slug = true name by slug; ids[i] is 0 where there is no such row. */
struct slug_resolver {
	const struct error *(*find)(struct request *req, const char *const slugs[], size_t n, int64_t ids[]);
	enum error_code unknown; /* answers a slug that is nothing's */
};

/* Before the first mutations of a group run, which are all of one tenant: one statement locks the rows that each would lock first.
 * Only for operations that change rows in no other way than under such a lock; their handlers find the rows in req->held. */
struct ahead {
	bool (*knows)(const struct operation *operation);
	const struct error *(*lock)(struct request *req, const struct operation *const operations[], const void *const in[], size_t n,
	    const void **ret_held);
};

struct service_definition {
	const char *name;
	const struct service_operation *operations;
	size_t n_operations;
	const struct constraint_error *constraints;
	size_t n_constraints;
	const struct setting *settings; /* the service's own, besides the skeleton's */
	size_t n_settings;
	const struct consumer *consumers;
	size_t n_consumers;
	const struct timer *timers;
	size_t n_timers;
	const struct process_kind *processes; /* the kinds of durable work it has */
	size_t n_processes;
	int64_t step_workers; /* default of WORDCLAW_STEP_WORKERS; 0: 4 */
	const struct service_command *commands;
	size_t n_commands;
	const struct command_of_tenants *of_tenants; /* one such command, or NULL */
	struct slug_resolver slugs;
	struct ahead ahead; /* or NULLs */
	/* What every answer passes before it leaves, whatever operation it is of: after the handler, in its transaction.  An error is answered
	 * instead; or NULL. */
	const struct error *(*gate)(struct request *req, const void *in, void *out);
	bool (*start)(void); /* after the settings were loaded, before the first request; or NULL */
};

/* Threads of this instance that run steps of durable work. */
int64_t service_step_workers(const struct request *req);

/* The whole of a service's main(): settings, workers, bus, consumers, timers, drain on SIGTERM. */
int service_main(int argc, char **argv, const struct service_definition *definition);

#endif
