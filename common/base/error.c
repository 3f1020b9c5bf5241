/* Making error values. */
#include "error.h"

struct error *
error_make(struct arena *arena, const struct error_info *info, const char *where, const char *format, ...)
{
	struct error *error = ARENA_NEW(arena, struct error);
	va_list args;

	error->info = info;
	error->where = where;
	va_start(args, format);
	error->message = arena_vprintf(arena, format, args);
	va_end(args);
	return error;
}
