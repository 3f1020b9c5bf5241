/* Reading the files of `schema check`. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/builtin/schema_files.h"

#include "cli/input/document.h"
#include "cli/output/failure.h"

enum { DIRECTORY_DEPTH_MAX = 8 };

static bool
complain(struct cli *cli, const char *path, const char *reason)
{
	(void)failure_usage(cli, NULL, "%s: %s", path, reason); /* the caller returns the status */
	return false;
}

const struct json_value *
schema_file_read(struct cli *cli, struct arena *arena, const char *path, const struct json_limits *limits)
{
	struct json_error error;
	const char *problem = NULL;
	size_t n_bytes;
	const char *text = document_read(cli, arena, path, &n_bytes, &problem);

	if (!text) {
		(void)failure_usage(cli, NULL, "%s", problem);
		return NULL;
	}
	const struct json_value *value = json_parse(arena, text, n_bytes, limits, &error);
	if (!value)
		(void)failure_usage(cli, NULL, "%s:%zu:%zu: %s", path, error.line, error.column, error.message);
	return value;
}

struct walk {
	struct cli *cli;
	const struct json_limits *limits;
	struct schema_documents *documents;
};

static bool walk_directory(const struct walk *walk, const char *path, const char *uri, int depth);

static bool
add_document(const struct walk *walk, const char *path, const char *uri)
{
	struct schema_documents *documents = walk->documents;
	const struct json_value *value = schema_file_read(walk->cli, walk->cli->arena, path, walk->limits);

	if (!value)
		return false;
	if (documents->n == SCHEMA_DOCUMENTS_MAX)
		return complain(walk->cli, path, "too many documents");
	documents->list[documents->n++] = (struct json_schema_document){ .uri = uri, .value = value };
	return true;
}

static bool
walk_entry(const struct walk *walk, const char *path, const char *uri, const char *name, int depth)
{
	const char *below = arena_printf(walk->cli->arena, "%s/%s", path, name);
	const char *below_uri = arena_printf(walk->cli->arena, "%s/%s", uri, name);
	size_t n = strlen(name);
	struct stat status;

	if (name[0] == '.' || stat(below, &status) != 0)
		return true;
	if (S_ISDIR(status.st_mode))
		return depth == DIRECTORY_DEPTH_MAX || walk_directory(walk, below, below_uri, depth + 1);
	bool is_json = n > 5 && strcmp(name + n - 5, ".json") == 0;
	return !is_json || add_document(walk, below, below_uri);
}

static bool
walk_directory(const struct walk *walk, const char *path, const char *uri, int depth)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	bool is_ok = true;

	if (!directory)
		return complain(walk->cli, path, strerror(errno));
	while (is_ok && (entry = readdir(directory)))
		is_ok = walk_entry(walk, path, uri, entry->d_name, depth);
	(void)closedir(directory); /* only read from */
	return is_ok;
}

bool
schema_documents_read(struct cli *cli, const char *argument, const struct json_limits *limits,
    struct schema_documents *documents)
{
	const struct walk walk = { .cli = cli, .limits = limits, .documents = documents };
	const char *equals = strchr(argument, '=');

	if (!equals)
		return complain(cli, argument, "must be DIR=URIPREFIX");
	const char *path = arena_strndup(cli->arena, argument, (size_t)(equals - argument));
	return walk_directory(&walk, path, equals + 1, 0);
}
