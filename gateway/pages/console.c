/* The console's files, and those of the viewer of /documentation.  Their names hold a hash of what is in them, but for the page that names the others, so browsers keep them for good. */
#include "pages/console.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/header.h"
#include "log.h"
#include "pages/page.h"
#include "rest/answer.h"
#include "secret.h"

enum { FILES_MAX = 128, FILE_BYTES_MAX = 4 * 1024 * 1024, ARENA_BYTES = 32 * 1024 * 1024, PATH_MAX_BYTES = 4096, ETAG_CHARS = 32 };

struct file {
	const char *name; /* "console-1a2b3c.js"; the page itself is "index.html" */
	const char *bytes;
	size_t n;
	const char *etag;
};

static struct {
	struct arena *arena; /* for the process's life */
	struct file list[FILES_MAX];
	size_t n;
} files;

static const char csp[] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/* ---- reading ---- */

static void
keep(const char *directory, const char *name)
{
	const char *path = arena_printf(files.arena, "%s/%s", directory, name);
	FILE *stream = fopen(path, "re");
	struct file *file = &files.list[files.n];
	char *bytes = stream ? malloc(FILE_BYTES_MAX) : NULL;
	char hash[SHA256_HEX_BYTES];

	if (!stream)
		return;
	if (!bytes)
		abort();
	size_t n = fread(bytes, 1, FILE_BYTES_MAX, stream);
	bool is_whole = feof(stream) && !ferror(stream);
	(void)fclose(stream); /* only read from */
	if (!is_whole) {
		free(bytes);
		return;
	}
	sha256_hex(hash, bytes, n);
	*file = (struct file){ .name = arena_strdup(files.arena, name), .bytes = arena_memdup(files.arena, bytes, n), .n = n,
		.etag = arena_printf(files.arena, "\"%.*s\"", ETAG_CHARS, hash) };
	free(bytes);
	files.n++;
}

static void
keep_all(const char *directory)
{
	DIR *listing = opendir(directory);
	const struct dirent *entry;

	if (!listing)
		return;
	while ((entry = readdir(listing)) && files.n < FILES_MAX) {
		struct arena_mark mark = arena_mark(files.arena);
		size_t n_before = files.n;
		if (entry->d_name[0] != '.')
			keep(directory, entry->d_name);
		if (files.n == n_before)
			arena_rewind(files.arena, mark);
	}
	(void)closedir(listing);
}

/* Where the program lies: "/opt/wordclaw/bin", or "." when nobody knows. */
static const char *
own_directory(void)
{
	char *path = arena_alloc(files.arena, PATH_MAX_BYTES);
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX_BYTES - 1);
	char *slash = n > 0 ? strrchr(path, '/') : NULL;

	if (!slash)
		return ".";
	*slash = '\0';
	return path;
}

static const struct file *
find(const char *name, size_t n_name, bool is_packed)
{
	size_t n_suffix = is_packed ? 3 : 0;

	for (size_t i = 0; i < files.n; i++) {
		const char *candidate = files.list[i].name;
		if (strlen(candidate) == n_name + n_suffix && strncmp(candidate, name, n_name) == 0 && (!is_packed || strcmp(candidate + n_name, ".gz") == 0))
			return &files.list[i];
	}
	return NULL;
}

void
console_load(const char *directory)
{
	files.arena = arena_new(ARENA_BYTES);
	if (directory[0]) {
		keep_all(directory);
	} else {
		const char *own = own_directory();
		keep_all(arena_printf(files.arena, "%s/../ui", own));
		if (files.n == 0)
			keep_all(arena_printf(files.arena, "%s/../build/ui", own));
	}
	log_write(LOG_INFO, "console.loaded", LOG_INT("files", (int64_t)files.n));
}

bool
console_is_there(void)
{
	return files.n > 0;
}

/* ---- answering ---- */

static const char *
type_of(const char *name, size_t n)
{
	static const char *const types[][2] = { { ".js", "text/javascript; charset=utf-8" }, { ".css", "text/css; charset=utf-8" },
		{ ".html", "text/html; charset=utf-8" }, { ".txt", "text/plain; charset=utf-8" }, { ".svg", "image/svg+xml" } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t n_suffix = strlen(types[i][0]);
		if (n > n_suffix && strncmp(name + n - n_suffix, types[i][0], n_suffix) == 0)
			return types[i][1];
	}
	return "application/octet-stream";
}

static void
answer_file(struct exchange *exchange, const char *name, size_t n, const char *cache)
{
	const char *accepted = exchange_header(exchange, "accept-encoding");
	const char *if_none_match = exchange_header(exchange, "if-none-match");
	const struct file *packed = accepted && header_accepts(accepted, "gzip") ? find(name, n, true) : NULL;
	const struct file *file = packed ? packed : find(name, n, false);

	if (!file) {
		ANSWER_FAIL(exchange, NOT_FOUND, "no route '%s'", exchange->path);
		return;
	}
	exchange_set_header(exchange, "ETag", file->etag);
	exchange_set_header(exchange, "Cache-Control", cache);
	exchange_set_header(exchange, "Vary", "Accept-Encoding");
	exchange_set_header(exchange, "Content-Security-Policy", csp);
	if (if_none_match && header_names_etag(if_none_match, file->etag)) {
		exchange_answer(exchange, 304, NULL, "", 0);
		return;
	}
	if (packed)
		exchange_set_header(exchange, "Content-Encoding", "gzip");
	exchange_answer(exchange, 200, type_of(name, n), file->bytes, file->n);
}

bool
console_answer_documentation(struct exchange *exchange)
{
	static const char name[] = "documentation.html";

	if (!find(name, sizeof(name) - 1, false))
		return false;
	answer_file(exchange, name, sizeof(name) - 1, "no-cache");
	return true;
}

static void
answer_page(struct exchange *exchange)
{
	static const char index[] = "index.html";
	static const char missing[] = "<!doctype html><html lang=\"en\"><title>WordClaw</title><h1>The console is not built</h1>"
		"<p>Everything else works. The console is built with Node and npm: install both (on Debian: apt install nodejs npm), "
		"run <code>make ui</code> in the checkout, and start the gateway again.</p></html>";

	if (find(index, sizeof(index) - 1, false)) {
		answer_file(exchange, index, sizeof(index) - 1, "no-cache");
		return;
	}
	exchange_set_header(exchange, "Cache-Control", "no-store");
	exchange_set_header(exchange, "Content-Security-Policy", csp);
	exchange_answer(exchange, 503, "text/html; charset=utf-8", missing, sizeof(missing) - 1);
}

static void
answer_asset(struct exchange *exchange)
{
	const struct route_variable *variable = &exchange->match.variables[0];

	answer_file(exchange, variable->text, variable->n, "public, max-age=31536000, immutable");
}

const struct page console_page = { .method = "GET", .path = "/ui", .name = "console", .answer = answer_page };
const struct page console_invite_page = { .method = "GET", .path = "/ui/invite", .name = "console.invite", .answer = answer_page };
const struct page console_authorize_page = { .method = "GET", .path = "/ui/authorize", .name = "console.authorize", .answer = answer_page };
const struct page console_oidc_page = { .method = "GET", .path = "/ui/oidc", .name = "console.oidc", .answer = answer_page };
const struct page console_asset_page = { .method = "GET", .path = "/ui/assets/{file}", .name = "console.asset", .answer = answer_asset };
