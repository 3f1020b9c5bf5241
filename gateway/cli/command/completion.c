/* wordclaw completion: a shell's completion, written out from the commands' tables. */
#include <string.h>

#include "buf.h"
#include "cli/command/builtins.h"
#include "cli/cli.h"
#include "cli/output/output.h"

/* What follows is the same for every version of the tables: find the command in front of the cursor, then offer.  Values that the tables do
 * not have, ids and slugs, `wordclaw complete` asks the server for. */
static const char bash_body[] =
    "_wordclaw_asked() {\n"
    "\tCOMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\" -- \"$1\"))\n"
    "\t[ \"${#COMPREPLY[@]}\" -gt 0 ]\n"
    "}\n"
    "_wordclaw() {\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} command= skip= previous= i word NEXT= FLAGS= VALUED=\n"
    "\t_wordclaw_at \"\"\n"
    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
    "\t\tword=${COMP_WORDS[i]}\n"
    "\t\tif [ -n \"$skip\" ]; then skip=; continue; fi\n"
    "\t\tcase \"$word\" in\n"
    "\t\t-*) case \" $VALUED \" in *\" $word \"*) skip=1 previous=$word ;; esac ;;\n"
    "\t\t*) case \" $NEXT \" in *\" $word \"*) command=\"${command:+$command }$word\"; _wordclaw_at \"$command\" ;; esac ;;\n"
    "\t\tesac\n"
    "\tdone\n"
    "\tif [ -n \"$skip\" ]; then\n"
    "\t\tlocal values=$(_wordclaw_values \"$command\" \"$previous\")\n"
    "\t\tif [ -n \"$values\" ]; then COMPREPLY=($(compgen -W \"$values\" -- \"$cur\")); return; fi\n"
    "\t\tif _wordclaw_asked \"$cur\"; then return; fi\n"
    "\t\tcase \"$cur\" in\n"
    "\t\t@*) COMPREPLY=($(compgen -f -P @ -- \"${cur#@}\")) ;;\n"
    "\t\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
    "\t\tesac\n"
    "\t\treturn\n"
    "\tfi\n"
    "\tcase \"$cur\" in\n"
    "\t-*) COMPREPLY=($(compgen -W \"$FLAGS\" -- \"$cur\")) ;;\n"
    "\t*) if [ -n \"$NEXT\" ]; then COMPREPLY=($(compgen -W \"$NEXT\" -- \"$cur\")); elif ! _wordclaw_asked \"$cur\"; then COMPREPLY=($(compgen -f -- \"$cur\")); fi ;;\n"
    "\tesac\n"
    "}\n"
    "complete -F _wordclaw wordclaw\n";

static const char zsh_head[] =
    "#compdef wordclaw\n"
    "autoload -U +X compinit bashcompinit\n"
    "(( $+functions[compdef] )) || compinit\n"
    "bashcompinit\n";

static const char fish_body[] =
    "function __wordclaw_complete\n"
    "\tset -l words (commandline -opc) (commandline -ct)\n"
    "\tset -l found (command $words[1] complete --describe -- $words[2..-1] 2>/dev/null)\n"
    "\tif test (count $found) -gt 0\n"
    "\t\tprintf '%s\\n' $found\n"
    "\telse\n"
    "\t\t__fish_complete_path (commandline -ct)\n"
    "\tend\n"
    "end\n"
    "complete -c wordclaw -f -a '(__wordclaw_complete)'\n";

struct prefix {
	const char *text;
	size_t n; /* bytes */
};

static bool
is_below(const struct command *command, const struct prefix *prefix)
{
	if (prefix->n == 0)
		return true;
	return strncmp(command->name, prefix->text, prefix->n) == 0 && command->name[prefix->n] == ' ';
}

/* The word behind the prefix. */
static struct prefix
next_word(const struct command *command, const struct prefix *prefix)
{
	const char *word = command->name + prefix->n + (prefix->n > 0);
	return (struct prefix){ word, strcspn(word, " ") };
}

static void
add_next(struct buf *buf, const struct commands *commands, const struct prefix *prefix)
{
	struct prefix last = { "", 0 };

	buf_add_text(buf, "NEXT=\"");
	for (size_t i = 0; i < commands->n; i++) {
		if (!is_below(commands->list[i], prefix))
			continue;
		struct prefix word = next_word(commands->list[i], prefix);
		if (word.n == last.n && memcmp(word.text, last.text, word.n) == 0)
			continue; /* sorted: the same words stand together */
		buf_printf(buf, "%s%.*s", last.n ? " " : "", (int)word.n, word.text);
		last = word;
	}
	buf_add_text(buf, "\"");
}

static void
add_flags(struct buf *buf, const struct command *command, bool is_valued)
{
	buf_add_text(buf, is_valued ? "; VALUED=\"" : "; FLAGS=\"");
	for (size_t i = 0; command && i < command->n_flags; i++)
		if (!is_valued || command->flags[i].kind != FLAG_SWITCH)
			buf_printf(buf, "--%s ", command->flags[i].name);
	for (size_t i = 0; i < GLOBALS; i++)
		if (!is_valued || global_flags[i].kind != FLAG_SWITCH)
			buf_printf(buf, "--%s ", global_flags[i].name);
	buf->len--; /* the last blank */
	buf_add_char(buf, '"');
}

static const struct command *
command_named(const struct commands *commands, const struct prefix *prefix)
{
	for (size_t i = 0; i < commands->n; i++)
		if (strlen(commands->list[i]->name) == prefix->n && memcmp(commands->list[i]->name, prefix->text, prefix->n) == 0)
			return commands->list[i];
	return NULL;
}

static void
add_place(struct buf *buf, const struct commands *commands, const struct prefix *prefix)
{
	const struct command *command = command_named(commands, prefix);

	buf_printf(buf, "\t\"%.*s\") ", (int)prefix->n, prefix->text);
	add_next(buf, commands, prefix);
	add_flags(buf, command, false);
	add_flags(buf, command, true);
	buf_add_text(buf, " ;;\n");
}

/* Does an earlier command begin with the same words?  Then their place is written already. */
static bool
is_written(const struct commands *commands, size_t i, const struct prefix *prefix)
{
	if (i == 0)
		return false;
	const char *before = commands->list[i - 1]->name;
	return strncmp(before, prefix->text, prefix->n) == 0 && (before[prefix->n] == ' ' || before[prefix->n] == '\0');
}

static void
add_places(struct buf *buf, const struct commands *commands)
{
	const struct prefix start = { "", 0 };

	buf_add_text(buf, "_wordclaw_at() {\n\tcase \"$1\" in\n");
	add_place(buf, commands, &start);
	for (size_t i = 0; i < commands->n; i++) {
		const char *name = commands->list[i]->name;
		for (size_t n = strcspn(name, " "); n > 0; n = name[n] ? n + 1 + strcspn(name + n + 1, " ") : 0) {
			const struct prefix prefix = { name, n };
			if (!is_written(commands, i, &prefix))
				add_place(buf, commands, &prefix);
		}
	}
	buf_add_text(buf, "\tesac\n}\n");
}

static void
add_choices(struct buf *buf, const char *command, const struct flag *flag)
{
	if (!flag->choices)
		return;
	buf_printf(buf, "\t%s%s%s--%s\")  echo \"", *command == '*' ? "" : "\"", command, *command == '*' ? "\"" : " ", flag->name);
	for (size_t i = 0; flag->choices[i]; i++)
		buf_printf(buf, "%s%s", i ? " " : "", flag->choices[i]);
	buf_add_text(buf, "\" ;;\n");
}

static void
add_values(struct buf *buf, const struct commands *commands)
{
	buf_add_text(buf, "_wordclaw_values() {\n\tcase \"$1 $2\" in\n");
	for (size_t i = 0; i < commands->n; i++)
		for (size_t f = 0; f < commands->list[i]->n_flags; f++)
			add_choices(buf, commands->list[i]->name, &commands->list[i]->flags[f]);
	for (size_t i = 0; i < GLOBALS; i++)
		add_choices(buf, "*", &global_flags[i]);
	buf_add_text(buf, "\tesac\n}\n");
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct buf buf;

	(void)command;
	if (strcmp(arguments->values[0], "fish") == 0)
		return output_print_bytes(cli, fish_body, sizeof(fish_body) - 1);
	buf_init(&buf, cli->arena, 64 * 1024);
	if (strcmp(arguments->values[0], "zsh") == 0)
		buf_add_text(&buf, zsh_head);
	add_places(&buf, cli->commands);
	add_values(&buf, cli->commands);
	buf_add_text(&buf, bash_body);
	return output_print_bytes(cli, buf.bytes, buf.len);
}

static const char *const shells[] = { "bash", "fish", "zsh", NULL };
static const struct flag flags[] = {
	{ .name = "shell", .kind = FLAG_VALUE, .is_required = true, .value = "bash|fish|zsh", .choices = shells, .summary = "Which shell." },
};
static const size_t positions[] = { 0 };
static const char *const examples[] = { "source <(wordclaw completion bash)", "wordclaw completion zsh >~/.zfunc/_wordclaw",
	"wordclaw completion fish >~/.config/fish/completions/wordclaw.fish", NULL };

extern const struct command completion_command;
const struct command completion_command = { .name = "completion", .summary = "Print completion for a shell.", .flags = flags, .n_flags = 1,
	.positions = positions, .n_positions = 1, .examples = examples, .run = run };
