/* A plan while it runs for one request. */
#ifndef GRAPHQL_RUN_H
#define GRAPHQL_RUN_H

#include "http/exchange.h"
#include "graphql/run/calls.h"
#include "graphql/document/documents.h"

enum {
	GRAPHQL_CALLS_AT_ONCE = 64,         /* of one request: as many as one bus message holds, and no more than is fair */
	GRAPHQL_RUN_US = 15000000,          /* nothing more is asked after this */
	GRAPHQL_RESPONSE_MAX = 16 * 1024 * 1024,
	GRAPHQL_ERRORS_MAX = 100,           /* shown in one answer */
};

struct graphql_run {
	struct exchange *exchange;
	const struct graphql_plan *plan;
	const struct graphql_document_plan *held; /* the plan's memory */
	const struct graphql_meta *meta;
	const struct json_value *variables; /* coerced */
	uint64_t holding;          /* conditions of the plan that hold */
	int64_t cost;
	int64_t deadline_us;       /* monotonic */
	struct graphql_calls *calls;
	struct graphql_call *first, **last; /* to be asked */
	size_t n_in_flight;
	size_t n_roots_asked;
	size_t n_replayed, n_asked;
	bool is_pumping;
};

/* Start a run whose plan, variables and exchange are set: answers the exchange, now or later. */
void graphql_run_start(struct graphql_run *run);

/* The plan is not needed any more. */
void graphql_run_release(const struct graphql_run *run);

/* The answer of a run that has asked everything. */
void graphql_run_answer(struct graphql_run *run);

#endif
