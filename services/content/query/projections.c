/* Items counted and summed up by the values of a field. */
#include <inttypes.h>
#include <string.h>

#include "licensing/gate.h"
#include "query/statements.h"

enum { GROUPS_DEFAULT = 50 };

static const struct field_codes codes = {
	.requires_type = ERROR_CONTENT_ITEMS_PROJECTION_REQUIRES_CONTENT_TYPE, .type_not_found = ERROR_CONTENT_ITEMS_PROJECTION_CONTENT_TYPE_NOT_FOUND,
	.incomplete = ERROR_CONTENT_ITEMS_PROJECTION_FILTER_INCOMPLETE, .field_unknown = ERROR_CONTENT_ITEMS_PROJECTION_FILTER_FIELD_UNKNOWN,
	.operator_unsupported = ERROR_CONTENT_ITEMS_FIELD_FILTER_OPERATOR_UNSUPPORTED, .value_invalid = ERROR_CONTENT_ITEMS_FIELD_FILTER_VALUE_INVALID,
};

struct projection {
	struct query_type type;
	struct condition conditions[CONDITIONS_MAX];
	size_t n_conditions;
	struct field_path group, metric; /* metric.path NULL: count */
};

static const struct error *
unknown(struct request *req, enum error_code code, const struct query_type *type, const char *pointer, const char *path)
{
	struct error *error = error_make(req->arena, &error_catalogue[code], ERROR_WHERE, "content type %" PRId64 " has no field '%.200s'; at the root it has %s",
	    type->id, path, paths_offered(req->arena, type->schema));
	return error_at(error, pointer, "{\"example\":{\"groupBy\":\"category\",\"metric\":\"sum\",\"metricField\":\"price\"}}");
}

static const struct error *
read_metric(struct request *req, const struct content_items_projections_request *in, struct projection *projection)
{
	if (!in->metric || strcmp(in->metric, "count") == 0)
		return NULL;
	if (!in->metric_field)
		return FAIL_AT(req, CONTENT_ITEMS_PROJECTION_METRIC_FIELD_REQUIRED, "/metricField", "the metric %s is of a field: metricField=price", in->metric);
	if (!paths_find(projection->type.schema, in->metric_field, &projection->metric))
		return unknown(req, ERROR_CONTENT_ITEMS_PROJECTION_METRIC_FIELD_UNKNOWN, &projection->type, "/metricField", in->metric_field);
	if (projection->metric.kind != FIELD_NUMBER || projection->metric.is_list)
		return FAIL_AT(req, CONTENT_ITEMS_PROJECTION_METRIC_FIELD_NOT_NUMERIC, "/metricField", "'%s' holds %s%ss, and the metric %s is of numbers", in->metric_field,
		    projection->metric.is_list ? "lists of " : "", field_kind_name(projection->metric.kind), in->metric);
	return NULL;
}

/* What is asked about has to be free to read. */
static const struct error *
allow_fields(struct request *req, const struct projection *projection)
{
	const char *paths[CONDITIONS_MAX + 2] = { projection->group.path };
	size_t n = 1;

	if (projection->metric.path)
		paths[n++] = projection->metric.path;
	for (size_t i = 0; i < projection->n_conditions; i++)
		paths[n++] = projection->conditions[i].field.path;
	return gate_allow_question(req, &projection->type.id, paths, n);
}

static const struct error *
read_projection(struct request *req, const struct content_items_projections_request *in, struct projection *projection)
{
	struct asked_conditions asked = { .filters = in->filters, .field_name = in->field_name, .field_op = in->field_op, .field_value = in->field_value };
	struct shape_list list = { .n = 0 };

	const struct error *error = content_check_status(req, in->status);
	if (!error)
		error = query_type_read(req, in->content_type_id, &codes, &projection->type);
	if (!error && !paths_find(projection->type.schema, in->group_by, &projection->group))
		error = unknown(req, ERROR_CONTENT_ITEMS_PROJECTION_GROUP_FIELD_UNKNOWN, &projection->type, "/groupBy", in->group_by);
	if (!error)
		error = read_metric(req, in, projection);
	if (!error)
		error = conditions_listed(req, &asked, &codes, &list);
	if (!error)
		error = conditions_read(req, &projection->type, &list, &codes, projection->conditions);
	projection->n_conditions = list.n;
	return error ? error : allow_fields(req, projection);
}

/* The first field that no index serves, or NULL. */
static const char *
unserved_field(const struct projection *projection)
{
	if (!query_type_field_id(&projection->type, projection->group.path))
		return projection->group.path;
	if (projection->metric.path && !query_type_field_id(&projection->type, projection->metric.path))
		return projection->metric.path;
	for (size_t i = 0; i < projection->n_conditions; i++) {
		if (!projection->conditions[i].field_id)
			return projection->conditions[i].field.path;
	}
	return NULL;
}

/* As it stands in documents: letters, a number, a boolean, or null. */
static struct doc
group_json(struct request *req, enum field_kind kind, const struct content_projection_row *row)
{
	struct buf buf;
	size_t n = strlen(row->letters);

	buf_init(&buf, req->arena, 64);
	if (strcmp(row->number, "Infinity") == 0)
		buf_add_text(&buf, "null");
	else if (kind == FIELD_TEXT)
		buf_add_json_text(&buf, row->letters, n > 4 && strcmp(row->letters + n - 4, "\xF4\x8F\xBF\xBF") == 0 ? n - 4 : n);
	else if (kind == FIELD_BOOLEAN)
		buf_add_text(&buf, strcmp(row->number, "0") == 0 ? "false" : "true");
	else
		buf_add_text(&buf, row->number);
	return (struct doc){ buf.bytes, buf.len };
}

const struct error *
content_items_projections(struct request *req, const struct content_items_projections_request *in, struct content_items_projections_response *out)
{
	struct projection *projection = ARENA_NEW(req->arena, struct projection);
	struct shape_list rows = { .n = 0 };

	const struct error *error = read_projection(req, in, projection);
	if (error)
		return error;
	bool hides_archived = projection->type.archives && !(in->include_archived && *in->include_archived);
	const char *unserved = unserved_field(projection), *metric = in->metric ? in->metric : "count";
	error = unserved ? query_check_size(req, &projection->type, unserved) : NULL;
	if (error)
		return error;
	struct item_filter filter = { .content_type_id = &projection->type.id, .status = in->status ? in->status : hides_archived ? STATUS_NOT_ARCHIVED : NULL,
		.created_after = in->created_after, .created_before = in->created_before, .is_published_view = (in->draft && !*in->draft) || content_is_public_reader(req) };
	struct projection_query query = { .filter = &filter, .conditions = conditions_json(req->arena, projection->conditions, projection->n_conditions),
		.group_path = projection->group.path, .metric_path = projection->metric.path, .metric = metric,
		.group_id = unserved ? 0 : query_type_field_id(&projection->type, projection->group.path),
		.metric_id = unserved || !projection->metric.path ? 0 : query_type_field_id(&projection->type, projection->metric.path),
		.is_by_group = in->order_by && strcmp(in->order_by, "group") == 0, .is_ascending = in->order_dir && strcmp(in->order_dir, "asc") == 0,
		.limit = in->limit ? *in->limit : GROUPS_DEFAULT };
	error = store_projection(req, &query, &rows);
	if (error)
		return error;
	const struct content_projection_row *row = rows.items;
	struct projection_group *groups = ARENA_ARRAY(req->arena, struct projection_group, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		groups[i] = (struct projection_group){ .group = group_json(req, projection->group.kind, &row[i]), .count = row[i].total,
			.value = row[i].value ? (struct doc){ row[i].value, strlen(row[i].value) } : (struct doc){ "null", 4 } };
	*out = (struct content_items_projections_response){ .groups = { .items = groups, .n = rows.n }, .content_type_id = projection->type.id, .group_by = in->group_by,
		.metric = metric, .metric_field = projection->metric.path, .order_by = query.is_by_group ? "group" : "value",
		.order_dir = query.is_ascending ? "asc" : "desc", .limit = query.limit };
	return NULL;
}
