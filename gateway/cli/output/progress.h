/* How far long work is: a bar for who watches a terminal, nothing for anybody else. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdint.h>

#include "cli/cli.h"

/* Draw over what was drawn before: a bar of n_done in n_total (0: not known, so the text alone) and a text. */
void progress_show(const struct cli *cli, int64_t n_done, int64_t n_total, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Leave the line empty for what follows. */
void progress_clear(const struct cli *cli);

#endif
