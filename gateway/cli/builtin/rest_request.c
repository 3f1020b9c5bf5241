/* Path, query, headers, body. */
#include "cli/builtin/rest_request.h"

#include <assert.h>
#include <string.h>

#include "codec/json.h"
#include "lightning/l402.h"
#include "uri.h"

struct making {
	struct arena *arena;
	const struct operation *operation;
	const void *input;
	struct rest_request *request;
};

static bool
is_in_path(const struct operation *operation, const struct shape_field *field)
{
	size_t n = strlen(field->name);

	for (const char *open = strchr(operation->routes[0].path, '{'); open; open = strchr(open + 1, '{'))
		if (strncmp(open + 1, field->name, n) == 0 && open[1 + n] == '}')
			return true;
	return false;
}

static const char *
list_text(struct arena *arena, const struct shape_field *field, const void *input)
{
	struct shape_list list = shape_get_list(field, input);
	struct buf buf;

	buf_init(&buf, arena, 64);
	for (size_t i = 0; i < list.n; i++) {
		if (i)
			buf_add_char(&buf, ',');
		if (field->item == SHAPE_INT)
			buf_add_int(&buf, ((const int64_t *)list.items)[i]);
		else
			buf_add_text(&buf, ((const char *const *)list.items)[i]);
	}
	return buf.bytes;
}

/* As codec_json_read_text takes it. */
static const char *
field_text(struct arena *arena, const struct shape_field *field, const void *input)
{
	struct buf buf;

	if (field->type == SHAPE_TEXT)
		return shape_get_text(field, input);
	if (shape_get_slug(field, input))
		return shape_get_slug(field, input);
	if (field->type == SHAPE_LIST && (field->item == SHAPE_INT || field->item == SHAPE_TEXT))
		return list_text(arena, field, input);
	buf_init(&buf, arena, 64);
	codec_json_write_field(&buf, field, input);
	if (field->type == SHAPE_TIME)
		return arena_strndup(arena, buf.bytes + 1, buf.len - 2); /* without its quotes */
	return buf.bytes;
}

static const struct shape_field *
variable_field(const struct shape *shape, const char *name, size_t n_name)
{
	for (size_t i = 0; i < shape->n_fields; i++)
		if (strncmp(shape->fields[i].name, name, n_name) == 0 && shape->fields[i].name[n_name] == '\0')
			return &shape->fields[i];
	assert(!"the generator lets no path variable pass that is not a field");
	return NULL;
}

static void
add_path(const struct making *making, struct buf *target)
{
	const char *path = making->operation->routes[0].path;

	while (*path) {
		size_t n = strcspn(path, "{");
		buf_add(target, path, n);
		path += n;
		if (!*path)
			return;
		size_t n_name = strcspn(path + 1, "}");
		const struct shape_field *field = variable_field(making->operation->request, path + 1, n_name);
		buf_add_text(target, uri_encode(making->arena, field_text(making->arena, field, making->input)));
		path += n_name + 2;
	}
}

static void
add_parameter(const struct making *making, struct buf *target, const char *name, const char *value)
{
	buf_add_char(target, strchr(target->bytes, '?') ? '&' : '?');
	buf_add_text(target, uri_encode(making->arena, name));
	buf_add_char(target, '=');
	buf_add_text(target, uri_encode(making->arena, value));
}

static void
add_member(const struct making *making, struct buf *body, const struct shape_field *field)
{
	buf_add_char(body, body->len ? ',' : '{');
	buf_add_json_text(body, field->name, strlen(field->name));
	buf_add_char(body, ':');
	codec_json_write_field(body, field, making->input);
}

/* A proof of payment is given as macaroon:preimage, as other surfaces take it; the header names its scheme. */
static const char *
header_text(const struct making *making, const struct shape_field *field)
{
	const char *text = field_text(making->arena, field, making->input);

	if (strcmp(field->header, "authorization") != 0 || l402_is_authorization(text))
		return text;
	return arena_printf(making->arena, "L402 %s", text);
}

static void
place(const struct making *making, struct buf *target, struct buf *body, const struct shape_field *field)
{
	switch (field->in) {
	case SHAPE_IN_PATH:
	case SHAPE_IN_MCP: /* never set from here */
	case SHAPE_IN_COOKIE:
		return;
	case SHAPE_IN_QUERY:
		add_parameter(making, target, field->name, field_text(making->arena, field, making->input));
		return;
	case SHAPE_IN_HEADER:
		rest_request_add_header(making->arena, making->request, field->header, header_text(making, field));
		return;
	case SHAPE_IN_BODY:
		add_member(making, body, field);
		return;
	}
	assert(!"place of a field");
}

void
rest_request_add_header(struct arena *arena, struct rest_request *request, const char *name, const char *value)
{
	assert(request->n_headers < REST_REQUEST_HEADERS_MAX);
	request->headers[request->n_headers++] = arena_printf(arena, "%s: %s", name, value);
}

void
rest_request_make(struct arena *arena, const struct operation *operation, const void *input, bool is_dry_run,
    struct rest_request *ret_request)
{
	const struct making making = { .arena = arena, .operation = operation, .input = input, .request = ret_request };
	struct buf target, body;

	*ret_request = (struct rest_request){ .method = operation->routes[0].method };
	buf_init(&target, arena, 128);
	buf_init(&body, arena, 256);
	add_path(&making, &target);
	for (size_t i = 0; i < operation->request->n_fields; i++) {
		const struct shape_field *field = &operation->request->fields[i];
		if (!is_in_path(operation, field) && codec_json_has_field(field, input))
			place(&making, &target, &body, field);
	}
	if (is_dry_run)
		add_parameter(&making, &target, "mode", "dry_run");
	ret_request->target = target.bytes;
	if (body.len == 0)
		return;
	buf_add_char(&body, '}');
	ret_request->body = body.bytes;
	ret_request->n_body = body.len;
	rest_request_add_header(arena, ret_request, "content-type", "application/json");
}
