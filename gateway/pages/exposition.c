/* Merging Prometheus text: a family may be described once only, and equal series of two processes must differ in a label. */
#include "pages/exposition.h"

#include <string.h>

struct line {
	const char *process; /* NULL: a comment, written as it is */
	const char *text;
	size_t n;
	struct line *next;
};

struct family {
	const char *name;
	size_t n_name;
	bool has_help, has_type;
	struct line *first, *last;
};

struct exposition {
	struct arena *arena;
	struct family families[EXPOSITION_FAMILIES_MAX];
	size_t n;
};

struct exposition *
exposition_new(struct arena *arena)
{
	struct exposition *exposition = ARENA_NEW(arena, struct exposition);
	exposition->arena = arena;
	return exposition;
}

/* NULL when there are too many. */
static struct family *
family_of(struct exposition *exposition, const char *name, size_t n_name)
{
	for (size_t i = 0; i < exposition->n; i++)
		if (exposition->families[i].n_name == n_name && memcmp(exposition->families[i].name, name, n_name) == 0)
			return &exposition->families[i];
	if (exposition->n == EXPOSITION_FAMILIES_MAX || n_name == 0)
		return NULL;
	exposition->families[exposition->n] = (struct family){ .name = name, .n_name = n_name };
	return &exposition->families[exposition->n++];
}

static void
append(struct exposition *exposition, struct family *family, const char *process, const char *text, size_t n)
{
	struct line *line = ARENA_NEW(exposition->arena, struct line);
	*line = (struct line){ .process = process, .text = text, .n = n };
	if (family->last)
		family->last->next = line;
	else
		family->first = line;
	family->last = line;
}

/* "# HELP name text" or "# TYPE name kind": the first process's words count.  NULL for other comments. */
static struct family *
add_comment(struct exposition *exposition, const char *text, size_t n)
{
	bool is_help = n > 7 && memcmp(text, "# HELP ", 7) == 0;
	bool is_type = n > 7 && memcmp(text, "# TYPE ", 7) == 0;
	const char *end = is_help || is_type ? memchr(text + 7, ' ', n - 7) : NULL;
	struct family *family = end ? family_of(exposition, text + 7, (size_t)(end - text - 7)) : NULL;

	if (!family)
		return NULL;
	bool *has = is_help ? &family->has_help : &family->has_type;
	if (!*has)
		append(exposition, family, NULL, text, n);
	*has = true;
	return family;
}

/* A histogram's series have their family's name and a suffix. */
static bool
belongs_to(const struct family *family, const char *name, size_t n_name)
{
	return family && n_name >= family->n_name && memcmp(family->name, name, family->n_name) == 0 &&
	    (n_name == family->n_name || name[family->n_name] == '_');
}

void
exposition_add(struct exposition *exposition, const char *process, const char *text, size_t n)
{
	const char *end = text + n;
	struct family *family = NULL;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n_line = newline ? (size_t)(newline - text) : (size_t)(end - text);
		size_t n_name = 0;
		while (n_name < n_line && text[n_name] != '{' && text[n_name] != ' ')
			n_name++;
		if (n_line > 0 && text[0] == '#') {
			family = add_comment(exposition, text, n_line);
		} else if (n_name > 0 && n_name < n_line) {
			struct family *own = belongs_to(family, text, n_name) ? family : family_of(exposition, text, n_name);
			if (own)
				append(exposition, own, process, text, n_line);
		}
		text += n_line + (newline != NULL);
	}
}

static void
write_line(struct buf *buf, const struct line *line)
{
	if (!line->process) {
		buf_add(buf, line->text, line->n);
		buf_add_char(buf, '\n');
		return;
	}
	size_t n_name = 0;
	while (line->text[n_name] != '{' && line->text[n_name] != ' ')
		n_name++;
	bool has_labels = line->text[n_name] == '{';
	bool has_more = has_labels && n_name + 1 < line->n && line->text[n_name + 1] != '}';
	buf_add(buf, line->text, n_name);
	buf_printf(buf, "{process=\"%s\"%s", line->process, has_more ? "," : has_labels ? "" : "}");
	size_t from = n_name + (has_labels ? 1 : 0);
	buf_add(buf, line->text + from, line->n - from);
	buf_add_char(buf, '\n');
}

void
exposition_write(struct buf *buf, const struct exposition *exposition)
{
	for (size_t i = 0; i < exposition->n; i++)
		for (const struct line *line = exposition->families[i].first; line; line = line->next)
			write_line(buf, line);
}
