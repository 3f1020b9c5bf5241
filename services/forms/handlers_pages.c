/* What the gateway carries for browsers: a form's page and script, and what a page has sent.  Order follows proto/forms.toml. */
#include <inttypes.h>
#include <string.h>

#include "page/page.h"
#include "rules.h"
#include "store.h"

static const struct error *
find_public(struct request *req, int64_t domain_id, const char *slug, const struct form_row **ret_form)
{
	request_act_for(req, domain_id);
	const struct error *error = store_form_by_slug(req, domain_id, slug, false, ret_form);

	if (!error && (!*ret_form || !(*ret_form)->active || !(*ret_form)->public_read))
		return FAIL(req, PUBLIC_FORM_NOT_FOUND, "form '%.100s' does not exist", slug);
	return error;
}

/* Where the page is sent to.  The start token travels in the address, so that no field's name can be taken for it. */
static const char *
action(struct request *req, const struct form_row *form, const char *locale)
{
	return arena_printf(req->arena, "page?domainId=%" PRId64 "%s%s&startToken=%s", form->domain_id, locale ? "&locale=" : "", locale ? locale : "",
	    form_start_token(req, form));
}

const struct error *
forms_pages_render(struct request *req, const struct forms_pages_render_request *in, struct forms_pages_render_response *out)
{
	const struct form_row *row;
	struct page_state state = { 0 };
	struct json_error wrong;

	const struct error *error = find_public(req, in->domain_id, in->slug, &row);
	if (error)
		return error;
	bool is_script = strcmp(in->kind, "script") == 0;
	struct doc fields = labels_resolved(req, row->fields, in->locale);
	struct page_form form = { .row = row, .fields = json_parse(req->arena, fields.json, fields.len, NULL, &wrong), .texts = page_texts_in(in->locale),
		.locale = in->locale, .action = is_script ? NULL : action(req, row, in->locale) };
	if (in->values.json)
		state.values = json_parse(req->arena, in->values.json, in->values.len, NULL, &wrong);
	if (in->problem_code)
		page_explain(req, form.texts, in->problem_code, in->problem_pointer, in->problem_context, in->problem_message, &state);
	out->revision = form_revision(req, row, arena_printf(req->arena, "%s:%s", in->kind, in->locale ? in->locale : ""));
	out->policy = "";
	out->content = is_script ? page_script(req, &form) : page_document(req, &form, &state, strcmp(in->kind, "done") == 0, &out->policy);
	return NULL;
}

const struct error *
forms_pages_read(struct request *req, const struct forms_pages_read_request *in, struct forms_pages_read_response *out)
{
	const struct form_row *row;
	const struct error *error = find_public(req, in->domain_id, in->slug, &row);

	if (!error)
		out->data = page_read_sent(req, row, in->sent);
	return error;
}
