/* The registry's rows: operations, events and services, read by every surface (tables are generated). */
#ifndef OPERATION_H
#define OPERATION_H

#include "error.h"
#include "contract/shape.h"

enum operation_tx { OPERATION_TX_NONE, OPERATION_TX_READ, OPERATION_TX_WRITE };

enum operation_flag {
	OPERATION_IDEMPOTENT = 1 << 0, /* accepts Idempotency-Key */
	OPERATION_DRY_RUN = 1 << 1,    /* accepts mode=dry_run */
	OPERATION_BATCH = 1 << 2,      /* handler takes many inputs of one tenant in one call */
	OPERATION_INTERNAL = 1 << 3,   /* between services only: no surface */
	OPERATION_PUBLIC = 1 << 4,     /* no credential needed */
	OPERATION_SYSTEM = 1 << 5,     /* runs outside any tenant: row-level security in system mode */
	OPERATION_PRICED = 1 << 6,     /* may answer 402 */
	OPERATION_BARE = 1 << 7,       /* REST answers without the {data, meta} envelope */
	OPERATION_NARROW = 1 << 9,     /* keeps to the content types and items that a key is limited to; others refuse such a key */
	OPERATION_UNRESTRICTED = 1 << 8, /* any verified principal, no policy question: doors whose operations ask for themselves */
	OPERATION_SLOW = 1 << 11,      /* takes long on purpose: has workers of its own in its service */
	OPERATION_CROSS_ORIGIN = 1 << 10, /* pages of any origin may call it from a browser */
};

struct route {
	const char *method;  /* "GET" */
	const char *path;    /* "/api/content-items/{id}" */
	bool is_deprecated;  /* answered with Deprecation: true */
};

struct event_type {
	const char *name;        /* "content_item.update" */
	const char *entity_type; /* "content_item" */
	const char *action;      /* "update" */
	const char *summary;
	const char *scope;       /* what a subscriber needs to receive it: "content:read" */
	const struct shape *payload;
};

struct operation_example {
	const char *title;
	const char *request; /* JSON object text */
};

struct operation {
	const char *id;      /* "content.items.create" */
	const char *service; /* "content" */
	const char *summary;
	const char *description; /* or NULL */
	const char *mcp, *graphql, *cli; /* names on those surfaces: "get_content_item", "query contentItem", "content get"; NULL: not there */
	const char *policy;  /* "content.write": what the policy engine is asked */
	const char *scope;   /* "content:write": the scope that answers it; NULL: public or internal */
	const char *resource_type; /* "content_item", "system", ... : recorded with the decision */
	const char *entity;  /* request field holding the entity id (ordering of its mutations), or NULL */
	const char *list;    /* response field that REST answers as "data"; the others go to "meta"; or NULL */
	const char *etag;    /* response field that is the ETag of a read over REST, or NULL: made from what it is about */
	const char *audit;   /* "create content_item", or NULL */
	const struct route *routes; /* first is the preferred one */
	size_t n_routes;
	int status;          /* of success over REST */
	enum operation_tx tx;
	uint32_t flags;      /* enum operation_flag */
	uint32_t timeout_ms;
	uint32_t body_max_bytes;
	uint32_t cost;       /* abstract units, the envelope's meta.cost */
	const char *priority; /* "low" "medium" "high" "critical" */
	const char *next_action; /* hint for an agent */
	const char *const *actions; /* NULL-terminated "METHOD /api/path" */
	const struct shape *request;
	const struct shape *response;
	const struct error_info *const *errors; /* NULL-terminated: all that a handler may return */
	const struct event_type *const *events; /* NULL-terminated */
	const struct operation_example *examples;
	size_t n_examples;
	const char *job_kind, *job_queue, *job_policy; /* it does jobs of this kind; by default in this queue; what creating one asks the policy besides */
};

/* Generated (proto/generated/registry.c).  registry_find returns NULL when there is none. */
extern const struct operation *const registry_operations[];
extern const size_t registry_n_operations;
extern const char *const registry_services[]; /* NULL-terminated */
const struct operation *registry_find(const char *id);

#endif
