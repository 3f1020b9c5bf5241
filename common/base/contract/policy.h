/* The policy engine: one pure decision per operation, by the rules of proto/common.toml. */
#ifndef POLICY_H
#define POLICY_H

#include "contract/envelope.h"

struct policy_question {
	const struct principal *principal;
	const char *operation;      /* "content.write" */
	const char *resource_type;  /* "content_item"; "system" has no tenant */
	bool is_narrow;             /* it keeps to the types and items that a key is limited to */
};

struct policy_verdict {
	bool is_allowed;
	const char *code; /* "ALLOWED_SCOPE_MATCH"; of a denial a code of the error catalogue */
};

/* A row of the generated table.  The first rule with a pattern that fits an operation decides. */
struct policy_rule {
	const char *const *patterns; /* NULL-terminated: "tenant.*", "*.read", "*" */
	const char *const *scopes;   /* NULL-terminated: each of them will do; none: nothing short of admin */
	bool is_platform;            /* platform administrators only, asked before any scope */
	bool is_original;            /* hands out rights of its own: not for keys that others have handed out */
	const char *code;            /* of the denial */
};

struct policy_rules {
	const char *version;
	const char *const *admin_scopes; /* NULL-terminated: may do whatever is not for the platform */
	const struct policy_rule *rules; /* the last one takes every operation */
};

/* proto/generated/policy_rules.c */
extern const struct policy_rules policy_rules;

/* A key that another key or a person has handed out. */
bool principal_is_derived(const struct principal *principal);

/* First matching rule decides; an operation that is not "noun.verb" or a missing part is a denial. */
struct policy_verdict policy_decide(const struct policy_question *question);

bool principal_has_scope(const struct principal *principal, const char *scope);

/* How much of it the principal may use up; -1: as much as it likes. */
int64_t principal_budget(const struct principal *principal, enum budget budget);

/* Whether rows count what it does: its own, or those of the keys that it comes of. */
bool principal_is_counted(const struct principal *principal);

/* Administrators, people of the tenant and services see what is sold without buying it. */
bool principal_sees_sold(const struct principal *principal);

/* The same ones in the same order: then they may see the same. */
bool principals_have_same_scopes(const struct principal *one, const struct principal *other);

#endif
