/* Who set which field: from the working copy back through its versions, until each value is another one. */
#include <inttypes.h>
#include <string.h>

#include "json/json.h"
#include "provenance/origin.h"
#include "rules.h"
#include "store.h"
#include "validation.h"

enum { FIELDS_MAX = 200, VERSIONS_READ_MAX = 200 };

/* A place of the item, and who was found to have set it. */
struct place {
	const char *pointer;
	const struct json_value *value; /* that the working copy has; NULL: none */
	bool is_settled;
	struct content_version_origin origin; /* of the version that set it, once it is settled */
	bool is_skipped; /* settled by an earlier answer */
};

struct blame {
	struct request *req;
	const struct json_value *head;
	struct place places[FIELDS_MAX];
	size_t n;
	bool is_cut; /* there are more places */
	int64_t n_read;
	int64_t oldest; /* version that was read last */
};

/* ---- places ---- */

/* "~1" is a slash, "~0" a tilde (RFC 6901). */
static const char *
unescape(struct arena *arena, const char *token, size_t n)
{
	char *name = arena_strndup(arena, token, n), *out = name;

	for (const char *in = name; *in; in++) {
		bool is_escape = in[0] == '~' && (in[1] == '0' || in[1] == '1');
		*out++ = !is_escape ? *in : in[1] == '1' ? '/' : '~';
		in += is_escape;
	}
	*out = '\0';
	return name;
}

static const struct json_value *
element(const struct json_value *list, const char *token)
{
	uint32_t index = 0;

	if (token[0] == '\0' || (token[0] == '0' && token[1]))
		return NULL;
	for (const char *digit = token; *digit; digit++) {
		if (*digit < '0' || *digit > '9' || index > list->n)
			return NULL;
		index = index * 10 + (uint32_t)(*digit - '0');
	}
	return index < list->n ? &list->items[index] : NULL;
}

static const struct json_value *
value_at(struct arena *arena, const struct json_value *value, const char *pointer)
{
	while (value && *pointer == '/') {
		size_t n = strcspn(pointer + 1, "/");
		const char *token = unescape(arena, pointer + 1, n);
		value = value->type == JSON_OBJECT ? json_get(value, token) : value->type == JSON_LIST ? element(value, token) : NULL;
		pointer += 1 + n;
	}
	return value;
}

static const char *
pointer_of(struct arena *arena, const char *parent, const struct json_member *member)
{
	struct buf buf;

	buf_init(&buf, arena, strlen(parent) + member->n_name + 8);
	buf_printf(&buf, "%s/", parent);
	for (uint32_t i = 0; i < member->n_name; i++) {
		if (member->name[i] == '~' || member->name[i] == '/')
			buf_add_text(&buf, member->name[i] == '~' ? "~0" : "~1");
		else
			buf_add_char(&buf, member->name[i]);
	}
	buf_add_char(&buf, '\0');
	return buf.bytes;
}

/* Every value that is no object with members; as deep as the parser allows. */
static void
add_places(struct blame *blame, const char *pointer, const struct json_value *value)
{
	if (value->type != JSON_OBJECT || (value->n == 0 && pointer[0])) {
		if (blame->n == FIELDS_MAX)
			blame->is_cut = true;
		else
			blame->places[blame->n++] = (struct place){ .pointer = pointer, .value = value };
		return;
	}
	for (uint32_t i = 0; i < value->n && !blame->is_cut; i++)
		add_places(blame, pointer_of(blame->req->arena, pointer, &value->members[i]), &value->members[i].value);
}

/* ---- the way back ---- */

static bool
is_same(const struct json_value *a, const struct json_value *b)
{
	return a && b ? json_equal(a, b) : a == b;
}

/* What an older version has: places with another value were set by the one after it. */
static void
compare(struct blame *blame, const struct json_value *older, const struct content_version_origin *newer, bool is_first_again)
{
	for (size_t i = 0; i < blame->n; i++) {
		struct place *place = &blame->places[i];
		if (place->is_settled || is_same(place->value, value_at(blame->req->arena, older, place->pointer)))
			continue;
		place->is_settled = true;
		place->is_skipped = is_first_again;
		place->origin = *newer;
	}
}

static struct content_version_origin
origin_of_version(const struct content_version_row *row)
{
	return (struct content_version_origin){ .version = row->version, .created_at = row->created_at, .created_by = row->created_by, .session = row->session,
		.change_set = row->change_set, .actor_kind = origin_kind(row->created_by), .surface = origin_surface(row->surface), .prompt_hash = row->prompt_hash };
}

/* With before, which an earlier answer has read, what it found to be set later is left out. */
static const struct error *
walk_back(struct blame *blame, const struct content_items_blame_request *in, struct content_version_origin newer)
{
	int64_t below = in->before ? *in->before + 1 : 0;
	struct shape_list rows = { .n = 0 };
	const struct json_value *data = NULL;
	bool exists = false;

	const struct error *error = store_versions(blame->req, &(struct version_list){ .item_id = in->id, .before = in->before ? &below : NULL,
	    .limit = VERSIONS_READ_MAX }, &exists, &rows);
	const struct content_version_row *row = rows.items;
	for (size_t i = 0; !error && i < rows.n && row[i].data.json; i++) {
		error = validation_stored_data(blame->req, row[i].data, &data);
		if (error)
			break;
		compare(blame, data, &newer, in->before && i == 0);
		newer = origin_of_version(&row[i]);
		blame->oldest = row[i].version;
		blame->n_read++;
	}
	if (!error && blame->oldest == 1)
		compare(blame, NULL, &newer, false);
	return error;
}

/* ---- the answer ---- */

static const struct content_change_set_row *
named(const struct shape_list *rows, const char *label)
{
	const struct content_change_set_row *row = rows->items;

	for (size_t i = 0; label && i < rows->n; i++) {
		if (strcmp(row[i].label, label) == 0)
			return &row[i];
	}
	return NULL;
}

static const struct error *
find_reasons(struct blame *blame, struct shape_list *ret_rows)
{
	const char **labels = ARENA_ARRAY(blame->req->arena, const char *, blame->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < blame->n; i++) {
		const char *label = blame->places[i].is_settled ? blame->places[i].origin.change_set : NULL;
		bool is_known = !label;
		for (size_t j = 0; j < n && !is_known; j++)
			is_known = strcmp(labels[j], label) == 0;
		if (!is_known)
			labels[n++] = label;
	}
	return origin_change_sets(blame->req, labels, n, ret_rows);
}

static const struct error *
answer(struct blame *blame, struct content_items_blame_response *out)
{
	struct content_field_blame *fields = ARENA_ARRAY(blame->req->arena, struct content_field_blame, blame->n + 1);
	struct shape_list sets = { .n = 0 };
	size_t n = 0, n_open = 0;

	const struct error *error = find_reasons(blame, &sets);
	if (error)
		return error;
	for (size_t i = 0; i < blame->n; i++) {
		const struct place *place = &blame->places[i];
		const struct content_version_origin *origin = &place->origin;
		n_open += !place->is_settled;
		if (!place->is_settled || place->is_skipped)
			continue;
		const struct content_change_set_row *set = named(&sets, origin->change_set);
		fields[n++] = (struct content_field_blame){ .path = place->pointer, .is_present = place->value != NULL, .version = origin->version,
			.created_at = origin->created_at, .created_by = origin->created_by, .session = origin->session, .change_set = origin->change_set,
			.actor_kind = origin->actor_kind, .surface = origin->surface, .prompt_hash = origin->prompt_hash,
			.change_set_name = set ? set->name : NULL, .reason = set ? set->reason : NULL };
	}
	bool has_older = n_open > 0 && blame->oldest > 1;
	*out = (struct content_items_blame_response){ .fields = { fields, n }, .versions_read = blame->n_read, .is_complete = !has_older && !blame->is_cut,
		.next_before = has_older ? &blame->oldest : NULL };
	return NULL;
}

const struct error *
content_items_blame(struct request *req, const struct content_items_blame_request *in, struct content_items_blame_response *out)
{
	struct blame *blame = ARENA_NEW(req->arena, struct blame);
	const struct content_origin_row *head = NULL;

	const struct error *error = origin_of_head(req, in->id, PAGE_BYTES_MAX, &head);
	if (error)
		return error;
	if (!head)
		return FAIL(req, CONTENT_ITEM_NOT_FOUND, "content item %" PRId64 " does not exist", in->id);
	if (!head->data.json)
		return content_no_room(req, true);
	*blame = (struct blame){ .req = req, .n_read = 1, .oldest = head->version };
	error = validation_stored_data(req, head->data, &blame->head);
	if (error)
		return error;
	if (in->path)
		blame->places[blame->n++] = (struct place){ .pointer = in->path, .value = value_at(req->arena, blame->head, in->path) };
	else
		add_places(blame, "", blame->head);
	error = walk_back(blame, in, origin_view(head));
	if (error)
		return error;
	if (in->path && !blame->places[0].is_settled && blame->oldest == 1)
		return FAIL_AT(req, CONTENT_FIELD_NOT_FOUND, "/path", "content item %" PRId64 " has no %s and never had one", in->id, in->path);
	return answer(blame, out);
}
