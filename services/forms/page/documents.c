/* Whole documents: the page that works without a script, and the script that works in anybody's page. */
#include <inttypes.h>
#include <string.h>

#include "id.h"
#include "page/page.h"
#include "secret.h"

/* ---- the page ---- */

/* The style sheet is named by its hash: no other style, no script of others, no frame around it. */
static const char *
policy(struct request *req)
{
	unsigned char digest[SHA256_BYTES];

	sha256(digest, page_style(), strlen(page_style()));
	return arena_printf(req->arena, "default-src 'none'; style-src 'sha256-%s'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	    base64_encode(req->arena, digest, sizeof(digest)));
}

static void
add_head(struct buf *out, const struct page_form *form)
{
	buf_printf(out, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	    "<meta name=\"robots\" content=\"noindex\"><title>", form->texts->language);
	page_add_html(out, form->row->name);
	buf_add_text(out, "</title><style>");
	buf_add_text(out, page_style());
	buf_add_text(out, "</style></head><body class=\"wc-page\"><main><h1>");
	page_add_html(out, form->row->name);
	buf_add_text(out, "</h1>");
}

static void
add_locale(struct buf *out, const struct page_form *form)
{
	if (form->locale)
		buf_printf(out, "&amp;locale=%s", form->locale);
}

static void
add_done(struct buf *out, const struct page_form *form)
{
	buf_add_text(out, "<p class=\"wc-done\" role=\"status\">");
	page_add_html(out, form->row->success_message ? form->row->success_message : form->texts->thanks);
	buf_printf(out, "</p><p><a href=\"page?domainId=%" PRId64, form->row->domain_id);
	add_locale(out, form);
	buf_add_text(out, "\">");
	page_add_html(out, form->texts->again);
	buf_add_text(out, "</a></p>");
}

const char *
page_document(struct request *req, const struct page_form *form, const struct page_state *state, bool is_done, const char **ret_policy)
{
	struct buf out;

	buf_init(&out, req->arena, 16384);
	add_head(&out, form);
	if (is_done) {
		add_done(&out, form);
	} else {
		if (form->row->description) {
			buf_add_text(&out, "<p>");
			page_add_html(&out, form->row->description);
			buf_add_text(&out, "</p>");
		}
		page_write_form(req, &out, form, state);
		buf_printf(&out, "<script src=\"embed.js?domainId=%" PRId64, form->row->domain_id);
		add_locale(&out, form);
		buf_add_text(&out, "\" defer></script>");
	}
	buf_add_text(&out, "</main></body></html>\n");
	*ret_policy = policy(req);
	return out.bytes;
}

/* ---- the script ---- */

static void
add_text(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, ",\"%s\":", name);
	buf_add_json_text(out, text, strlen(text));
}

static void
add_member(struct buf *out, const struct json_value *field, const char *name)
{
	const struct json_value *value = json_get(field, name);

	if (!value)
		return;
	buf_printf(out, ",\"%s\":", name);
	json_write(out, value);
}

static void
add_fields(struct buf *out, const struct json_value *fields)
{
	buf_add_text(out, ",\"fields\":[");
	for (size_t i = 0; i < fields->n; i++) {
		const struct json_value *name = json_get(&fields->items[i], "name");
		buf_add_text(out, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_write(out, name);
		add_member(out, &fields->items[i], "type");
		add_member(out, &fields->items[i], "required");
		add_member(out, &fields->items[i], "showIf");
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

const char *
page_script(struct request *req, const struct page_form *form)
{
	const struct page_state nothing = { 0 };
	const struct page_texts *texts = form->texts;
	struct buf markup, out;

	buf_init(&markup, req->arena, 8192);
	page_write_form(req, &markup, form, &nothing);
	buf_init(&out, req->arena, 32768);
	buf_add_text(&out, page_client());
	buf_printf(&out, "({\"domainId\":%" PRId64 ",\"workBits\":%" PRId64, form->row->domain_id, form->row->work_bits);
	add_text(&out, "slug", form->row->slug);
	add_text(&out, "html", markup.bytes);
	add_text(&out, "style", page_style());
	add_fields(&out, form->fields);
	buf_add_text(&out, ",\"texts\":{\"language\":");
	buf_add_json_text(&out, texts->language, strlen(texts->language));
	add_text(&out, "send", texts->send);
	add_text(&out, "sending", texts->sending);
	add_text(&out, "thanks", texts->thanks);
	add_text(&out, "missing", texts->missing);
	add_text(&out, "invalid", texts->invalid);
	add_text(&out, "closed", texts->closed);
	add_text(&out, "limited", texts->limited);
	add_text(&out, "failed", texts->failed);
	add_text(&out, "paid", texts->paid);
	buf_add_text(&out, "}})\n");
	return out.bytes;
}

/* ---- refusals ---- */

static bool
is_code(const char *code, enum error_code wanted)
{
	return strcmp(code, error_catalogue[wanted].code) == 0;
}

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = object && object->type == JSON_OBJECT ? json_get(object, name) : NULL;

	return value && value->type == JSON_TEXT ? value->text : NULL;
}

/* The first of content's objections, and the field it is about. */
static void
explain_objection(struct request *req, const struct page_texts *texts, const struct json_value *context, struct page_state *ret_state)
{
	const struct json_value *errors = context && context->type == JSON_OBJECT ? json_get(context, "errors") : NULL;
	const struct json_value *first = errors && errors->type == JSON_LIST && errors->n > 0 ? &errors->items[0] : NULL;
	const char *path = text_of(first, "path"), *message = text_of(first, "message");

	ret_state->problem = message ? arena_printf(req->arena, "%s: %s", texts->invalid, message) : texts->invalid;
	if (path && path[0] == '/' && path[1])
		ret_state->problem_field = arena_strndup(req->arena, path + 1, strcspn(path + 1, "/"));
}

void
page_explain(struct request *req, const struct page_texts *texts, const char *code, const char *pointer, const char *context, const char *message,
    struct page_state *ret_state)
{
	struct json_error wrong;
	const struct json_value *details = context ? json_parse(req->arena, context, strlen(context), NULL, &wrong) : NULL;

	if (pointer && strncmp(pointer, "/data/", 6) == 0)
		ret_state->problem_field = pointer + 6;
	if (is_code(code, ERROR_FORM_SUBMISSION_REQUIRED_FIELD_MISSING))
		ret_state->problem = texts->missing;
	else if (is_code(code, ERROR_FORM_SUBMISSION_FIELD_INVALID))
		ret_state->problem = texts->invalid;
	else if (is_code(code, ERROR_CONTENT_SCHEMA_VALIDATION_FAILED))
		explain_objection(req, texts, details, ret_state);
	else if (is_code(code, ERROR_FORM_CLOSED))
		ret_state->problem = texts->closed;
	else if (is_code(code, ERROR_FORM_RATE_LIMITED))
		ret_state->problem = texts->limited;
	else if (is_code(code, ERROR_PAYMENT_REQUIRED))
		ret_state->problem = texts->paid;
	else
		ret_state->problem = message && *message ? arena_printf(req->arena, "%s (%s)", texts->failed, message) : texts->failed;
}
