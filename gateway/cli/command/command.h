/* Commands: the words that name them, and what they take.  The parser, help, completion and the manual read these tables
 * and nothing else; commands of operations are made from the registry. */
#ifndef COMMAND_H
#define COMMAND_H

#include "contract/operation.h"

enum flag_kind {
	FLAG_SWITCH,   /* alone, or =true, =false */
	FLAG_VALUE,
	FLAG_LIST,     /* may come again: values are joined by commas */
	FLAG_DOCUMENT, /* JSON, @FILE, or - for standard input */
};

struct flag {
	const char *name;    /* "content-type-id": written --content-type-id */
	const char *alias;   /* "contentTypeId", or NULL */
	enum flag_kind kind;
	bool is_required;
	const char *value;   /* what stands for its value in help: "N"; NULL for a switch */
	const char *summary;
	const char *const *choices;      /* NULL-terminated, or NULL */
	const struct shape_field *field; /* of an operation's input, or NULL */
};

struct cli;
struct command;

/* What the command line said. */
struct arguments {
	const char **values; /* one for each flag of the command, NULL: not given; a switch is "true" or "false" */
	const char **operands;
	size_t n_operands;
};

struct command {
	const char *name;        /* words, one space between */
	const char *summary;
	const char *description; /* or NULL */
	const struct flag *flags;
	size_t n_flags;
	const size_t *positions; /* flags that operands fill, in this order */
	size_t n_positions;
	const char *operands;    /* usage of the other operands: "METHOD PATH"; or NULL */
	size_t operands_min, operands_max;
	const char *const *examples; /* command lines, NULL-terminated; or NULL */
	const struct operation *operation; /* or NULL */
	bool has_no_end;         /* or runs others: no step of a script */
	int (*run)(struct cli *cli, const struct command *command, const struct arguments *arguments);
};

enum { COMMAND_WORDS_MAX = 3, COMMANDS_MAX = 512 };

struct commands {
	const struct command *list[COMMANDS_MAX];
	size_t n;
};

/* Every command there is, sorted by name: those of the program (builtins, NULL-terminated) and one for each operation with
 * a name on the command line, run by `call`. */
const struct commands *commands_make(struct arena *arena, const struct command *const *builtins,
    int (*call)(struct cli *cli, const struct command *command, const struct arguments *arguments));

/* The command with the most words in front of words; *ret_n_words receives how many.  NULL when there is none. */
const struct command *commands_find(const struct commands *commands, const char *const *words, size_t n_words, size_t *ret_n_words);

/* Does a command's name begin with these words? */
bool command_is_in(const struct command *command, const char *const *words, size_t n_words);

/* The nearest name of a command to what was typed, or NULL. */
const char *commands_suggest(const struct commands *commands, struct arena *arena, const char *const *words, size_t n_words);

/* Words that may stand for others: `ct` for `content-types`, `ls` for `list`. */
struct command_alias {
	const char *alias, *word;
};
extern const struct command_alias command_aliases[]; /* ends with a NULL alias */

/* The value of a flag by name, NULL when it was not given. */
const char *arguments_get(const struct command *command, const struct arguments *arguments, const char *name);
bool arguments_has(const struct command *command, const struct arguments *arguments, const char *name);

/* camelCase to kebab-case. */
const char *kebab_case(struct arena *arena, const char *name);

#endif
