/* Commands that are no operation. */
#ifndef BUILTINS_H
#define BUILTINS_H

#include "cli/command/command.h"

extern const struct command *const builtins[]; /* NULL-terminated */

#endif
