/* URI references of schemas: RFC 3986, section 5. */
#include <string.h>

#include "buf.h"
#include "schema/internal.h"

struct slice {
	const char *at;
	size_t n;
};

struct uri {
	struct slice scheme, authority, path, query, fragment;
	bool has_scheme, has_authority, has_query, has_fragment;
};

static struct slice
until(const char **at, const char *stops)
{
	struct slice slice = { *at, strcspn(*at, stops) };
	*at += slice.n;
	return slice;
}

static struct uri
split(const char *text)
{
	struct uri uri = { 0 };
	size_t n_scheme = strcspn(text, ":/?#");

	if (text[n_scheme] == ':' && n_scheme > 0) {
		uri.has_scheme = true;
		uri.scheme = (struct slice){ text, n_scheme };
		text += n_scheme + 1;
	}
	if (strncmp(text, "//", 2) == 0) {
		text += 2;
		uri.has_authority = true;
		uri.authority = until(&text, "/?#");
	}
	uri.path = until(&text, "?#");
	if (*text == '?') {
		text++;
		uri.has_query = true;
		uri.query = until(&text, "#");
	}
	if (*text == '#') {
		uri.has_fragment = true;
		uri.fragment = (struct slice){ text + 1, strlen(text + 1) };
	}
	return uri;
}

/* RFC 3986, 5.2.4, in place. */
static void
remove_dots(char *path)
{
	const char *in = path;
	char *out = path;

	while (*in) {
		if (strncmp(in, "/./", 3) == 0 || strcmp(in, "/.") == 0) {
			in += 2;
			if (!*in)
				*out++ = '/';
		} else if (strncmp(in, "/../", 4) == 0 || strcmp(in, "/..") == 0) {
			in += 3;
			while (out > path && *--out != '/')
				;
			if (!*in)
				*out++ = '/';
		} else {
			do
				*out++ = *in++;
			while (*in && *in != '/');
		}
	}
	*out = '\0';
}

/* RFC 3986, 5.2.3. */
static char *
merge(struct arena *arena, const struct uri *base, struct slice path)
{
	if (base->has_authority && base->path.n == 0)
		return arena_printf(arena, "/%.*s", (int)path.n, path.at);
	size_t n_kept = base->path.n;
	while (n_kept > 0 && base->path.at[n_kept - 1] != '/')
		n_kept--;
	return arena_printf(arena, "%.*s%.*s", (int)n_kept, base->path.at, (int)path.n, path.at);
}

static void
add(struct buf *buf, const char *before, struct slice slice, const char *after)
{
	buf_add_text(buf, before);
	buf_add(buf, slice.at, slice.n);
	buf_add_text(buf, after);
}

char *
schema_uri_resolve(struct arena *arena, const char *base_text, const char *reference)
{
	struct uri base = split(base_text);
	struct uri ref = split(reference);
	struct buf buf;
	char *path;

	if (ref.has_scheme || (!base.has_scheme && base.path.n == 0 && !base.has_authority))
		return arena_strdup(arena, reference);
	bool is_same_path = !ref.has_authority && ref.path.n == 0;
	if (is_same_path)
		path = arena_strndup(arena, base.path.at, base.path.n);
	else if (ref.has_authority || ref.path.at[0] == '/')
		path = arena_strndup(arena, ref.path.at, ref.path.n);
	else
		path = merge(arena, &base, ref.path);
	if (!is_same_path)
		remove_dots(path);

	buf_init(&buf, arena, strlen(base_text) + strlen(reference));
	if (base.has_scheme)
		add(&buf, "", base.scheme, ":");
	if (ref.has_authority || base.has_authority)
		add(&buf, "//", ref.has_authority ? ref.authority : base.authority, "");
	buf_add_text(&buf, path);
	if (ref.has_query)
		add(&buf, "?", ref.query, "");
	else if (is_same_path && base.has_query)
		add(&buf, "?", base.query, "");
	if (ref.has_fragment)
		add(&buf, "#", ref.fragment, "");
	return buf.bytes;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *
schema_uri_cut_fragment(struct arena *arena, char *uri)
{
	char *hash = strchr(uri, '#');
	if (!hash)
		return "";
	*hash = '\0';
	char *decoded = arena_strdup(arena, hash + 1);
	char *out = decoded;
	for (const char *in = decoded; *in; in++) {
		int high = *in == '%' ? hex_value(in[1]) : -1;
		int low = high >= 0 ? hex_value(in[2]) : -1;
		if (low < 0) {
			*out++ = *in;
			continue;
		}
		*out++ = (char)(high << 4 | low);
		in += 2;
	}
	*out = '\0';
	return decoded;
}
