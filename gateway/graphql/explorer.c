/* The explorer: a fixed set of files, read when they are asked for.  Nothing of it is in the binary. */
#include "graphql/explorer.h"

#include <stdio.h>
#include <string.h>

#include "rest/answer.h"
#include "pages/page.h"
#include "settings.h"

enum { FILE_BYTES_MAX = 8 * 1024 * 1024 };

static const struct {
	const char *name;
	const char *content_type;
} files[] = {
	{ "index.html", "text/html; charset=utf-8" },
	{ "explorer.js", "text/javascript; charset=utf-8" },
	{ "graphiql.min.js", "text/javascript; charset=utf-8" },
	{ "graphiql.min.css", "text/css; charset=utf-8" },
	{ "react.production.min.js", "text/javascript; charset=utf-8" },
	{ "react-dom.production.min.js", "text/javascript; charset=utf-8" },
};

/* The whole file, or false when it is not there or unreasonable. */
static bool
read_file(const char *path, struct buf *ret_bytes)
{
	char chunk[65536];
	size_t n = 1;
	FILE *file = fopen(path, "re");

	if (!file)
		return false;
	while (n > 0 && ret_bytes->len <= FILE_BYTES_MAX) {
		n = fread(chunk, 1, sizeof(chunk), file);
		buf_add(ret_bytes, chunk, n);
	}
	bool is_good = !ferror(file) && ret_bytes->len <= FILE_BYTES_MAX;
	return fclose(file) == 0 && is_good;
}

static void
answer_file(struct exchange *exchange, const char *name, const char *content_type)
{
	struct buf bytes;

	buf_init(&bytes, exchange->arena, 65536);
	if (!read_file(arena_printf(exchange->arena, "%s/%s", settings.graphql_explorer, name), &bytes)) {
		ANSWER_FAIL(exchange, NOT_FOUND, "the explorer has no file '%s'; make explorer installs it", name);
		return;
	}
	exchange_set_header(exchange, "Cache-Control", "no-cache");
	exchange_set_header(exchange, "Content-Security-Policy",
	    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
	    "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'");
	exchange_answer(exchange, 200, content_type, bytes.bytes, bytes.len);
}

bool
graphql_explorer_is_wanted(const struct exchange *exchange)
{
	const char *accept = exchange_header(exchange, "accept");

	return settings.graphql_explorer[0] && accept && strstr(accept, "text/html") && !query_get(&exchange->query, "query");
}

void
graphql_explorer_answer(struct exchange *exchange)
{
	answer_file(exchange, "index.html", files[0].content_type);
}

static void
answer_asset(struct exchange *exchange)
{
	const struct route_variable *variable = &exchange->match.variables[0];

	for (size_t i = 0; settings.graphql_explorer[0] && i < sizeof(files) / sizeof(files[0]); i++) {
		if (strlen(files[i].name) != variable->n || strncmp(files[i].name, variable->text, variable->n) != 0)
			continue;
		answer_file(exchange, files[i].name, files[i].content_type);
		return;
	}
	ANSWER_FAIL(exchange, NOT_FOUND, "no route '%s'", exchange->path);
}

const struct page graphql_explorer_page = { .method = "GET", .path = "/graphql/explorer/{file}", .name = "graphql.explorer",
	.answer = answer_asset };
