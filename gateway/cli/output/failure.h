/* What went wrong, told on standard error: for people in lines, for programs (--output json or yaml) as the API's envelope. */
#ifndef FAILURE_H
#define FAILURE_H

#include "cli/cli.h"
#include "json/json.h"
#include "contract/shape.h"

/* The command line itself is wrong.  Returns CLI_USAGE.  hint may be NULL. */
int failure_usage(struct cli *cli, const char *hint, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Inputs of an operation that break its rules.  Returns CLI_USAGE. */
int failure_violations(struct cli *cli, const struct command *command, const struct violations *violations);

/* Nobody answered.  Returns CLI_UNAVAILABLE. */
int failure_unreachable(struct cli *cli, const char *remediation, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A refusal that came in other words than the API's.  code, message: what it said; pointer, violations (JSON list), request_id: NULL
 * where it said nothing.  Returns the status to exit with, by the code. */
struct refusal {
	const char *code, *message, *remediation, *pointer, *request_id;
	const struct json_value *violations;
};
int failure_refusal(struct cli *cli, const struct refusal *refusal);

/* An answer of 400 and above.  envelope: its body, NULL when that is no JSON.  Returns the status to exit with. */
int failure_answer(struct cli *cli, int status, const struct json_value *envelope, const char *remark);

#endif
