/* What the public reads and sends.  Order follows proto/forms.toml. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "files/files.h"
#include "id.h"
#include "json/json.h"
#include "rules.h"
#include "secret.h"
#include "store.h"

static const struct error *
no_public_form(struct request *req, const char *slug)
{
	return FAIL(req, PUBLIC_FORM_NOT_FOUND, "form '%.100s' does not exist", slug);
}

/* ---- the contract ---- */

/* Another one after each change, and every REVISION_SECONDS: the start token that a kept answer holds must not grow too old.  A form that asks for
 * work has a new one at each reading, for a start token serves once. */
const char *
form_revision(struct request *req, const struct form_row *form, const char *variant)
{
	int64_t turn = form->work_bits > 0 ? req->now_us : req->now_us / 1000000 / REVISION_SECONDS;
	const char *text = arena_printf(req->arena, "%" PRId64 ":%" PRId64 ":%" PRId64 ":%s", form->id, form->updated_at, turn, variant ? variant : "");
	char *hex = arena_alloc(req->arena, SHA256_HEX_BYTES);

	sha256_hex(hex, text, strlen(text));
	return arena_strndup(req->arena, hex, REVISION_CHARS);
}

const char *
form_start_token(struct request *req, const struct form_row *form)
{
	return request_seal(req, arena_printf(req->arena, "form:%" PRId64 ":%" PRId64 ":%s", form->id, req->now_us, req->request_id));
}

const struct error *
forms_public_get(struct request *req, const struct forms_public_get_request *in, struct forms_public_get_response *out)
{
	const struct form_row *f;

	request_act_for(req, in->domain_id);
	const struct error *error = store_form_by_slug(req, in->domain_id, in->slug, false, &f);
	if (error)
		return error;
	if (!f || !f->active || !f->public_read)
		return no_public_form(req, in->slug);
	struct public_form *form = ARENA_NEW(req->arena, struct public_form);
	*form = (struct public_form){ .id = f->id, .domain_id = f->domain_id, .name = f->name, .slug = f->slug, .description = f->description,
		.content_type_id = f->content_type_id, .content_type_name = f->content_type_name, .content_type_slug = f->content_type_slug,
		.require_payment = f->require_payment, .success_message = f->success_message,
		.fields = in->locale ? labels_resolved(req, f->fields, in->locale) : f->fields, .honeypot_field = f->honeypot_field, .work_bits = f->work_bits,
		.created_at = f->created_at, .updated_at = f->updated_at };
	out->form = form;
	out->start_token = form_start_token(req, f);
	out->revision = form_revision(req, f, in->locale);
	return NULL;
}

/* ---- sending ---- */

const struct error *
form_check_open(struct request *req, const struct form_row *form)
{
	int64_t n = 0;

	if ((form->open_from && req->now_us < *form->open_from) || (form->open_until && req->now_us > *form->open_until))
		return FAIL(req, FORM_CLOSED, "the form '%s' is not open now", form->slug);
	if (form->total_max && form->n_submissions >= *form->total_max)
		return FAIL(req, FORM_CLOSED, "the form '%s' has reached its limit of submissions", form->slug);
	const struct error *error = form->per_hour_max ? store_submissions_of_hour(req, form->id, *form->per_hour_max, &n) : NULL;
	if (!error && form->per_hour_max && n >= *form->per_hour_max)
		return FAIL(req, FORM_RATE_LIMITED, "the form '%s' has reached its limit of submissions for this hour", form->slug);
	return error;
}

static const struct error *
check_address(struct request *req, const struct form_row *form, const char *address_hash)
{
	int64_t n = 0;
	bool is_limited = form->per_address_hour_max && address_hash;
	const struct error *error = is_limited ? store_submissions_of_address(req, form->id, *form->per_address_hour_max, address_hash, &n) : NULL;

	if (!error && is_limited && n >= *form->per_address_hour_max)
		error = FAIL(req, FORM_RATE_LIMITED, "this address has sent the form '%s' as often as it may within an hour", form->slug);
	return error;
}

static void
answer(const struct form_row *form, const struct submission_row *submission, struct forms_submissions_create_response *out)
{
	/* Machines learn nothing: what is in quarantine looks like what has just come. */
	out->submission_id = submission->id;
	out->status = submission->item_status ? submission->item_status : "received";
	out->content_item_id = submission->content_item_id;
	out->review_task_id = submission->review_task_id;
	out->success_message = form->success_message;
}

static const char *
hash_of(struct request *req, const struct forms_submissions_create_request *in)
{
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);

	if (in->submission_key)
		sha256_hex(hash, in->submission_key, strlen(in->submission_key));
	else
		sha256_hex(hash, in->data.json, in->data.len);
	return hash;
}

const struct error *
submission_begin(struct request *req, int64_t form_id, int64_t submission_id)
{
	return process_start(req, &(struct process_start){ .kind = "submission", .key = arena_printf(req->arena, "%" PRId64, submission_id),
	    .lane = arena_printf(req->arena, "form:%" PRId64, form_id) }, NULL);
}

/* ---- what it costs ---- */

struct priced {
	const struct forms_submissions_create_request *in;
	const struct form_row *active; /* NULL: no such form */
	const struct form_row *form; /* NULL: none that asks for payment */
	int64_t sats;
	struct doc data; /* what was sent, with the assets that its file tokens stand for */
};

static const struct error *
read_priced(struct request *req, void *context)
{
	struct priced *priced = context;
	const struct form_row *form;

	request_act_for(req, priced->in->domain_id);
	const struct error *error = store_form_by_slug(req, priced->in->domain_id, priced->in->slug, false, &form);
	if (error || !form || !form->active)
		return error;
	priced->active = form;
	if (!form->require_payment)
		return NULL;
	priced->form = form;
	return priced->in->data.json ? files_resolve(req, form, priced->in->data, &priced->data, (int64_t[SUBMISSION_FILES_MAX]){ 0 }, &(size_t){ 0 }) : NULL;
}

static const struct error *
ask_price(struct request *req, struct priced *priced)
{
	static const char *const scopes[] = { "content:read" };
	struct principal reader = { .tenant = priced->form->domain_id, .id = "system:forms", .type = "system", .source = "internal", .scopes = scopes, .n_scopes = 1 };
	struct content_type *type = ARENA_NEW(req->arena, struct content_type);
	const struct principal *sender = req->principal;
	struct content_types_get_request get = { .id = priced->form->content_type_id };

	req->principal = &reader;
	const struct error *error = request_call(req, &operation_content_types_get, &get, NULL, type);
	req->principal = sender;
	if (error && error->info == &error_catalogue[ERROR_CONTENT_TYPE_NOT_FOUND])
		return FAIL(req, FORM_CLOSED, "the content type of the form '%s' was deleted", priced->form->slug);
	priced->sats = !error && type->base_price ? *type->base_price : 0;
	return error;
}

/* Nobody pays for what content will not take. */
static const struct error *
try_item(struct request *req, const struct priced *priced)
{
	const struct principal *sender = req->principal;
	const struct form_row *form = priced->form;
	struct content_item *item = ARENA_NEW(req->arena, struct content_item);
	struct json_error wrong;
	struct content_items_create_as_request in = { .content_type_id = form->content_type_id, .status = form->submission_status, .paid_sats = &priced->sats,
		.data = submission_merged(req, json_parse(req->arena, priced->data.json, priced->data.len, NULL, &wrong),
		    json_parse(req->arena, form->default_data.json, form->default_data.len, NULL, &wrong)),
		.actor_id = arena_printf(req->arena, "form:%s", form->slug), .actor_type = "form", .actor_source = "public" };

	req->principal = request_system_principal(req);
	req->dry_run = true;
	const struct error *error = request_call(req, &operation_content_items_create_as, &in, arena_printf(req->arena, "try:%s", req->request_id), item);
	req->dry_run = false;
	req->principal = sender;
	if (!error || error->info == &error_catalogue[ERROR_CONTENT_SCHEMA_VALIDATION_FAILED] || req->call_fate != CALL_REFUSED)
		return error;
	return FAIL(req, FORM_SUBMISSION_REFUSED, "%s", error->message);
}

/* What content knows: the assets that are named, and of a form that asks for payment the price of its type now. */
const struct error *
forms_submissions_create_prepare(struct request *req, const struct forms_submissions_create_request *in)
{
	struct priced *priced = ARENA_NEW(req->arena, struct priced);

	priced->in = in;
	req->prepared = priced;
	const struct error *error = request_transaction(req, read_priced, priced);
	if (!error && priced->active && in->data.json)
		error = files_check_named(req, priced->active, in->data);
	if (!error && priced->form)
		error = ask_price(req, priced);
	if (!error && priced->sats > 0 && in->data.json)
		error = try_item(req, priced);
	return error;
}

/* What the form thinks of who sends this: the item is made at once, or somebody looks at it first. */
static const struct error *
judge(struct request *req, const struct form_row *form, const struct forms_submissions_create_request *in, bool is_trapped, struct new_submission *new)
{
	int64_t seconds = form->min_fill_seconds ? sender_seconds(req, form, in->start_token) : 0;
	const struct error *error = sender_work(req, form, in->start_token, in->work, &new->work_hash);

	if (error)
		return error;
	new->verdict = is_trapped ? "honeypot" : seconds < form->min_fill_seconds ? "too_fast" : form->work_bits > 0 && !new->work_hash ? "no_work" : "clean";
	new->status = strcmp(new->verdict, "clean") == 0 ? "received" : "quarantined";
	new->submitter_hash = sender_hash(req, form->submitter_field, in->data);
	return NULL;
}

const struct error *
forms_submissions_create(struct request *req, const struct forms_submissions_create_request *in, struct forms_submissions_create_response *out)
{
	const struct form_row *form;
	const struct submission_row *same;
	const char *hash = hash_of(req, in);
	const char *address_hash = sender_address_hash(req);
	int64_t files[SUBMISSION_FILES_MAX];
	size_t n_files = 0;
	bool is_trapped = false;

	request_act_for(req, in->domain_id);
	const struct error *error = store_form_by_slug(req, in->domain_id, in->slug, true, &form);
	if (error)
		return error;
	if (!form || (!form->active && sender_seconds(req, form, in->start_token) < 0))
		return no_public_form(req, in->slug);
	if (!form->active) /* no secret to who has read it while it was there */
		return FAIL(req, FORM_DEFINITION_INACTIVE, "the form '%s' was deactivated since you read it", form->slug);
	error = submission_check(req, form, in->data, &is_trapped);
	if (!error)
		error = store_submission_same(req, form->id, hash, &same);
	if (error)
		return error;
	if (same) {
		answer(form, same, out);
		return NULL;
	}
	error = form_check_open(req, form);
	if (!error)
		error = check_address(req, form, address_hash);
	struct new_submission new = { .form_id = form->id, .data_hash = hash, .address_hash = form->per_address_hour_max ? address_hash : NULL };
	if (!error)
		error = files_resolve(req, form, in->data, &new.data, files, &n_files);
	if (error)
		return error;
	error = judge(req, form, in, is_trapped, &new);
	if (error)
		return error;
	bool is_clean = strcmp(new.verdict, "clean") == 0;
	struct submission_row submission = { .form_id = form->id };
	new.paid_sats = is_clean ? ((const struct priced *)req->prepared)->sats : 0;
	req->payer = arena_printf(req->arena, "form_sender:%.32s", hash);
	error = request_charge(req, new.paid_sats);
	if (!error)
		error = store_submission_add(req, &new, &submission.id);
	if (!error)
		error = files_attach(req, form, files, n_files, submission.id);
	if (!error && is_clean)
		error = submission_begin(req, form->id, submission.id);
	if (error)
		return error;
	store_form_count_up(req, form->id);
	answer(form, &submission, out);
	emit_form_submission_create(req, submission.id, 0, &(struct form_submission_create_event){ .form_id = form->id, .slug = form->slug, .verdict = new.verdict, .data_hash = hash });
	return NULL;
}

struct reading {
	int64_t id;
	const struct submission_row *row;
};

static const struct error *
read_submission(struct request *req, void *context)
{
	struct reading *reading = context;

	return store_submission_get(req, reading->id, false, &reading->row);
}

const struct error *
submission_await(struct request *req, int64_t id, const struct submission_row **ret_row)
{
	struct reading reading = { .id = id };
	bool has_ended;
	const struct error *error = process_await(req, "submission", arena_printf(req->arena, "%" PRId64, id), AWAIT_MS, &has_ended);

	if (!error)
		error = request_transaction(req, read_submission, &reading);
	if (!error)
		*ret_row = reading.row;
	return error;
}

/* The item is there when the sender hears of it, or the reason why not. */
const struct error *
forms_submissions_create_complete(struct request *req, const struct forms_submissions_create_request *in, struct forms_submissions_create_response *out)
{
	const struct submission_row *row = NULL;
	const struct error *error = submission_await(req, out->submission_id, &row);

	(void)in;
	if (error || !row)
		return error;
	if (strcmp(row->status, "refused") == 0 && strcmp(row->error_code, "CONTENT_SCHEMA_VALIDATION_FAILED") == 0)
		return FAIL_WITH(req, CONTENT_SCHEMA_VALIDATION_FAILED, row->error_context, "%s", row->error_message);
	if (strcmp(row->status, "refused") == 0)
		return FAIL(req, FORM_SUBMISSION_REFUSED, "%s", row->error_message);
	out->status = row->item_status ? row->item_status : "received";
	out->content_item_id = row->content_item_id;
	out->review_task_id = row->review_task_id;
	return NULL;
}

