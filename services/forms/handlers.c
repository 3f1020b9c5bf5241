/* handlers.c: what each operation on forms decides.  Order follows proto/forms.toml. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "files/files.h"
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
		.honeypot_field = f->honeypot_field, .min_fill_seconds = f->min_fill_seconds, .per_hour_max = f->per_hour_max, .per_address_hour_max = f->per_address_hour_max, .total_max = f->total_max,
		.open_from = f->open_from, .open_until = f->open_until, .submitter_field = f->submitter_field, .work_bits = f->work_bits, .created_at = f->created_at, .updated_at = f->updated_at };
}

/* "" takes an optional text away. */
static const char *
changed_text(const char *given, const char *before)
{
	return !given ? before : *given ? given : NULL;
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
	struct surroundings *surroundings = ARENA_NEW(req->arena, struct surroundings);

	req->prepared = surroundings;
	return surroundings_ask(req, in->content_type_id, in->workflow_transition_id, in->default_data, surroundings);
}

/* Fields and default data as they will be kept, or what is wrong with the form. */
static const struct error *
resolve(struct request *req, struct form_row *form, const char *new_webhook_url)
{
	const struct surroundings *surroundings = req->prepared;
	struct definition definition = { .name = form->name, .slug = form->slug, .type = surroundings->type, .fields = form->fields,
		.default_data = form->default_data, .webhook_url = new_webhook_url, .honeypot_field = form->honeypot_field, .submitter_field = form->submitter_field,
		.submission_status = form->submission_status, .workflow_transition_id = form->workflow_transition_id, .open_from = form->open_from,
		.open_until = form->open_until };

	const struct error *error = definition_resolve(req, &definition);
	if (!error)
		error = surroundings_check(req, surroundings, &definition);
	if (error)
		return error;
	form->fields = definition.fields;
	form->content_type_name = surroundings->type->name;
	form->content_type_slug = surroundings->type->slug;
	return check_price(req, form, surroundings->type);
}

const struct error *
forms_definitions_create(struct request *req, const struct forms_definitions_create_request *in, struct form_definition *out)
{
	struct form_row form = { .name = in->name, .slug = in->slug, .description = in->description, .content_type_id = in->content_type_id,
		.fields = in->fields, .default_data = in->default_data.json ? in->default_data : (struct doc){ "{}", 2 },
		.active = !in->active || *in->active, .public_read = !in->public_read || *in->public_read,
		.submission_status = in->submission_status ? in->submission_status : "draft", .workflow_transition_id = in->workflow_transition_id,
		.require_payment = in->require_payment && *in->require_payment, .webhook_url = changed_text(in->webhook_url, NULL),
		.webhook_secret = in->webhook_secret ? request_seal(req, in->webhook_secret) : NULL, .success_message = in->success_message,
		.honeypot_field = in->honeypot_field, .min_fill_seconds = in->min_fill_seconds ? *in->min_fill_seconds : 0, .per_hour_max = in->per_hour_max, .per_address_hour_max = in->per_address_hour_max,
		.total_max = in->total_max, .open_from = in->open_from, .open_until = in->open_until, .submitter_field = changed_text(in->submitter_field, NULL),
		.work_bits = in->work_bits ? *in->work_bits : 0, .created_at = req->now_us, .updated_at = req->now_us };
	const struct error *error = resolve(req, &form, in->webhook_url);
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

/* ---- settings that are taken away ---- */

static const char *const clearable[] = { "description", "successMessage", "webhookUrl", "webhookSecret", "honeypotField", "submitterField", "workflowTransitionId",
	"perHourMax", "perAddressHourMax", "totalMax", "openFrom", "openUntil" };
static const size_t n_clearable = sizeof(clearable) / sizeof(clearable[0]);

static bool
is_cleared(const struct forms_definitions_update_request *in, const char *name)
{
	for (size_t i = 0; i < in->clear.n; i++) {
		if (strcmp(((const char *const *)in->clear.items)[i], name) == 0)
			return true;
	}
	return false;
}

static const struct error *
check_clear(struct request *req, const struct forms_definitions_update_request *in)
{
	for (size_t i = 0; i < in->clear.n; i++) {
		const char *name = ((const char *const *)in->clear.items)[i];
		bool is_known = false;
		for (size_t j = 0; j < n_clearable; j++)
			is_known |= strcmp(clearable[j], name) == 0;
		if (!is_known)
			return FAIL_AT(req, VALIDATION_ERROR, arena_printf(req->arena, "/clear/%zu", i), "'%.64s' cannot be taken away; it is one of description, successMessage, "
			    "webhookUrl, webhookSecret, honeypotField, submitterField, workflowTransitionId, perHourMax, perAddressHourMax, totalMax, openFrom and openUntil", name);
	}
	return NULL;
}

static void
clear(const struct forms_definitions_update_request *in, struct form_row *form)
{
	form->description = is_cleared(in, "description") ? NULL : form->description;
	form->success_message = is_cleared(in, "successMessage") ? NULL : form->success_message;
	form->webhook_url = is_cleared(in, "webhookUrl") ? NULL : form->webhook_url;
	form->webhook_secret = is_cleared(in, "webhookSecret") ? NULL : form->webhook_secret;
	form->honeypot_field = is_cleared(in, "honeypotField") ? NULL : form->honeypot_field;
	form->submitter_field = is_cleared(in, "submitterField") ? NULL : form->submitter_field;
	form->workflow_transition_id = is_cleared(in, "workflowTransitionId") ? NULL : form->workflow_transition_id;
	form->per_hour_max = is_cleared(in, "perHourMax") ? NULL : form->per_hour_max;
	form->per_address_hour_max = is_cleared(in, "perAddressHourMax") ? NULL : form->per_address_hour_max;
	form->total_max = is_cleared(in, "totalMax") ? NULL : form->total_max;
	form->open_from = is_cleared(in, "openFrom") ? NULL : form->open_from;
	form->open_until = is_cleared(in, "openUntil") ? NULL : form->open_until;
}

static bool
has_change(const struct forms_definitions_update_request *in)
{
	return in->name || in->slug || in->description || in->fields.json || in->default_data.json || in->active || in->public_read ||
	    in->submission_status || in->workflow_transition_id || in->require_payment || in->webhook_url || in->webhook_secret ||
	    in->success_message || in->honeypot_field || in->min_fill_seconds || in->per_hour_max || in->per_address_hour_max || in->total_max || in->open_from ||
	    in->open_until || in->submitter_field || in->work_bits || in->clear.n > 0;
}

const struct error *
forms_definitions_update_prepare(struct request *req, const struct forms_definitions_update_request *in)
{
	struct reading reading = { .id = in->id };
	struct surroundings *surroundings = ARENA_NEW(req->arena, struct surroundings);

	if (!has_change(in))
		return FAIL(req, EMPTY_UPDATE_BODY, "give at least one field to change");
	const struct error *error = check_clear(req, in);
	if (!error)
		error = request_transaction(req, read_form, &reading);
	if (!error && !reading.form)
		return form_not_found(req, in->id);
	if (error)
		return error;
	const int64_t *transition_id = is_cleared(in, "workflowTransitionId") ? NULL : reading.form->workflow_transition_id;
	req->prepared = surroundings;
	return surroundings_ask(req, reading.form->content_type_id, in->workflow_transition_id ? in->workflow_transition_id : transition_id,
	    in->default_data.json ? in->default_data : reading.form->default_data, surroundings);
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
	form->per_address_hour_max = in->per_address_hour_max ? in->per_address_hour_max : form->per_address_hour_max;
	form->total_max = in->total_max ? in->total_max : form->total_max;
	form->open_from = in->open_from ? in->open_from : form->open_from;
	form->open_until = in->open_until ? in->open_until : form->open_until;
	form->submitter_field = changed_text(in->submitter_field, form->submitter_field);
	form->work_bits = in->work_bits ? *in->work_bits : form->work_bits;
	form->fields = in->fields.json ? in->fields : form->fields;
	form->default_data = in->default_data.json ? in->default_data : form->default_data;
	form->updated_at = req->now_us;
	clear(in, form);
}

const struct error *
forms_definitions_update(struct request *req, const struct forms_definitions_update_request *in, struct form_definition *out)
{
	const struct form_row *before;
	const struct error *error = store_form_get(req, in->id, true, &before);
	if (error)
		return error;
	if (!before)
		return form_not_found(req, in->id);
	struct form_row form = *before;
	apply(req, in, &form);
	error = resolve(req, &form, in->webhook_url);
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
	error = files_drop_of_form(req, in->id);
	if (error)
		return error;
	store_form_delete(req, in->id);
	out->id = in->id;
	out->message = arena_printf(req->arena, "form %" PRId64 " was deleted", in->id);
	emit_form_definition_delete(req, in->id, 0, &(struct form_definition_delete_event){ .slug = form->slug });
	return NULL;
}
