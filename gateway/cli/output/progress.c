/* One line of standard error, drawn again and again. */
#include "cli/output/progress.h"

#include <stdarg.h>

#define LINE_EMPTIED "\r\033[K"
static const char full[] = "##############################", empty[] = "..............................";
enum { BAR_WIDTH = sizeof(full) - 1 };

static void
draw_bar(FILE *err, int64_t n_done, int64_t n_total)
{
	double part = n_done >= n_total ? 1 : (double)n_done / (double)n_total;
	int n_full = (int)(part * BAR_WIDTH);

	(void)fprintf(err, "[%.*s%.*s] %3d %%  ", n_full, full, BAR_WIDTH - n_full, empty, (int)(part * 100));
}

void
progress_show(const struct cli *cli, int64_t n_done, int64_t n_total, const char *format, ...)
{
	va_list args;

	if (!cli_shows_progress(cli))
		return;
	(void)fputs(LINE_EMPTIED, cli->err); /* there is nowhere to complain about standard error */
	if (n_total > 0)
		draw_bar(cli->err, n_done, n_total);
	va_start(args, format);
	(void)vfprintf(cli->err, format, args);
	va_end(args);
	(void)fflush(cli->err);
}

void
progress_clear(const struct cli *cli)
{
	if (cli_shows_progress(cli))
		(void)fputs(LINE_EMPTIED, cli->err);
}
