/* What a migration run tells its operator. */
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
report(const char *level, const char *format, va_list args)
{
	char text[4096];
	vsnprintf(text, sizeof text, format, args);
	size_t n = strlen(text);
	while (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	fprintf(stderr, "%s: %s%s\n", program_invocation_short_name, level, text);
}

void
report_warn(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	report("warning: ", format, args);
	va_end(args);
}

void
report_fail(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	report("", format, args);
	va_end(args);
	exit(EXIT_FAILURE);
}
