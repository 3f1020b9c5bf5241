/* Forms as HTML: a page of their own that needs no script, and a script that puts them into anybody's page. */
#ifndef PAGE_H
#define PAGE_H

#include "forms.h"
#include "json/json.h"

/* ---- texts.c: what a page says itself ---- */

struct page_texts {
	const char *language;
	const char *send, *sending, *thanks, *again, *choose, *required, *missing, *invalid, *closed, *limited, *failed, *paid, *leave_empty, *no_files;
};
/* In the language asked for, else in English. */
const struct page_texts *page_texts_in(const char *locale);

/* ---- markup.c: the form itself, the same in page and script ---- */

/* What is shown besides: values as they were sent, and what was wrong with them. */
struct page_state {
	const struct json_value *values;  /* texts by field, or NULL */
	const char *problem;              /* for the whole form, or NULL */
	const char *problem_field;        /* the field it is about, or NULL */
};

struct page_form {
	const struct form_row *row;
	const struct json_value *fields;  /* in one language */
	const struct page_texts *texts;
	const char *locale;               /* or NULL */
	const char *action;               /* where it is sent to; NULL: the script sends it */
};

void page_add_html(struct buf *out, const char *text);
void page_write_form(struct request *req, struct buf *out, const struct page_form *form, const struct page_state *state);

/* ---- documents.c ---- */

/* A whole document; *ret_policy is the Content-Security-Policy that it needs. */
const char *page_document(struct request *req, const struct page_form *form, const struct page_state *state, bool is_done, const char **ret_policy);
/* The script with the form in it. */
const char *page_script(struct request *req, const struct page_form *form);
/* What a refused submission is about, in the page's language. */
void page_explain(struct request *req, const struct page_texts *texts, const char *code, const char *pointer, const char *context, const char *message,
    struct page_state *ret_state);

/* ---- sent.c ---- */

/* Texts by field, as a browser sends them, as values by field. */
struct doc page_read_sent(struct request *req, const struct form_row *form, struct doc sent);

/* files.c: style sheet and script, built into the program */
const char *page_style(void);
const char *page_client(void);

#endif
