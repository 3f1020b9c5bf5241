/* wordclaw backup, restore, doctor, rotate, convert: what an operator does beside the API.  The work is in wordclaw-operate, which links libpq; here it has its
 * place in help, completion and the manual. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/command/builtins.h"
#include "cli/output/failure.h"

#define PROGRAM "wordclaw-operate"
enum { WORDS_MAX = 32 };

static const char *
program_path(struct arena *arena)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return PROGRAM;
	path[n] = '\0';
	return arena_printf(arena, "%s/" PROGRAM, dirname(path));
}

/* This process becomes that one: its words and its exit status are the command's. */
static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const char *words[WORDS_MAX] = { PROGRAM, command->name };
	const char *path = program_path(cli->arena);
	size_t n = 2;

	for (size_t i = 0; i < arguments->n_operands && n < WORDS_MAX - 2; i++)
		words[n++] = arguments->operands[i];
	for (size_t i = 0; i < command->n_flags && n < WORDS_MAX - 2; i++) {
		const char *value = arguments->values[i];
		if (!value || (command->flags[i].kind == FLAG_SWITCH && strcmp(value, "true") != 0))
			continue;
		words[n++] = arena_printf(cli->arena, "--%s", command->flags[i].name);
		if (command->flags[i].kind != FLAG_SWITCH)
			words[n++] = value;
	}
	(void)fflush(cli->out);
	(void)execv(path, (char *const *)words);
	return failure_usage(cli, NULL, "%s: %s: it is installed with the services, not with the command line alone", path, strerror(errno));
}

#define JSON_FLAG { .name = "json", .kind = FLAG_SWITCH, .summary = "Say it as JSON." }
#define SETTINGS "Works as the administrator: takes DATABASE_URL, or where 'make run' keeps it, and WORDCLAW_HOME; 'wordclaw-operate --help' lists all settings. "

static const struct flag backup_flags[] = {
	{ .name = "seal-with", .kind = FLAG_VALUE, .value = "FILE", .summary = "Keep the keys in the backup, sealed with this key file of 32 bytes, made when missing. Keep it elsewhere." },
	{ .name = "without-keys", .kind = FLAG_SWITCH, .summary = "Keep only the keys' fingerprints, where something else keeps the keys themselves." },
	JSON_FLAG,
};
static const char *const backup_examples[] = { "wordclaw backup /backups/today --seal-with /root/backup.key", "wordclaw backup /backups/today --without-keys", NULL };

extern const struct command backup_command;
const struct command backup_command = { .name = "backup", .summary = "Back up database, assets and keys while everything runs.",
	.description = SETTINGS "The directory is made, and is there when the backup is whole: a dump of the database as of one moment, the "
	    "assets, the keys, and a manifest with the SHA-256 of each and the number of rows of every table. Needs pg_dump.",
	.flags = backup_flags, .n_flags = sizeof(backup_flags) / sizeof(backup_flags[0]), .operands = "DIRECTORY", .operands_min = 1, .operands_max = 1,
	.examples = backup_examples, .has_no_end = true, .run = run };

static const struct flag restore_flags[] = {
	{ .name = "seal-with", .kind = FLAG_VALUE, .value = "FILE", .summary = "The key that the backup's keys were sealed with." },
	{ .name = "check", .kind = FLAG_SWITCH, .summary = "Only hold every file against the manifest." },
	{ .name = "recovered", .kind = FLAG_SWITCH, .summary = "PostgreSQL itself has recovered the database: only begin a new epoch and verify." },
	JSON_FLAG,
};
static const char *const restore_examples[] = { "wordclaw restore /backups/today --seal-with /root/backup.key", "wordclaw restore /backups/today --check",
	"wordclaw restore --recovered", NULL };

extern const struct command restore_command;
const struct command restore_command = { .name = "restore", .summary = "Bring a backup into an empty database, and verify what came of it.",
	.description = SETTINGS "Holds every file against the manifest, restores database, assets and keys, compares the number of rows of every "
	    "table, makes the logins, applies later migrations, begins a new epoch of the events, and recomputes every tenant's audit chain and "
	    "checkpoints. Needs pg_restore. Services are started afterwards.",
	.flags = restore_flags, .n_flags = sizeof(restore_flags) / sizeof(restore_flags[0]), .operands = "[DIRECTORY]", .operands_max = 1,
	.examples = restore_examples, .has_no_end = true, .run = run };

static const struct flag doctor_flags[] = { JSON_FLAG };
static const char *const doctor_examples[] = { "wordclaw doctor", "wordclaw doctor --json", NULL };

extern const struct command doctor_command;
const struct command doctor_command = { .name = "doctor", .summary = "Examine an installation and say what to do about what is wrong.",
	.description = SETTINGS "Settings and secrets, disk, database, migrations, walls and logins, clocks, the last entries of every audit chain, how "
	    "far consumers are behind, events set aside, late work, every instance on the bus and its version, the gateway. Exits 1 when something fails; "
	    "warnings alone are 0.",
	.flags = doctor_flags, .n_flags = sizeof(doctor_flags) / sizeof(doctor_flags[0]), .examples = doctor_examples, .has_no_end = true, .run = run };

static const struct flag rotate_flags[] = {
	{ .name = "stage", .kind = FLAG_SWITCH, .summary = "Only make a new key known, for files that reach machines at different times." },
	{ .name = "use", .kind = FLAG_SWITCH, .summary = "Use the key that was staged; the old one still opens what it sealed." },
	{ .name = "reseal", .kind = FLAG_SWITCH, .summary = "master-key: seal what stands in rows with the newest key." },
	{ .name = "retire", .kind = FLAG_SWITCH, .summary = "Forget the old keys." },
	JSON_FLAG,
};
static const char *const rotate_examples[] = { "wordclaw rotate database-password content", "wordclaw rotate master-key", "wordclaw rotate bus-key --stage",
	"wordclaw rotate signing-key", NULL };

extern const struct command rotate_command;
const struct command rotate_command = { .name = "rotate", .summary = "Put another secret in the place of one, while everything runs.",
	.description = SETTINGS "SECRET is database-password (of one SERVICE or of all), master-key (seals secrets in rows and stored replies), mcp-key, "
	    "bus-key (CURVE; takes --stage, --use and --retire, with a rolling restart after each) or signing-key (of the audit's checkpoints). "
	    "Each step says what comes next; deploy/SECURITY.md has the whole order.",
	.flags = rotate_flags, .n_flags = sizeof(rotate_flags) / sizeof(rotate_flags[0]), .operands = "SECRET [SERVICE]", .operands_min = 1, .operands_max = 2,
	.examples = rotate_examples, .has_no_end = true, .run = run };

static const struct flag convert_flags[] = {
	{ .name = "from", .kind = FLAG_VALUE, .value = "URL", .summary = "libpq URI of that installation's database; a login that may read is enough." },
	{ .name = "domain", .kind = FLAG_VALUE, .value = "ID", .summary = "Which of its domains; left out, they are listed." },
};
static const char *const convert_examples[] = { "wordclaw convert old.ndjson --from postgresql://reader:...@db.example.com/wordclaw --domain 1", "wordclaw import old.ndjson --dry-run", NULL };

extern const struct command convert_command;
const struct command convert_command = { .name = "convert", .summary = "Make an export of a domain of WordClaw 1.54.",
	.description = "Reads the content types, items with their versions, and what is known of assets, and writes the file that 'wordclaw import' takes. Nothing is changed there. "
	    "Statuses outside of draft, in_review, published and archived become draft; items whose data is no JSON object are left out and named; the bytes of assets are not in it.",
	.flags = convert_flags, .n_flags = sizeof(convert_flags) / sizeof(convert_flags[0]), .operands = "FILE", .operands_min = 1, .operands_max = 1,
	.examples = convert_examples, .has_no_end = true, .run = run };
