/* The read gate: every answer passes here, whatever operation it is of. */
#include "licensing/gate.h"

#include <inttypes.h>
#include <string.h>

#include "content_queries.h"
#include "contract/policy.h"
#include "json/json.h"
#include "licensing/tenants.h"

enum { SCRATCH_BYTES = 64 * 1024 * 1024 };

/* Whoever came with a token is its actor. */
static bool
sees_sold(const struct request *req)
{
	return principal_sees_sold(req->actor && (req->op->flags & OPERATION_PUBLIC) ? req->actor : req->principal);
}

/* ---- what an answer holds ---- */

/* Data of an item on its way out. */
struct held {
	int64_t item_id, type_id; /* type_id 0: that of the head */
	struct doc *data;
	const bool **is_withheld; /* where the answer says so; or NULL */
	bool is_sold;
	int64_t price;
	struct held *next;
};

struct answer {
	struct request *req;
	const void *in;
	struct held *first;
	size_t n;
};

static bool
is_sent_in(const struct shape *shape, const void *object, const char *json)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (field->type == SHAPE_DOC && shape_get_doc(field, object).json == json)
			return true;
	}
	return false;
}

static void
add_held(struct answer *answer, const struct held *held)
{
	struct held *added = ARENA_NEW(answer->req->arena, struct held);

	*added = *held;
	added->next = answer->first;
	answer->first = added;
	answer->n++;
}

static void
hold(struct answer *answer, int64_t item_id, int64_t type_id, struct doc *data, const bool **is_withheld)
{
	if (!data->json || is_sent_in(answer->req->op->request, answer->in, data->json)) /* the requester's own words */
		return;
	add_held(answer, &(struct held){ .item_id = item_id, .type_id = type_id, .data = data, .is_withheld = is_withheld });
}

/* The shapes that carry data; true when this is one. */
static bool
hold_carrier(struct answer *answer, const struct shape *shape, void *object)
{
	if (shape == &content_item_shape) {
		struct content_item *item = object;
		hold(answer, item->id, item->content_type_id, &item->data, &item->is_withheld);
	} else if (shape == &content_item_version_shape) {
		struct content_item_version *version = object;
		hold(answer, version->content_item_id, 0, &version->data, &version->is_withheld);
	} else if (shape == &content_versions_get_response_shape) {
		struct content_versions_get_response *state = object;
		hold(answer, state->content_item_id, 0, &state->data, NULL);
	} else if (shape == &content_versions_diff_response_shape) {
		struct content_versions_diff_response *diff = object;
		hold(answer, diff->content_item_id, 0, &diff->patch, NULL);
	} else {
		return false;
	}
	return true;
}

/* Answers are made for their request, so what lists and pointers lead to may be changed.  Shapes of answers do not contain themselves. */
static void
hold_all(struct answer *answer, const struct shape *shape, void *object)
{
	if (hold_carrier(answer, shape, object))
		return;
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (field->type == SHAPE_STRUCT && shape_is_present(field, object))
			hold_all(answer, field->shape, (void *)shape_get_struct(field, object));
		if (field->type != SHAPE_LIST || field->item != SHAPE_STRUCT)
			continue;
		struct shape_list list = shape_get_list(field, object);
		for (size_t j = 0; j < list.n; j++)
			hold_all(answer, field->shape, (char *)list.items + j * field->shape->size);
	}
}

/* Those that nothing sells are taken out. */
static const struct error *
find_sold(struct answer *answer)
{
	struct request *req = answer->req;
	int64_t *items = ARENA_ARRAY(req->arena, int64_t, answer->n), *types = ARENA_ARRAY(req->arena, int64_t, answer->n);
	struct held **by_place = ARENA_ARRAY(req->arena, struct held *, answer->n);
	struct shape_list rows = { .n = 0 };
	size_t n = 0;

	for (struct held *held = answer->first; held; held = held->next) {
		by_place[n] = held;
		items[n] = held->item_id;
		types[n++] = held->type_id;
	}
	const struct error *error = query_list(req, &content_gate_items_query, PARAMS(P_INT_LIST(items, n), P_INT_LIST(types, n)), &rows);
	if (error)
		return error;
	const struct gate_item_row *row = rows.items;
	answer->first = NULL;
	answer->n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		struct held *held = by_place[row[i].place - 1];
		held->type_id = row[i].content_type_id;
		held->price = row[i].price;
		held->is_sold = row[i].is_sold;
		held->next = answer->first;
		answer->first = held;
	}
	return NULL;
}

/* ---- one item ---- */

static bool
reads_one_item(const struct operation *op)
{
	for (size_t i = 0; i < op->request->n_fields; i++) {
		if (strcmp(op->request->fields[i].name, "entitlementId") == 0)
			return true;
	}
	return false;
}

/* The answer is ready and waits for what it costs. */
static const struct error *
ask_for_price(struct request *req, const struct held *held)
{
	if (!held->is_sold)
		return request_charge(req, held->price);
	struct error *error = FAIL(req, OFFER_REQUIRED, "reads of content item %" PRId64 " are sold", held->item_id);
	error->sold_item = held->item_id;
	error->sold_type = held->type_id;
	return error;
}

/* ---- withholding ---- */

static const struct json_value *
properties_of(struct arena *arena, const char *schema)
{
	struct json_error problem;
	const struct json_value *value = json_parse(arena, schema, strlen(schema), NULL, &problem);
	const struct json_value *properties = value && value->type == JSON_OBJECT ? json_get(value, "properties") : NULL;

	return properties && properties->type == JSON_OBJECT ? properties : NULL;
}

static bool
is_premium(const struct json_value *properties, const char *name, size_t n_name)
{
	const struct json_value *property = json_get_n(properties, name, n_name);
	const struct json_value *flag = property && property->type == JSON_OBJECT ? json_get(property, "premium") : NULL;

	return flag && flag->type == JSON_BOOL && flag->boolean;
}

static bool
has_premium(const struct json_value *properties)
{
	for (size_t i = 0; properties && i < properties->n; i++) {
		if (is_premium(properties, properties->members[i].name, properties->members[i].n_name))
			return true;
	}
	return false;
}

/* The properties of the schema that flags some as premium; NULL: nothing of the type's items is free. */
struct teaser {
	int64_t type_id;
	const struct json_value *properties;
};

static const struct error *
find_teasers(const struct answer *answer, struct teaser **ret_teasers, size_t *ret_n)
{
	struct request *req = answer->req;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, answer->n);
	struct shape_list rows = { .n = 0 };
	size_t n = 0;

	for (const struct held *held = answer->first; held; held = held->next) {
		size_t i = 0;
		while (i < n && ids[i] != held->type_id)
			i++;
		if (i == n)
			ids[n++] = held->type_id;
	}
	const struct error *error = query_list(req, &content_gate_schemas_query, PARAMS(P_INT_LIST(ids, n)), &rows);
	if (error)
		return error;
	const struct gate_schema_row *row = rows.items;
	*ret_teasers = ARENA_ARRAY(req->arena, struct teaser, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		const struct json_value *properties = properties_of(req->arena, row[i].schema);
		(*ret_teasers)[i] = (struct teaser){ row[i].id, has_premium(properties) ? properties : NULL };
	}
	*ret_n = rows.n;
	return NULL;
}

static const struct json_value *
teaser_of(const struct teaser *teasers, size_t n, int64_t type_id)
{
	for (size_t i = 0; i < n; i++) {
		if (teasers[i].type_id == type_id)
			return teasers[i].properties;
	}
	return NULL;
}

/* The free members as they stand in the text, the others as a notice. */
static struct doc
free_part(struct request *req, struct arena *scratch, struct doc data, const struct json_value *properties)
{
	struct json_error problem;
	const struct json_value *value = json_parse(scratch, data.json, data.len, NULL, &problem);
	struct buf buf;

	if (!value || value->type != JSON_OBJECT || !properties)
		return (struct doc){ "{}", 2 };
	buf_init(&buf, req->arena, data.len + 64);
	for (size_t i = 0; i < value->n; i++) {
		const struct json_member *member = &value->members[i];
		buf_add_char(&buf, i ? ',' : '{');
		buf_add_json_text(&buf, member->name, member->n_name);
		buf_add_char(&buf, ':');
		if (is_premium(properties, member->name, member->n_name))
			buf_add_text(&buf, "\"[REDACTED: PREMIUM CONTENT]\"");
		else
			buf_add(&buf, data.json + member->value.start, member->value.end - member->value.start);
	}
	buf_add_text(&buf, value->n ? "}" : "{}");
	return (struct doc){ buf.bytes, buf.len };
}

static const struct error *
withhold(const struct answer *answer)
{
	struct request *req = answer->req;
	struct teaser *teasers = NULL;
	size_t n = 0;

	const struct error *error = find_teasers(answer, &teasers, &n);
	if (error)
		return error;
	struct arena *scratch = arena_new(SCRATCH_BYTES);
	for (const struct held *held = answer->first; held && !arena_is_exhausted(req->arena); held = held->next) {
		*held->data = free_part(req, scratch, *held->data, teaser_of(teasers, n, held->type_id));
		if (held->is_withheld)
			*held->is_withheld = arena_memdup(req->arena, &(bool){ true }, sizeof(bool));
		arena_reset(scratch);
	}
	arena_free(scratch);
	return NULL;
}

/* ---- the gate ---- */

const struct error *
gate_pass(struct request *req, const void *in, void *out)
{
	struct answer answer = { .req = req, .in = in };
	bool sells = false;

	if (req->tenant == 0 || sees_sold(req))
		return NULL;
	hold_all(&answer, req->op->response, out);
	if (answer.n == 0)
		return NULL;
	const struct error *error = tenants_sells(req, &sells);
	if (!error && sells)
		error = find_sold(&answer);
	if (error || !sells || answer.n == 0)
		return error;
	if (reads_one_item(req->op))
		return ask_for_price(req, answer.first);
	/* Who has paid for a call sees what it did; what is sold by the read is no part of it. */
	if (req->paid_sats > 0 && answer.n == 1 && !answer.first->is_sold)
		return NULL;
	return withhold(&answer);
}

static const struct error *
find_one(struct request *req, const int64_t *items, const int64_t *types, size_t n, bool *ret_is_sold)
{
	struct shape_list rows = { .n = 0 };
	bool sells = false;

	*ret_is_sold = false;
	const struct error *error = tenants_sells(req, &sells);
	if (!error && sells)
		error = query_list(req, &content_gate_items_query, PARAMS(P_INT_LIST(items, n), P_INT_LIST(types, n)), &rows);
	*ret_is_sold = rows.n > 0;
	return error;
}

const struct error *
gate_withholds(struct request *req, int64_t item_id, int64_t type_id, bool *ret_withholds)
{
	*ret_withholds = false;
	return sees_sold(req) ? NULL : find_one(req, &item_id, &type_id, 1, ret_withholds);
}

const struct error *
gate_is_sold(struct request *req, int64_t item_id, int64_t type_id, int64_t former_type_id, bool *ret_is_sold)
{
	return find_one(req, (const int64_t[]){ item_id, item_id }, (const int64_t[]){ type_id, former_type_id }, 2, ret_is_sold);
}

/* For services that answer what they have made of items: of these, those of which nothing is free. */
const struct error *
content_items_withheld(struct request *req, const struct content_items_withheld_request *in, struct content_items_withheld_response *out)
{
	const int64_t *ids = in->item_ids.items;
	int64_t *withheld = ARENA_ARRAY(req->arena, int64_t, in->item_ids.n + 1);
	struct answer answer = { .req = req, .in = in };
	struct teaser *teasers = NULL;
	size_t n_teasers = 0, n = 0;

	out->item_ids = (struct shape_list){ withheld, 0 };
	const struct error *error = tenants_sells(req, &out->sells);
	if (error || !out->sells)
		return error;
	for (size_t i = 0; i < in->item_ids.n; i++)
		add_held(&answer, &(struct held){ .item_id = ids[i] });
	error = find_sold(&answer);
	if (!error && answer.n > 0)
		error = find_teasers(&answer, &teasers, &n_teasers);
	if (error)
		return error;
	for (const struct held *held = answer.first; held; held = held->next) {
		if (!teaser_of(teasers, n_teasers, held->type_id))
			withheld[n++] = held->item_id;
	}
	out->item_ids.n = n;
	return NULL;
}

/* ---- questions ---- */

static bool
asks_premium(const struct json_value *properties, const char *const *paths, size_t n_paths)
{
	for (size_t i = 0; i < n_paths; i++) {
		if (is_premium(properties, paths[i], strcspn(paths[i], ".")))
			return true;
	}
	return n_paths == 0;
}

const struct error *
gate_allow_question(struct request *req, const int64_t *type_id, const char *const *paths, size_t n_paths)
{
	const struct gate_type_row *row = NULL;
	bool sells = false;

	if (sees_sold(req))
		return NULL;
	const struct error *error = tenants_sells(req, &sells);
	if (!error && sells && type_id)
		error = query_find(req, &content_gate_type_query, PARAMS(P_INT(*type_id)), &row);
	if (error || !sells || (type_id && (!row || !row->is_sold)))
		return error;
	if (!type_id)
		return FAIL(req, OFFER_REQUIRED, "some of the data is sold, so its text cannot be asked for without a contentTypeId");
	const struct json_value *properties = properties_of(req->arena, row->schema);
	if (has_premium(properties) && !asks_premium(properties, paths, n_paths))
		return NULL;
	return FAIL(req, OFFER_REQUIRED, "data of content type %" PRId64 " is sold, and the question would tell what is in it", *type_id);
}
