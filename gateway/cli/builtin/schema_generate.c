/* wordclaw schema generate: TypeScript and C of the tenant's content types, written into a directory or compared with what is there. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/output/failure.h"

enum { TIMEOUT_MS = 10000, PATH_BYTES_MAX = 4096, FILE_BYTES_MAX = 16 * 1024 * 1024 };
enum { FLAG_OUT, FLAG_PACKAGE, FLAG_SLUGS, FLAG_CHECK, FLAGS };

static const struct flag flags[FLAGS] = {
	[FLAG_OUT] = { .name = "out", .kind = FLAG_VALUE, .value = "DIR", .summary = "Where the files are; made when missing." },
	[FLAG_PACKAGE] = { .name = "package-name", .kind = FLAG_VALUE, .value = "NAME", .summary = "Name that the files say (wordclaw-generated)." },
	[FLAG_SLUGS] = { .name = "content-type-slugs", .kind = FLAG_VALUE, .value = "A,B", .summary = "Only these types." },
	[FLAG_CHECK] = { .name = "check", .kind = FLAG_SWITCH, .summary = "Write nothing; exit 1, naming files that are not current." },
};

struct generation {
	struct cli *cli;
	const char *directory;
	bool is_check;
	size_t n_stale, n_files;
};

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = object->type == JSON_OBJECT ? json_get(object, name) : NULL;
	return value && value->type == JSON_TEXT ? value->text : NULL;
}

/* What names a file in the directory and nothing elsewhere. */
static bool
is_file_name(const char *name)
{
	size_t n = strlen(name);
	return n > 0 && n < 100 && name[0] != '.' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == n;
}

static bool
has_text(const char *path, const char *text, size_t n_text)
{
	struct arena *arena = arena_new(FILE_BYTES_MAX);
	char *bytes = arena_alloc(arena, n_text + 1);
	FILE *file = fopen(path, "r");
	bool is_same = file && fread(bytes, 1, n_text + 1, file) == n_text && memcmp(bytes, text, n_text) == 0;

	if (file)
		(void)fclose(file);
	arena_free(arena);
	return is_same;
}

static int
write_file(struct cli *cli, const char *path, const char *text, size_t n_text)
{
	FILE *file = fopen(path, "w");
	bool is_written = file && fwrite(text, 1, n_text, file) == n_text;

	if (file && fclose(file) != 0)
		is_written = false;
	return is_written ? CLI_OK : failure_usage(cli, NULL, "%s cannot be written: %s", path, strerror(errno));
}

static int
take_file(struct generation *generation, const struct json_value *file)
{
	struct cli *cli = generation->cli;
	const char *name = text_of(file, "path"), *text = text_of(file, "text");

	if (!name || !text || !is_file_name(name))
		return failure_answer(cli, 200, NULL, NULL);
	const char *path = arena_printf(cli->arena, "%s/%s", generation->directory, name);
	size_t n = strlen(text);
	generation->n_files++;
	if (has_text(path, text, n))
		return CLI_OK;
	generation->n_stale++;
	if (!generation->is_check)
		return write_file(cli, path, text, n);
	(void)fprintf(cli->out, "not current: %s\n", path);
	return CLI_OK;
}

static int
ask(struct cli *cli, const struct arguments *arguments, const struct json_value **ret_data)
{
	const char *package = arguments->values[FLAG_PACKAGE], *slugs = arguments->values[FLAG_SLUGS];
	struct rest_request request = { .method = "GET" };
	struct api_reply reply;

	/* Both are of characters that a query takes as they are; anything else the gateway refuses. */
	request.target = arena_printf(cli->arena, "/api/schema/artifacts?packageName=%s%s%s", package ? package : "wordclaw-generated",
	    slugs ? "&contentTypeSlugs=" : "", slugs ? slugs : "");
	if (strpbrk(request.target + 1, " \t\r\n#") || strlen(request.target) > PATH_BYTES_MAX)
		return failure_usage(cli, NULL, "a package name and slugs have no spaces");
	api_add_headers(cli, &request);
	int status = api_send(cli, &request, TIMEOUT_MS, &reply);
	if (status == CLI_OK)
		status = api_judge(cli, &reply);
	if (status != CLI_OK)
		return status;
	const struct json_value *data = reply.json && reply.json->type == JSON_OBJECT ? json_get(reply.json, "data") : NULL;
	if (!data || data->type != JSON_OBJECT)
		return failure_answer(cli, reply.status, NULL, NULL);
	*ret_data = data;
	return CLI_OK;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct generation generation = { .cli = cli, .directory = arguments->values[FLAG_OUT], .is_check = arguments->values[FLAG_CHECK] != NULL };
	const struct json_value *data = NULL;

	(void)command;
	if (!generation.directory || !generation.directory[0])
		return failure_usage(cli, "Say where with --out DIR.", "there is no directory for the files");
	int status = ask(cli, arguments, &data);
	if (status != CLI_OK)
		return status;
	if (!generation.is_check && mkdir(generation.directory, 0777) != 0 && errno != EEXIST)
		return failure_usage(cli, NULL, "%s cannot be made: %s", generation.directory, strerror(errno));
	const struct json_value *files = json_get(data, "files");
	for (uint32_t i = 0; files && files->type == JSON_LIST && i < files->n && status == CLI_OK; i++)
		status = take_file(&generation, &files->items[i]);
	if (status != CLI_OK)
		return status;
	if (generation.is_check && generation.n_stale > 0)
		return CLI_NO;
	(void)fprintf(cli->out, "%zu files, %zu written, of schemas %s\n", generation.n_files, generation.is_check ? 0 : generation.n_stale,
	    text_of(data, "schemaHash") ? text_of(data, "schemaHash") : "?");
	return CLI_OK;
}

static const char *const examples[] = { "wordclaw schema generate --out src/content", "wordclaw schema generate --out src/content --check", NULL };

extern const struct command schema_generate_command;
const struct command schema_generate_command = { .name = "schema generate", .summary = "Write TypeScript of the content types (types, Zod validators, a client) and a C header.",
	.description = "The same types make the same files, and each says the hash of the schemas it was made of. With --check nothing is written: exits 1 and names "
	    "the files that are not current.",
	.flags = flags, .n_flags = FLAGS, .examples = examples, .run = run };
