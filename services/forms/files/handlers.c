/* Files that come for forms.  Order follows proto/forms.toml. */
#include <inttypes.h>
#include <string.h>

#include "files/files.h"
#include "rules.h"
#include "store.h"

enum { UNSENT_MAX = 1000, DAY_SECONDS = 24 * 3600 };

static bool
takes_files(struct request *req, const struct form_row *form)
{
	struct json_error wrong;
	const struct json_value *fields = json_parse(req->arena, form->fields.json, form->fields.len, NULL, &wrong);

	for (size_t i = 0; fields && i < fields->n; i++) {
		const struct json_value *kind = json_get(&fields->items[i], "type");
		if (kind && kind->type == JSON_TEXT && strncmp(kind->text, "asset", 5) == 0)
			return true;
	}
	return false;
}

/* Asked on the headers of an upload, so that nobody's bytes are kept for a form that does not want them. */
const struct error *
forms_files_admit(struct request *req, const struct forms_files_admit_request *in, struct forms_files_admit_response *out)
{
	const struct form_row *form;
	struct shape_list unsent;

	request_act_for(req, in->domain_id);
	const struct error *error = store_form_by_slug(req, in->domain_id, in->slug, false, &form);
	if (error)
		return error;
	if (!form || !form->active)
		return FAIL(req, PUBLIC_FORM_NOT_FOUND, "form '%.100s' does not exist", in->slug);
	if (!takes_files(req, form))
		return FAIL(req, FORM_TAKES_NO_FILES, "the form '%s' has no field for files", form->slug);
	error = form_check_open(req, form);
	if (!error)
		error = store_files_unsent_of_form(req, form->id, UNSENT_MAX, &unsent);
	if (!error && unsent.n == UNSENT_MAX)
		error = FAIL(req, FORM_RATE_LIMITED, "the form '%s' has too many files that nobody has sent yet", form->slug);
	out->form_id = form->id;
	return error;
}

static const char *
file_name(struct arena *arena, const char *text)
{
	const char *name = text;

	for (const char *c = text; *c; c++) {
		if (*c == '/' || *c == '\\')
			name = c + 1;
	}
	char *copy = arena_strdup(arena, name);
	for (char *c = copy; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '_';
	}
	return *copy && strcmp(copy, ".") != 0 && strcmp(copy, "..") != 0 ? copy : "file";
}

/* What its sender calls it is no more than a hint. */
static const char *
media_type(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&-^_.+";
	size_t n = strspn(text, allowed), n_sub = text[n] == '/' ? strspn(text + n + 1, allowed) : 0;
	bool is_one = n > 0 && n_sub > 0 && text[0] != '.' && strchr("; ", text[n + 1 + n_sub]) && n + n_sub < 100;

	return is_one ? text : "application/octet-stream";
}

const struct error *
forms_files_store(struct request *req, const struct forms_files_store_request *in, struct forms_files_store_response *out)
{
	const struct form_row *form;
	int64_t id = 0;

	request_act_for(req, in->domain_id);
	const struct error *error = store_form_get(req, in->form_id, false, &form);
	if (error)
		return error;
	if (!form || !form->active)
		return FAIL(req, PUBLIC_FORM_NOT_FOUND, "the form was deleted or closed meanwhile");
	struct form_file_row file = { .form_id = form->id, .filename = file_name(req->arena, in->filename), .mime_type = media_type(in->mime_type), .storage_key = in->storage_key,
		.byte_hash = in->byte_hash, .size_bytes = in->size_bytes };
	error = store_file_add(req, &file, &id);
	file.id = id;
	if (!error)
		error = file_begin(req, form, &file);
	*out = (struct forms_files_store_response){ .file_token = request_seal(req, arena_printf(req->arena, "file:%" PRId64 ":%" PRId64, form->id, id)),
		.filename = file.filename, .size_bytes = file.size_bytes, .expires_at = req->now_us + (int64_t)DAY_SECONDS * 1000000 };
	return error;
}

/* It can be sent when its sender hears of it, as a rule. */
const struct error *
forms_files_store_complete(struct request *req, const struct forms_files_store_request *in, struct forms_files_store_response *out)
{
	const char *text = request_open(req, out->file_token);
	bool has_ended;

	(void)in;
	return process_await(req, "file", strrchr(text, ':') + 1, AWAIT_MS, &has_ended);
}
