/* Reading files and standard input, within a bound. */
#include "cli/input/document.h"

#include <errno.h>
#include <string.h>

#include "buf.h"

enum { CHUNK_BYTES = 64 * 1024 };

static bool
read_all(FILE *file, struct buf *text, const char **ret_problem)
{
	for (;;) {
		buf_reserve(text, CHUNK_BYTES);
		size_t n = fread(text->bytes + text->len, 1, CHUNK_BYTES, file);
		text->len += n;
		text->bytes[text->len] = '\0';
		if (n == 0 && ferror(file)) {
			*ret_problem = strerror(errno);
			return false;
		}
		if (n == 0)
			return true;
		if (text->len > DOCUMENT_BYTES_MAX) {
			*ret_problem = "it is larger than 64 MB";
			return false;
		}
	}
}

static FILE *
open_input(struct cli *cli, const char *path, const char **ret_problem)
{
	if (strcmp(path, "-") != 0) {
		FILE *file = fopen(path, "rb");
		*ret_problem = file ? NULL : strerror(errno);
		return file;
	}
	if (cli->is_input_taken) {
		*ret_problem = "standard input can be read only once";
		return NULL;
	}
	cli->is_input_taken = true;
	return cli->in;
}

const char *
document_read(struct cli *cli, struct arena *arena, const char *path, size_t *ret_n_bytes, const char **ret_problem)
{
	const char *problem = NULL;
	FILE *file = open_input(cli, path, &problem);
	struct buf text;

	buf_init(&text, arena, 0);
	bool is_read = file && read_all(file, &text, &problem);
	if (file && file != cli->in)
		(void)fclose(file); /* only read from */
	if (!is_read) {
		*ret_problem = arena_printf(arena, "%s: %s", strcmp(path, "-") == 0 ? "standard input" : path, problem);
		return NULL;
	}
	*ret_n_bytes = text.len;
	return text.bytes;
}

static const char *
load(void *context, struct arena *arena, const char *value, const char **ret_problem)
{
	size_t n_bytes;
	bool is_named = value[0] == '@' || strcmp(value, "-") == 0;

	if (!is_named)
		return value;
	const char *path = value[0] == '@' ? value + 1 : value;
	const char *text = document_read(context, arena, path, &n_bytes, ret_problem);
	if (text && strlen(text) != n_bytes) {
		*ret_problem = arena_printf(arena, "%s: it holds a NUL byte", path);
		return NULL;
	}
	return text;
}

struct document_source
document_source_of(struct cli *cli)
{
	return (struct document_source){ .load = load, .context = cli };
}
