/* The command line's commands: each takes the arguments after its name and returns the exit status. */
#ifndef CLI_H
#define CLI_H

enum cli_status {
	CLI_OK = 0,
	CLI_NO = 1,    /* the answer is no: invalid, broken, not found */
	CLI_ERROR = 2, /* there is no answer: bad usage, unreadable input */
};

int cli_schema_check(int argc, char **argv);
int cli_audit_verify(int argc, char **argv);

#endif
