/* The policy engine: one pure decision per operation (version 1.0.0 of the rules). */
#ifndef POLICY_H
#define POLICY_H

#include "contract/envelope.h"

#define POLICY_VERSION "1.0.0"

struct policy_question {
	const struct principal *principal;
	const char *operation;      /* "content.write" */
	const char *resource_type;  /* "content_item"; "system" has no tenant */
	int64_t resource_tenant;    /* 0: unresolved */
};

struct policy_verdict {
	bool is_allowed;
	const char *code;        /* "ALLOWED_SCOPE_MATCH", "MISSING_CONTENT_WRITE_SCOPE", ... */
	const char *remediation; /* or NULL when allowed */
};

/* First matching rule decides; an operation that is not "noun.verb" or a missing part is a denial. */
struct policy_verdict policy_decide(const struct policy_question *question);

bool principal_has_scope(const struct principal *principal, const char *scope);

#endif
