/* --watch: print a list again whenever something in it may have changed. */
#ifndef WATCH_H
#define WATCH_H

#include "cli/cli.h"
#include "contract/operation.h"

/* print: the list, once; its status when not CLI_OK ends the watch. */
int watch_run(struct cli *cli, const struct operation *operation, int (*print)(void *context), void *context);

#endif
