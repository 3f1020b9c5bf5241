/* handlers.c: what each operation on forms decides.  Order follows proto/forms.toml. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"
#include "store.h"

static const struct error *
form_not_found(struct request *req, int64_t id)
{
	return FAIL(req, FORM_DEFINITION_NOT_FOUND, "form %" PRId64 " does not exist", id);
}

static struct form_definition
shown(const struct form_row *f)
{
	return (struct form_definition){ .id = f->id, .name = f->name, .slug = f->slug, .description = f->description, .content_type_id = f->content_type_id,
		.content_type_name = f->content_type_name, .content_type_slug = f->content_type_slug, .fields = f->fields, .default_data = f->default_data,
		.active = f->active, .public_read = f->public_read, .submission_status = f->submission_status, .workflow_transition_id = f->workflow_transition_id,
		.require_payment = f->require_payment, .webhook_configured = f->webhook_url != NULL, .success_message = f->success_message,
		.honeypot_field = f->honeypot_field, .min_fill_seconds = f->min_fill_seconds, .per_hour_max = f->per_hour_max, .total_max = f->total_max,
		.open_from = f->open_from, .open_until = f->open_until, .created_at = f->created_at, .updated_at = f->updated_at };
}

/* "" takes an optional text away. */
static const char *
changed_text(const char *given, const char *before)
{
	return !given ? before : *given ? given : NULL;
}

static const struct error *
ask_type(struct request *req, int64_t id, const struct content_type **ret_type)
{
	struct content_type *type = ARENA_NEW(req->arena, struct content_type);
	struct content_types_get_request in = { .id = id };
	const struct error *error = request_call(req, &operation_content_types_get, &in, NULL, type);

	if (error && error->info == &error_catalogue[ERROR_CONTENT_TYPE_NOT_FOUND])
		return FAIL_AT(req, FORM_CONTENT_TYPE_NOT_FOUND, "/contentTypeId", "content type %" PRId64 " does not exist", id);
	*ret_type = type;
	return error;
}

/* What comes through a form costs what the type costs. */
static const struct error *
check_price(struct request *req, const struct form_row *form, const struct content_type *type)
{
	bool is_priced = type->base_price && *type->base_price > 0;

	if (form->require_payment && !is_priced)
		return FAIL_AT(req, FORM_PAYMENT_PRICE_MISSING, "/requirePayment", "content type %" PRId64 " has no price", type->id);
	if (!form->require_payment && is_priced)
		return FAIL_AT(req, FORM_PAYMENT_REQUIRED, "/requirePayment", "content type %" PRId64 " costs %" PRId64 " sats", type->id, *type->base_price);
	return NULL;
}

/* ---- definitions ---- */

const struct error *
forms_definitions_create_prepare(struct request *req, const struct forms_definitions_create_request *in)
{
	const struct content_type *type;
	const struct error *error = ask_type(req, in->content_type_id, &type);

	req->prepared = (void *)(uintptr_t)type;
	return error;
}

const struct error *
forms_definitions_create(struct request *req, const struct forms_definitions_create_request *in, struct form_definition *out)
{
	const struct content_type *type = req->prepared;
	struct definition definition = { .name = in->name, .slug = in->slug, .type = type, .fields = in->fields,
		.default_data = in->default_data.json ? in->default_data : (struct doc){ "{}", 2 }, .webhook_url = in->webhook_url, .honeypot_field = in->honeypot_field };

	const struct error *error = definition_resolve(req, &definition);
	if (error)
		return error;
	struct form_row form = { .name = in->name, .slug = in->slug, .description = in->description, .content_type_id = in->content_type_id,
		.content_type_name = type->name, .content_type_slug = type->slug, .fields = definition.fields, .default_data = definition.default_data,
		.active = !in->active || *in->active, .public_read = !in->public_read || *in->public_read,
		.submission_status = in->submission_status ? in->submission_status : "draft", .workflow_transition_id = in->workflow_transition_id,
		.require_payment = in->require_payment && *in->require_payment, .webhook_url = changed_text(in->webhook_url, NULL),
		.webhook_secret = in->webhook_secret ? request_seal(req, in->webhook_secret) : NULL, .success_message = in->success_message,
		.honeypot_field = in->honeypot_field, .min_fill_seconds = in->min_fill_seconds ? *in->min_fill_seconds : 0, .per_hour_max = in->per_hour_max,
		.total_max = in->total_max, .open_from = in->open_from, .open_until = in->open_until, .created_at = req->now_us, .updated_at = req->now_us };
	error = check_price(req, &form, type);
	if (!error)
		error = store_form_add(req, &form, &form.id);
	if (error)
		return error;
	*out = shown(&form);
	emit_form_definition_create(req, form.id, 0, &(struct form_definition_create_event){ .name = form.name, .slug = form.slug, .content_type_id = form.content_type_id });
	if (req->dry_run)
		out->id = 0;
	return NULL;
}

const struct error *
forms_definitions_list(struct request *req, const struct forms_definitions_list_request *in, struct forms_definitions_list_response *out)
{
	struct shape_list rows;
	const struct error *error = store_form_list(req, in->after ? *in->after : 0, *in->limit + 1, &rows);
	if (error)
		return error;
	out->has_more = (int64_t)rows.n > *in->limit;
	size_t n = out->has_more ? (size_t)*in->limit : rows.n;
	struct form_definition *list = ARENA_ARRAY(req->arena, struct form_definition, n + 1);
	for (size_t i = 0; i < n; i++)
		list[i] = shown((const struct form_row *)rows.items + i);
	out->forms = (struct shape_list){ list, n };
	return NULL;
}

const struct error *
forms_definitions_get(struct request *req, const struct forms_definitions_get_request *in, struct form_definition *out)
{
	const struct form_row *form;
	const struct error *error = store_form_get(req, in->id, false, &form);
	if (error)
		return error;
	if (!form)
		return form_not_found(req, in->id);
	*out = shown(form);
	return NULL;
}

/* Before the transaction: the form as it is, for its type; and the type as it is now. */
struct reading {
	int64_t id;
	const struct form_row *form;
};

static const struct error *
read_form(struct request *req, void *context)
{
	struct reading *reading = context;

	return store_form_get(req, reading->id, false, &reading->form);
}

static bool
has_change(const struct forms_definitions_update_request *in)
{
	return in->name || in->slug || in->description || in->fields.json || in->default_data.json || in->active || in->public_read ||
	    in->submission_status || in->workflow_transition_id || in->require_payment || in->webhook_url || in->webhook_secret ||
	    in->success_message || in->honeypot_field || in->min_fill_seconds || in->per_hour_max || in->total_max || in->open_from ||
	    in->open_until;
}

const struct error *
forms_definitions_update_prepare(struct request *req, const struct forms_definitions_update_request *in)
{
	struct reading reading = { .id = in->id };
	const struct content_type *type = NULL;

	if (!has_change(in))
		return FAIL(req, EMPTY_UPDATE_BODY, "give at least one field to change");
	const struct error *error = request_transaction(req, read_form, &reading);

	if (!error && !reading.form)
		return form_not_found(req, in->id);
	if (!error)
		error = ask_type(req, reading.form->content_type_id, &type);
	req->prepared = (void *)(uintptr_t)type;
	return error;
}

static void
apply(struct request *req, const struct forms_definitions_update_request *in, struct form_row *form)
{
	form->name = in->name ? in->name : form->name;
	form->slug = in->slug ? in->slug : form->slug;
	form->description = changed_text(in->description, form->description);
	form->active = in->active ? *in->active : form->active;
	form->public_read = in->public_read ? *in->public_read : form->public_read;
	form->submission_status = in->submission_status ? in->submission_status : form->submission_status;
	form->workflow_transition_id = in->workflow_transition_id ? in->workflow_transition_id : form->workflow_transition_id;
	form->require_payment = in->require_payment ? *in->require_payment : form->require_payment;
	form->webhook_url = changed_text(in->webhook_url, form->webhook_url);
	form->webhook_secret = in->webhook_secret ? request_seal(req, in->webhook_secret) : form->webhook_secret;
	form->success_message = changed_text(in->success_message, form->success_message);
	form->honeypot_field = in->honeypot_field ? in->honeypot_field : form->honeypot_field;
	form->min_fill_seconds = in->min_fill_seconds ? *in->min_fill_seconds : form->min_fill_seconds;
	form->per_hour_max = in->per_hour_max ? in->per_hour_max : form->per_hour_max;
	form->total_max = in->total_max ? in->total_max : form->total_max;
	form->open_from = in->open_from ? in->open_from : form->open_from;
	form->open_until = in->open_until ? in->open_until : form->open_until;
	form->updated_at = req->now_us;
}

const struct error *
forms_definitions_update(struct request *req, const struct forms_definitions_update_request *in, struct form_definition *out)
{
	const struct content_type *type = req->prepared;
	const struct form_row *before;
	const struct error *error = store_form_get(req, in->id, true, &before);
	if (error)
		return error;
	if (!before)
		return form_not_found(req, in->id);
	struct form_row form = *before;
	apply(req, in, &form);
	struct definition definition = { .name = form.name, .slug = form.slug, .type = type, .fields = in->fields.json ? in->fields : before->fields,
		.default_data = in->default_data.json ? in->default_data : before->default_data, .webhook_url = in->webhook_url, .honeypot_field = form.honeypot_field };
	error = definition_resolve(req, &definition);
	if (error)
		return error;
	form.fields = definition.fields;
	form.default_data = definition.default_data;
	form.content_type_name = type->name;
	form.content_type_slug = type->slug;
	error = check_price(req, &form, type);
	if (!error)
		error = store_form_update(req, &form);
	if (error)
		return error;
	*out = shown(&form);
	emit_form_definition_update(req, form.id, 0, &(struct form_definition_update_event){ .slug = form.slug, .active = form.active });
	return NULL;
}

const struct error *
forms_definitions_delete(struct request *req, const struct forms_definitions_delete_request *in, struct confirmation *out)
{
	const struct form_row *form;
	const struct error *error = store_form_get(req, in->id, true, &form);
	if (error)
		return error;
	if (!form)
		return form_not_found(req, in->id);
	store_form_delete(req, in->id);
	out->id = in->id;
	out->message = arena_printf(req->arena, "form %" PRId64 " was deleted", in->id);
	emit_form_definition_delete(req, in->id, 0, &(struct form_definition_delete_event){ .slug = form->slug });
	return NULL;
}
