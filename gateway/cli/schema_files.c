/* Reading the files of `schema check`. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "schema_files.h"

enum { DIRECTORY_DEPTH_MAX = 8 };

static bool
complain(const char *path, const char *reason)
{
	fprintf(stderr, "wordclaw: %s: %s\n", path, reason);
	return false;
}

static bool
read_bytes(FILE *file, const char *path, struct buf *text)
{
	enum { CHUNK_BYTES = 64 * 1024 };

	for (;;) {
		buf_reserve(text, CHUNK_BYTES);
		size_t n = fread(text->bytes + text->len, 1, CHUNK_BYTES, file);
		text->len += n;
		if (n == 0)
			return !ferror(file) || complain(path, strerror(errno));
		if (text->len > SCHEMA_FILE_BYTES_MAX)
			return complain(path, "file too large");
	}
}

const struct json_value *
schema_file_read(struct arena *arena, const char *path, const struct json_limits *limits)
{
	struct buf text;
	struct json_error error;
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "rb");

	if (!file) {
		(void)complain(path, strerror(errno));
		return NULL;
	}
	buf_init(&text, arena, 0);
	bool is_ok = read_bytes(file, path, &text);
	if (!is_stdin)
		(void)fclose(file); /* only read from */
	if (!is_ok)
		return NULL;
	const struct json_value *value = json_parse(arena, text.bytes, text.len, limits, &error);
	if (!value)
		fprintf(stderr, "wordclaw: %s:%zu:%zu: %s\n", path, error.line, error.column, error.message);
	return value;
}

struct walk {
	struct arena *arena;
	const struct json_limits *limits;
	struct schema_documents *documents;
};

static bool walk_directory(const struct walk *walk, const char *path, const char *uri, int depth);

static bool
add_document(const struct walk *walk, const char *path, const char *uri)
{
	struct schema_documents *documents = walk->documents;
	const struct json_value *value = schema_file_read(walk->arena, path, walk->limits);

	if (!value)
		return false;
	if (documents->n == SCHEMA_DOCUMENTS_MAX)
		return complain(path, "too many documents");
	documents->list[documents->n++] = (struct json_schema_document){ .uri = uri, .value = value };
	return true;
}

static bool
walk_entry(const struct walk *walk, const char *path, const char *uri, const char *name, int depth)
{
	const char *below = arena_printf(walk->arena, "%s/%s", path, name);
	const char *below_uri = arena_printf(walk->arena, "%s/%s", uri, name);
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
		return complain(path, strerror(errno));
	while (is_ok && (entry = readdir(directory)))
		is_ok = walk_entry(walk, path, uri, entry->d_name, depth);
	(void)closedir(directory); /* only read from */
	return is_ok;
}

bool
schema_documents_read(struct arena *arena, const char *argument, const struct json_limits *limits,
    struct schema_documents *documents)
{
	const struct walk walk = { .arena = arena, .limits = limits, .documents = documents };
	const char *equals = strchr(argument, '=');

	if (!equals)
		return complain(argument, "must be DIR=URIPREFIX");
	const char *path = arena_strndup(arena, argument, (size_t)(equals - argument));
	return walk_directory(&walk, path, equals + 1, 0);
}
