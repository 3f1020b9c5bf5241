/* The table of commands that are no operation. */
#include "builtins.h"

#include "help.h"

extern const struct command audit_verify_command, config_show_command, events_command, rest_command, schema_check_command;

const struct command *const builtins[] = {
	&audit_verify_command, &config_show_command, &events_command, &help_command, &rest_command, &schema_check_command, NULL,
};
