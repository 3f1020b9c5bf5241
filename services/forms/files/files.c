/* Files of forms. */
#include "files/files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "store.h"

enum { FORGET_FILES = 200, FORGET_ADDRESSES = 5000, DROP_MAX = 1000, DERIVATIVE_DEPTH_MAX = 8 };

static const char *
text_in(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_TEXT ? value->text : "";
}

static int64_t
int_in(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_INT ? value->integer : 0;
}

static const struct json_value *
payload_of(struct request *req, const struct process *process)
{
	struct json_error wrong;

	return json_parse(req->arena, process->payload.json, process->payload.len, NULL, &wrong);
}

/* ---- an asset for each ---- */

const struct error *
file_begin(struct request *req, const struct form_row *form, const struct form_file_row *file)
{
	struct buf json;

	buf_init(&json, req->arena, 1024);
	buf_printf(&json, "{\"slug\":\"%s\",\"storageKey\":\"%s\",\"byteHash\":\"%s\",\"sizeBytes\":%" PRId64 ",\"filename\":", form->slug, file->storage_key, file->byte_hash,
	    file->size_bytes);
	buf_add_json_text(&json, file->filename, strlen(file->filename));
	buf_add_text(&json, ",\"mimeType\":");
	buf_add_json_text(&json, file->mime_type, strlen(file->mime_type));
	buf_add_text(&json, "}");
	buf_add_char(&json, '\0');
	return process_start(req, &(struct process_start){ .kind = "file", .key = arena_printf(req->arena, "%" PRId64, file->id), .lane = "files", .payload = json.bytes }, NULL);
}

static void
store_asset(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct json_value *file = payload_of(req, process);
	struct asset *asset = ARENA_NEW(req->arena, struct asset);
	struct content_assets_store_request in = { .filename = text_in(file, "filename"), .mime_type = text_in(file, "mimeType"), .access_mode = "signed",
		.storage_key = text_in(file, "storageKey"), .byte_hash = text_in(file, "byteHash"), .size_bytes = int_in(file, "sizeBytes"),
		.actor_id = arena_printf(req->arena, "form:%s", text_in(file, "slug")), .actor_type = "form", .actor_source = "public" };
	const struct error *error = request_call(req, &operation_content_assets_store, &in, process_key(req, process, "asset"), asset);

	if (error && req->call_fate == CALL_REFUSED && !error->info->is_retryable) {
		*outcome = (struct step_outcome){ .verdict = STEP_DONE }; /* a media type that is none: the file is never there */
		return;
	}
	if (error)
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = error->message };
	else
		outcome->memo = asset;
}

static const struct error *
note_asset(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct asset *asset = outcome->memo;

	if (outcome->verdict == STEP_DONE && asset)
		store_file_stored(req, strtoll(process->key, NULL, 10), asset->id);
	return NULL;
}

const struct step file_steps[] = { { .name = "store", .run = store_asset, .commit = note_asset } };

/* ---- and away ---- */

/* What is gone already is as good. */
static const struct error *
unless_gone(const struct error *error)
{
	return error && error->info == &error_catalogue[ERROR_ASSET_NOT_FOUND] ? NULL : error;
}

static const struct error *remove_with_derivatives(struct request *req, const struct process *process, int64_t id, int depth) MUST_CHECK;

/* A thumbnail of what somebody has sent is theirs as well. */
static const struct error *
remove_derivatives(struct request *req, const struct process *process, int64_t id, int depth)
{
	static const char *const statuses[] = { "active", "deleted" };
	const int64_t limit = 500;
	const struct error *error = NULL;

	for (size_t i = 0; !error && i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct content_assets_derivatives_response *found = ARENA_NEW(req->arena, struct content_assets_derivatives_response);
		error = unless_gone(request_call(req, &operation_content_assets_derivatives,
		    &(struct content_assets_derivatives_request){ .id = id, .status = statuses[i], .limit = &limit }, NULL, found));
		for (size_t j = 0; !error && j < found->assets.n; j++)
			error = remove_with_derivatives(req, process, ((const struct asset *)found->assets.items)[j].id, depth + 1);
	}
	return error;
}

static const struct error *
purge(struct request *req, const struct process *process, int64_t id)
{
	const bool force = true;

	return unless_gone(request_call(req, &operation_content_assets_purge, &(struct content_assets_purge_request){ .id = id, .force = &force },
	    process_key(req, process, arena_printf(req->arena, "purge:%" PRId64, id)), ARENA_NEW(req->arena, struct content_assets_purge_response)));
}

static const struct error *
remove_with_derivatives(struct request *req, const struct process *process, int64_t id, int depth)
{
	const bool force = true;
	const struct error *error = unless_gone(request_call(req, &operation_content_assets_delete,
	    &(struct content_assets_delete_request){ .id = id, .force = &force }, process_key(req, process, arena_printf(req->arena, "delete:%" PRId64, id)),
	    ARENA_NEW(req->arena, struct asset)));

	if (!error)
		error = purge(req, process, id);
	if (!error || error->info != &error_catalogue[ERROR_ASSET_PURGE_BLOCKED_BY_DERIVATIVES] || depth == DERIVATIVE_DEPTH_MAX)
		return error;
	error = remove_derivatives(req, process, id, depth);
	return error ? error : purge(req, process, id);
}

static void
remove_asset(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	static const char *const scopes[] = { "admin" };
	struct principal remover = { .tenant = process->tenant, .id = "system:forms", .type = "system", .source = "internal", .scopes = scopes, .n_scopes = 1 };
	const struct principal *self = req->principal;
	int64_t asset_id = int_in(payload_of(req, process), "assetId");

	if (!asset_id)
		return;
	req->principal = &remover;
	const struct error *error = remove_with_derivatives(req, process, asset_id, 0);
	if (error)
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = error->message };
	req->principal = self;
}

static const struct error *
note_removed(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	if (outcome->verdict == STEP_DONE)
		store_file_remove(req, strtoll(process->key, NULL, 10));
	return NULL;
}

const struct step file_drop_steps[] = { { .name = "remove", .run = remove_asset, .commit = note_removed } };

static const struct error *
drop(struct request *req, const struct shape_list *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct form_file_row *file = (const struct form_file_row *)files->items + i;
		const char *key = arena_printf(req->arena, "%" PRId64, file->id);
		bool is_found;
		const struct error *error = process_cancel(req, "file", key, false, &is_found);
		if (!error)
			error = process_start(req, &(struct process_start){ .kind = "file_drop", .key = key, .lane = "files",
			    .payload = arena_printf(req->arena, "{\"assetId\":%" PRId64 "}", file->asset_id ? *file->asset_id : 0) }, NULL);
		if (error)
			return error;
	}
	return NULL;
}

const struct error *
files_drop_of_submission(struct request *req, int64_t submission_id)
{
	struct shape_list files;
	const struct error *error = store_files_of_submission(req, submission_id, SUBMISSION_FILES_MAX, &files);

	return error ? error : drop(req, &files);
}

const struct error *
files_drop_of_form(struct request *req, int64_t form_id)
{
	struct shape_list files;
	const struct error *error = store_files_unsent_of_form(req, form_id, DROP_MAX, &files);

	return error ? error : drop(req, &files);
}

const struct error *
files_forget(struct request *req)
{
	struct shape_list files;
	const struct error *error = store_files_unsent(req, FORGET_FILES, &files);

	for (size_t i = 0; !error && i < files.n; i++) {
		const struct form_file_row *file = (const struct form_file_row *)files.items + i;
		request_act_for(req, file->domain_id);
		error = drop(req, &(struct shape_list){ file, 1 });
	}
	request_act_for(req, 0); /* the timer's own row is nobody's */
	return error;
}

const struct error *
addresses_forget(struct request *req)
{
	store_addresses_forget(req, FORGET_ADDRESSES);
	return NULL;
}

/* ---- in a submission ---- */

struct resolving {
	struct request *req;
	const struct form_row *form;
	struct form_file_row files[SUBMISSION_FILES_MAX];
	size_t n;
};

/* The file of a token of this form, 0: none. */
static int64_t
file_of(struct request *req, const struct form_row *form, const char *token)
{
	const char *text = request_open(req, token);
	const char *prefix = arena_printf(req->arena, "file:%" PRId64 ":", form->id);

	return text && strncmp(text, prefix, strlen(prefix)) == 0 ? strtoll(text + strlen(prefix), NULL, 10) : 0;
}

static const struct error *
no_file(struct request *req, const char *field)
{
	return FAIL_AT(req, FORM_SUBMISSION_FIELD_INVALID, arena_printf(req->arena, "/data/%.64s", field),
	    "the field '%.64s' takes the fileToken of a file that was sent to POST /api/public/forms/{slug}/files within the last day and not with another submission", field);
}

static const struct error *
look_up(struct resolving *resolving, const struct json_value *value, const char *field)
{
	struct request *req = resolving->req;
	int64_t id = value->type == JSON_TEXT ? file_of(req, resolving->form, value->text) : 0;
	struct shape_list rows;

	if (value->type == JSON_OBJECT)
		return NULL; /* an asset by its number: files_check_named */
	for (size_t i = 0; i < resolving->n; i++) {
		if (resolving->files[i].id == id)
			return NULL;
	}
	if (id == 0 || resolving->n == SUBMISSION_FILES_MAX)
		return no_file(req, field);
	const struct error *error = store_files_look(req, resolving->form->id, &id, 1, &rows);
	if (!error && rows.n == 0)
		error = no_file(req, field);
	if (!error)
		resolving->files[resolving->n++] = *(const struct form_file_row *)rows.items;
	return error;
}

static bool
is_file_field(const struct json_value *fields, const char *name)
{
	for (size_t i = 0; i < fields->n; i++) {
		if (strcmp(text_in(&fields->items[i], "name"), name) == 0)
			return strncmp(text_in(&fields->items[i], "type"), "asset", 5) == 0;
	}
	return false;
}

/* A number says nothing of who may know it: the public names what the public may read. */
static const struct error *
check_named(struct request *req, const struct form_row *form, const struct json_value *value, const char *field)
{
	static const char *const scopes[] = { "content:read" };
	struct principal reader = { .tenant = form->domain_id, .id = "system:forms", .type = "system", .source = "internal", .scopes = scopes, .n_scopes = 1 };
	struct asset *asset = ARENA_NEW(req->arena, struct asset);
	const struct principal *sender = req->principal;
	int64_t id = int_in(value, "assetId");

	if (id < 1 || id > INT32_MAX)
		return FAIL_AT(req, FORM_SUBMISSION_FIELD_INVALID, arena_printf(req->arena, "/data/%.64s", field), "the field '%.64s' names no asset: send a fileToken", field);
	req->principal = &reader;
	const struct error *error = request_call(req, &operation_content_assets_get, &(struct content_assets_get_request){ .id = id }, NULL, asset);
	req->principal = sender;
	if (error && error->info != &error_catalogue[ERROR_ASSET_NOT_FOUND])
		return error;
	if (error || strcmp(asset->access_mode, "public") != 0)
		return FAIL_AT(req, FORM_SUBMISSION_FIELD_INVALID, arena_printf(req->arena, "/data/%.64s", field),
		    "the field '%.64s' names an asset that is not public: send a fileToken", field);
	return NULL;
}

const struct error *
files_check_named(struct request *req, const struct form_row *form, struct doc text)
{
	struct json_error wrong;
	const struct json_value *fields = json_parse(req->arena, form->fields.json, form->fields.len, NULL, &wrong);
	const struct json_value *data = json_parse(req->arena, text.json, text.len, NULL, &wrong);
	size_t n = 0;

	for (size_t i = 0; i < data->n; i++) {
		const struct json_value *value = &data->members[i].value;
		const struct json_value *items = value->type == JSON_LIST ? value->items : value;
		size_t n_items = value->type == JSON_LIST ? value->n : 1;
		for (size_t j = 0; is_file_field(fields, data->members[i].name) && j < n_items; j++) {
			if (items[j].type != JSON_OBJECT)
				continue;
			const struct error *error = ++n > SUBMISSION_FILES_MAX ? no_file(req, data->members[i].name) : check_named(req, form, &items[j], data->members[i].name);
			if (error)
				return error;
		}
	}
	return NULL;
}

static void
write_value(struct buf *out, const struct resolving *resolving, const struct json_value *value)
{
	int64_t id = value->type == JSON_TEXT ? file_of(resolving->req, resolving->form, value->text) : 0;

	for (size_t i = 0; i < resolving->n; i++) {
		if (id && resolving->files[i].id == id) {
			buf_printf(out, "{\"assetId\":%" PRId64 "}", *resolving->files[i].asset_id);
			return;
		}
	}
	json_write(out, value);
}

static const struct error *
look_up_all(struct resolving *resolving, const struct json_member *member)
{
	const struct json_value *value = &member->value;
	const struct error *error = NULL;

	if (value->type != JSON_LIST)
		return look_up(resolving, value, member->name);
	for (size_t i = 0; !error && i < value->n; i++)
		error = look_up(resolving, &value->items[i], member->name);
	return error;
}

static void
write_all(struct buf *out, const struct resolving *resolving, const struct json_value *value)
{
	if (value->type != JSON_LIST) {
		write_value(out, resolving, value);
		return;
	}
	buf_add_char(out, '[');
	for (size_t i = 0; i < value->n; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		write_value(out, resolving, &value->items[i]);
	}
	buf_add_char(out, ']');
}

const struct error *
files_resolve(struct request *req, const struct form_row *form, struct doc text, struct doc *ret_data, int64_t ids[SUBMISSION_FILES_MAX], size_t *ret_n)
{
	struct resolving *resolving = ARENA_NEW(req->arena, struct resolving);
	struct json_error wrong;
	const struct json_value *fields = json_parse(req->arena, form->fields.json, form->fields.len, NULL, &wrong);
	const struct json_value *data = json_parse(req->arena, text.json, text.len, NULL, &wrong);
	struct buf out;

	*resolving = (struct resolving){ .req = req, .form = form };
	*ret_data = text;
	*ret_n = 0;
	buf_init(&out, req->arena, text.len + 64);
	buf_add_char(&out, '{');
	for (size_t i = 0; i < data->n; i++) {
		const struct json_member *member = &data->members[i];
		bool is_file = is_file_field(fields, member->name) && member->value.type != JSON_NULL;
		const struct error *error = is_file ? look_up_all(resolving, member) : NULL;
		if (error)
			return error;
		if (i > 0)
			buf_add_char(&out, ',');
		buf_add_json_text(&out, member->name, member->n_name);
		buf_add_char(&out, ':');
		if (is_file)
			write_all(&out, resolving, &member->value);
		else
			json_write(&out, &member->value);
	}
	buf_add_char(&out, '}');
	if (resolving->n > 0)
		*ret_data = (struct doc){ out.bytes, out.len };
	for (size_t i = 0; i < resolving->n; i++)
		ids[i] = resolving->files[i].id;
	*ret_n = resolving->n;
	return NULL;
}

const struct error *
files_attach(struct request *req, const struct form_row *form, const int64_t *ids, size_t n, int64_t submission_id)
{
	int64_t n_taken = 0;
	const struct error *error = n > 0 ? store_files_take(req, form->id, ids, n, submission_id, &n_taken) : NULL;

	if (!error && n_taken != (int64_t)n) /* the form is locked, so only the day's end comes in between */
		error = FAIL(req, FORM_SUBMISSION_FIELD_INVALID, "a file of the submission was removed just now: send it again");
	return error;
}
