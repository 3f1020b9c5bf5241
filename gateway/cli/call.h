/* Commands of operations: one function runs them all. */
#ifndef CALL_H
#define CALL_H

#include "cli/cli.h"
#include "cli/builtin/rest_request.h"

int call_run(struct cli *cli, const struct command *command, const struct arguments *arguments);

#endif
