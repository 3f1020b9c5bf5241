/* Choices as enum values. */
#include "graphql/schema/enum.h"

#include <ctype.h>
#include <string.h>

static bool
needs_prefix(const char *choice)
{
	return choice[0] == '\0' || isdigit((unsigned char)choice[0]) || strcmp(choice, "true") == 0 || strcmp(choice, "false") == 0 ||
	    strcmp(choice, "null") == 0;
}

static char
legal(char c)
{
	return isalnum((unsigned char)c) ? c : '_';
}

void
graphql_enum_write(struct buf *buf, const char *choice)
{
	buf_add_char(buf, '"');
	if (needs_prefix(choice))
		buf_add_char(buf, '_');
	for (const char *at = choice; *at; at++)
		buf_add_char(buf, legal(*at));
	buf_add_char(buf, '"');
}

static bool
is_name_of(const char *choice, const char *name)
{
	if (needs_prefix(choice) && *name++ != '_')
		return false;
	while (*choice && legal(*choice) == *name) {
		choice++;
		name++;
	}
	return *choice == '\0' && *name == '\0';
}

const char *
graphql_enum_choice(const char *const *choices, const char *name)
{
	for (; *choices; choices++)
		if (is_name_of(*choices, name))
			return *choices;
	return NULL;
}
