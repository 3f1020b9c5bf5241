/* The form itself as HTML: labels that belong to their fields, descriptions and problems that screen readers find. */
#include <inttypes.h>
#include <string.h>

#include "page/page.h"

void
page_add_html(struct buf *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			buf_add_text(out, "&amp;");
			break;
		case '<':
			buf_add_text(out, "&lt;");
			break;
		case '>':
			buf_add_text(out, "&gt;");
			break;
		case '"':
			buf_add_text(out, "&quot;");
			break;
		case '\'':
			buf_add_text(out, "&#39;");
			break;
		default:
			buf_add_char(out, *text);
		}
	}
}

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = object ? json_get(object, name) : NULL;

	return value && value->type == JSON_TEXT ? value->text : NULL;
}

static bool
is_kind(const struct json_value *field, const char *kind)
{
	return strcmp(text_of(field, "type"), kind) == 0;
}

static void
add_attribute(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(out, " %s=\"", name);
	page_add_html(out, value);
	buf_add_char(out, '"');
}

/* One field on its way into the page. */
struct part {
	const struct page_form *form;
	const struct page_state *state;
	const struct json_value *field;
	size_t i;
	const char *name, *value;
	bool is_required, is_wrong;
};

/* Everything that controls of all kinds have.  What is shown on a condition is not required by the browser: without a script it is always there. */
static bool
is_file(const struct json_value *field)
{
	return is_kind(field, "asset") || is_kind(field, "asset-list");
}

static void
add_control_attributes(struct buf *out, const struct part *part, bool has_required)
{
	if (!is_file(part->field))
		add_attribute(out, "name", part->name);
	buf_printf(out, " id=\"wc-%zu\"", part->i);
	bool has_about = text_of(part->field, "description") != NULL;
	if (has_about && part->is_wrong)
		buf_printf(out, " aria-describedby=\"wc-about-%zu wc-problem-%zu\"", part->i, part->i);
	else if (has_about || part->is_wrong)
		buf_printf(out, " aria-describedby=\"wc-%s-%zu\"", has_about ? "about" : "problem", part->i);
	if (part->is_wrong)
		buf_add_text(out, " aria-invalid=\"true\"");
	if (has_required && part->is_required && !json_get(part->field, "showIf"))
		buf_add_text(out, " required");
}

static void
add_select(struct buf *out, const struct part *part)
{
	const struct json_value *options = json_get(part->field, "options");

	buf_add_text(out, "<select");
	add_control_attributes(out, part, true);
	buf_add_text(out, "><option value=\"\">");
	page_add_html(out, part->form->texts->choose);
	buf_add_text(out, "</option>");
	for (size_t i = 0; options && i < options->n; i++) {
		const char *value = text_of(&options->items[i], "value"), *label = text_of(&options->items[i], "label");
		buf_add_text(out, "<option");
		add_attribute(out, "value", value);
		if (part->value && strcmp(part->value, value) == 0)
			buf_add_text(out, " selected");
		buf_add_char(out, '>');
		page_add_html(out, label ? label : value);
		buf_add_text(out, "</option>");
	}
	buf_add_text(out, "</select>");
}

static void
add_textarea(struct buf *out, const struct part *part)
{
	buf_add_text(out, "<textarea rows=\"6\"");
	add_control_attributes(out, part, true);
	add_attribute(out, "placeholder", text_of(part->field, "placeholder"));
	buf_add_text(out, ">\n"); /* a line break at the beginning is not part of the text */
	page_add_html(out, part->value ? part->value : "");
	buf_add_text(out, "</textarea>");
}

static void
add_input(struct buf *out, const struct part *part)
{
	bool is_number = is_kind(part->field, "number");

	buf_add_text(out, is_number ? "<input type=\"number\" step=\"any\"" : "<input type=\"text\"");
	add_control_attributes(out, part, true);
	add_attribute(out, "placeholder", text_of(part->field, "placeholder"));
	add_attribute(out, "value", part->value);
	buf_add_char(out, '>');
}

/* It has no name: the script sends the files first, and then the tokens that stand for them. */
static void
add_file(struct buf *out, const struct part *part)
{
	buf_add_text(out, is_kind(part->field, "asset") ? "<input type=\"file\"" : "<input type=\"file\" multiple");
	add_control_attributes(out, part, true);
	buf_add_text(out, "><noscript><p class=\"wc-about\">");
	page_add_html(out, part->form->texts->no_files);
	buf_add_text(out, ".</p></noscript>");
}

static void
add_label(struct buf *out, const struct part *part)
{
	const char *label = text_of(part->field, "label");

	buf_printf(out, "<label for=\"wc-%zu\">", part->i);
	page_add_html(out, label ? label : part->name);
	if (part->is_required && !is_kind(part->field, "checkbox")) {
		buf_add_text(out, " <span class=\"wc-required\">(");
		page_add_html(out, part->form->texts->required);
		buf_add_text(out, ")</span>");
	}
	buf_add_text(out, "</label>");
}

static void
add_notes(struct buf *out, const struct part *part)
{
	const char *about = text_of(part->field, "description");

	if (about) {
		buf_printf(out, "<p class=\"wc-about\" id=\"wc-about-%zu\">", part->i);
		page_add_html(out, about);
		buf_add_text(out, "</p>");
	}
	if (part->is_wrong) {
		buf_printf(out, "<p class=\"wc-problem\" id=\"wc-problem-%zu\">", part->i);
		page_add_html(out, part->state->problem);
		buf_add_text(out, "</p>");
	}
}

static void
add_control(struct buf *out, const struct part *part)
{
	if (is_kind(part->field, "checkbox")) {
		buf_add_text(out, "<div class=\"wc-check\"><input type=\"checkbox\" value=\"true\"");
		add_control_attributes(out, part, false);
		buf_add_text(out, part->value ? " checked>" : ">");
		add_label(out, part);
		buf_add_text(out, "</div>");
		add_notes(out, part);
		return;
	}
	add_label(out, part);
	add_notes(out, part);
	if (is_kind(part->field, "select"))
		add_select(out, part);
	else if (is_kind(part->field, "textarea"))
		add_textarea(out, part);
	else if (is_file(part->field))
		add_file(out, part);
	else
		add_input(out, part);
}

static void
add_field(struct buf *out, const struct part *part)
{
	buf_printf(out, "<div class=\"wc-field\" data-i=\"%zu\">", part->i);
	add_control(out, part);
	buf_add_text(out, "</div>");
}

/* What people do not see and do not reach with the keyboard. */
static void
add_trap(struct buf *out, const struct page_form *form)
{
	if (!form->row->honeypot_field)
		return;
	buf_add_text(out, "<div class=\"wc-trap\" aria-hidden=\"true\"><label for=\"wc-trap\">");
	page_add_html(out, form->texts->leave_empty);
	buf_add_text(out, "</label><input type=\"text\" id=\"wc-trap\" tabindex=\"-1\" autocomplete=\"off\"");
	add_attribute(out, "name", form->row->honeypot_field);
	buf_add_text(out, "></div>");
}

static void
add_problem(struct buf *out, const struct page_form *form, const struct page_state *state)
{
	buf_add_text(out, state->problem ? "<div class=\"wc-problem\" role=\"alert\" tabindex=\"-1\">" : "<div class=\"wc-problem\" role=\"alert\" tabindex=\"-1\" hidden>");
	if (state->problem_field) {
		for (size_t i = 0; i < form->fields->n; i++) {
			const char *label = text_of(&form->fields->items[i], "label");
			if (strcmp(text_of(&form->fields->items[i], "name"), state->problem_field) != 0)
				continue;
			buf_printf(out, "<a href=\"#wc-%zu\">", i);
			page_add_html(out, label ? label : state->problem_field);
			buf_add_text(out, "</a>: ");
		}
	}
	if (state->problem)
		page_add_html(out, state->problem);
	buf_add_text(out, "</div>");
}

void
page_write_form(struct request *req, struct buf *out, const struct page_form *form, const struct page_state *state)
{
	(void)req;
	buf_add_text(out, "<form class=\"wc-form\" method=\"post\" data-wordclaw-form");
	add_attribute(out, "aria-label", form->row->name);
	add_attribute(out, "action", form->action);
	add_attribute(out, "lang", form->texts->language);
	buf_add_char(out, '>');
	add_problem(out, form, state);
	for (size_t i = 0; i < form->fields->n; i++) {
		const struct json_value *field = &form->fields->items[i], *required = json_get(field, "required");
		const char *name = text_of(field, "name");
		add_field(out, &(struct part){ .form = form, .state = state, .field = field, .i = i, .name = name, .value = text_of(state->values, name),
		    .is_required = required && required->type == JSON_BOOL && required->boolean,
		    .is_wrong = state->problem_field && strcmp(state->problem_field, name) == 0 });
	}
	add_trap(out, form);
	buf_add_text(out, "<button type=\"submit\">");
	page_add_html(out, form->texts->send);
	buf_add_text(out, "</button></form>");
}
