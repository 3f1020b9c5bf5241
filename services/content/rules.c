/* What content may be and become. */
#include "rules.h"

#include <string.h>

static bool
is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool
rules_slug_is_valid(const char *slug)
{
	size_t n = strnlen(slug, SLUG_BYTES_MAX + 1);

	if (n == 0 || n > SLUG_BYTES_MAX || !is_word_byte(slug[0]) || !is_word_byte(slug[n - 1]))
		return false;
	if (strspn(slug, "0123456789") == n)
		return false; /* it would be read as an id */
	for (size_t i = 1; i < n; i++) {
		bool is_joint = slug[i] == '-' || slug[i] == '_';
		if (!is_joint && !is_word_byte(slug[i]))
			return false;
		if (is_joint && !is_word_byte(slug[i - 1]))
			return false;
	}
	return true;
}

bool
rules_status_is_common(const char *status)
{
	static const char *const common[] = { STATUS_DRAFT, STATUS_IN_REVIEW, STATUS_PUBLISHED, STATUS_ARCHIVED };

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (strcmp(status, common[i]) == 0)
			return true;
	}
	return false;
}

static bool
is_status(const char *status, const struct shape_list *states)
{
	const char *const *state = states->items;

	for (size_t i = 0; i < states->n; i++) {
		if (strcmp(status, state[i]) == 0)
			return true;
	}
	return rules_status_is_common(status);
}

/* Whether somebody other than the workflow may ask for it. */
static bool
is_free(const struct status_wish *wish)
{
	if (!wish->is_governed || wish->is_transition)
		return true;
	if (!wish->from)
		return strcmp(wish->to, STATUS_DRAFT) == 0;
	if (strcmp(wish->from, STATUS_PUBLISHED) != 0)
		return strcmp(wish->from, wish->to) == 0;
	/* A new draft beside the published version is what an edit without status makes too. */
	return wish->is_edit ? strcmp(wish->to, STATUS_DRAFT) == 0 : strcmp(wish->to, STATUS_PUBLISHED) == 0;
}

enum status_verdict
rules_next_status(const struct status_wish *wish, const char **ret_status)
{
	if (!wish->to) {
		bool leaves_published = wish->from && wish->is_edit && strcmp(wish->from, STATUS_PUBLISHED) == 0;
		*ret_status = !wish->from || leaves_published ? STATUS_DRAFT : wish->from;
		return STATUS_OK;
	}
	if (!is_status(wish->to, &wish->states))
		return STATUS_UNKNOWN;
	if (!is_free(wish))
		return STATUS_GOVERNED;
	*ret_status = wish->to;
	return STATUS_OK;
}

const char *
rules_rollback_status(const char *head, const char *old, bool is_governed, const struct shape_list *states)
{
	if (strcmp(head, STATUS_ARCHIVED) == 0 && strcmp(old, STATUS_ARCHIVED) == 0)
		return STATUS_ARCHIVED;
	if (strcmp(old, STATUS_PUBLISHED) == 0 || strcmp(old, STATUS_ARCHIVED) == 0 || !is_status(old, states))
		return STATUS_DRAFT;
	return is_governed && strcmp(head, old) != 0 ? STATUS_DRAFT : old;
}

const char *
rules_publication_state(int64_t version, int64_t published_version)
{
	if (published_version == 0)
		return "draft";
	return published_version == version ? "published" : "changed";
}

int64_t
rules_published_version(const char *status, int64_t version, int64_t published_before)
{
	if (strcmp(status, STATUS_PUBLISHED) == 0)
		return version;
	if (strcmp(status, STATUS_ARCHIVED) == 0)
		return 0;
	return published_before;
}

bool
rules_token_is_current(const int64_t *expected_version, int64_t head_version)
{
	return !expected_version || *expected_version == head_version;
}

int64_t
rules_stored_time(int64_t time_us)
{
	return time_us - time_us % 1000;
}

int64_t
rules_change_time(int64_t now_us, int64_t last_us)
{
	int64_t stored_us = rules_stored_time(now_us);
	return stored_us < last_us ? last_us : stored_us;
}

struct item_order
rules_item_order(const char *sort_by, const char *sort_dir)
{
	struct item_order order = { .sort = SORT_UPDATED, .is_ascending = sort_dir && strcmp(sort_dir, "asc") == 0 };

	if (sort_by && strcmp(sort_by, "createdAt") == 0)
		order.sort = SORT_CREATED;
	if (sort_by && strcmp(sort_by, "version") == 0)
		order.sort = SORT_VERSION;
	return order;
}

/* ---- size ---- */

size_t
rules_count_values(struct doc data)
{
	bool is_text = false;
	size_t n = 1;

	for (size_t i = 0; i < data.len; i++) {
		char c = data.json[i];
		if (c == '"')
			is_text = !is_text;
		else if (is_text && c == '\\')
			i++;
		else if (!is_text)
			n += c == ',' || c == '[' || c == '{'; /* a value behind each; one too many for an empty container */
	}
	return n;
}

/* ---- search ---- */

/* As deep as the parser allows. */
static void
add_strings(struct buf *buf, const struct json_value *value)
{
	if (value->type == JSON_TEXT && value->n > 0) {
		if (buf->len > 0)
			buf_add_char(buf, '\n');
		buf_add(buf, value->text, value->n);
	}
	for (size_t i = 0; value->type == JSON_LIST && i < value->n; i++)
		add_strings(buf, &value->items[i]);
	for (size_t i = 0; value->type == JSON_OBJECT && i < value->n; i++)
		add_strings(buf, &value->members[i].value);
}

const char *
rules_search_text(struct arena *arena, const struct json_value *data)
{
	struct buf buf;

	buf_init(&buf, arena, 256);
	add_strings(&buf, data);
	return arena_strndup(arena, buf.bytes ? buf.bytes : "", buf.len);
}

/* ---- changes ---- */

typedef void (*change_visitor)(void *context, const struct json_member *member, bool is_removed);

static void
visit_changes(const struct json_value *before, const struct json_value *after, change_visitor visit, void *context)
{
	if (before->type != JSON_OBJECT || after->type != JSON_OBJECT)
		return;
	for (size_t i = 0; i < after->n; i++) {
		const struct json_member *member = &after->members[i];
		const struct json_value *old = json_get_n(before, member->name, member->n_name);
		if (!old || !json_equal(old, &member->value))
			visit(context, member, false);
	}
	for (size_t i = 0; i < before->n; i++) {
		const struct json_member *member = &before->members[i];
		if (!json_get_n(after, member->name, member->n_name))
			visit(context, member, true);
	}
}

struct changed_names {
	struct arena *arena;
	const char **names;
	size_t n, n_bytes;
};

static void
add_name(void *context, const struct json_member *member, bool is_removed)
{
	struct changed_names *changed = context;

	(void)is_removed;
	if (changed->n == CHANGED_FIELDS_MAX || changed->n_bytes + member->n_name > CHANGED_NAMES_BYTES_MAX)
		return;
	changed->names[changed->n++] = arena_strndup(changed->arena, member->name, member->n_name);
	changed->n_bytes += member->n_name;
}

struct shape_list
rules_changed_fields(struct arena *arena, const struct json_value *before, const struct json_value *after)
{
	struct changed_names changed = { .arena = arena, .names = ARENA_ARRAY(arena, const char *, CHANGED_FIELDS_MAX) };

	visit_changes(before, after, add_name, &changed);
	return (struct shape_list){ .items = changed.names, .n = changed.n };
}

static void
add_change(void *context, const struct json_member *member, bool is_removed)
{
	struct buf *buf = context;

	if (buf->len > 1)
		buf_add_char(buf, ',');
	buf_add_json_text(buf, member->name, member->n_name);
	buf_add_char(buf, ':');
	if (is_removed)
		buf_add_text(buf, "null");
	else
		json_write(buf, &member->value);
}

struct doc
rules_changes(struct arena *arena, const struct json_value *before, const struct json_value *after)
{
	struct buf buf;

	buf_init(&buf, arena, 256);
	buf_add_char(&buf, '{');
	visit_changes(before, after, add_change, &buf);
	buf_add_char(&buf, '}');
	return (struct doc){ .json = buf.bytes, .len = buf.len };
}

struct doc
rules_event_data(struct doc data)
{
	return data.len <= EVENT_DATA_BYTES_MAX ? data : (struct doc){ .json = NULL };
}
