/* Answers and errors of /graphql.
 * Source: GraphQL over HTTP, "Processing a request": a caller of application/json gets 200 for whatever is wrong with
 * its document, one of application/graphql-response+json the status that tells. */
#include "graphql/answer.h"

#include <string.h>
#include <strings.h>

#include "rest/answer.h"
#include "error_codes.h"

#define TYPE_JSON "application/json; charset=utf-8"
#define TYPE_RESPONSE "application/graphql-response+json; charset=utf-8"

/* ---- media types ---- */

static enum graphql_media
media_named(const char *range, size_t n)
{
	static const struct {
		const char *range;
		enum graphql_media media;
	} known[] = {
		{ "application/graphql-response+json", GRAPHQL_MEDIA_RESPONSE }, { "application/json", GRAPHQL_MEDIA_JSON },
		{ "application/*", GRAPHQL_MEDIA_JSON }, { "*/*", GRAPHQL_MEDIA_JSON },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].range) == n && strncasecmp(known[i].range, range, n) == 0)
			return known[i].media;
	return GRAPHQL_MEDIA_NONE;
}

/* The weight in a media range's parameters, in thousandths. */
static int
weight_of(const char *parameters, size_t n)
{
	const char *end = parameters + n;

	for (const char *at = parameters; at < end; at += strcspn(at, ";,")) {
		at += strspn(at, "; \t");
		if (at + 2 >= end || strncasecmp(at, "q=", 2) != 0)
			continue;
		int weight = at[2] == '1' ? 1000 : 0, place = 100;
		for (const char *digit = at + 4; at[3] == '.' && place > 0 && *digit >= '0' && *digit <= '9'; digit++, place /= 10)
			weight += (*digit - '0') * place;
		return weight;
	}
	return 1000;
}

enum graphql_media
graphql_media_of(const char *accept)
{
	enum graphql_media best = GRAPHQL_MEDIA_NONE;
	int best_weight = 0;

	if (!accept || accept[strspn(accept, " \t")] == '\0')
		return GRAPHQL_MEDIA_JSON;
	for (const char *at = accept; *(at += strspn(at, " \t,")); at += strcspn(at, ",")) {
		size_t n_range = strcspn(at, ";, \t");
		enum graphql_media media = media_named(at, n_range);
		int weight = weight_of(at + n_range, strcspn(at + n_range, ","));
		if (media == GRAPHQL_MEDIA_NONE || weight <= best_weight)
			continue;
		best = media;
		best_weight = weight;
	}
	return best;
}

static enum graphql_media
wanted(const struct exchange *exchange)
{
	return graphql_media_of(exchange_header(exchange, "accept"));
}

static const char *
content_type(const struct exchange *exchange)
{
	return wanted(exchange) == GRAPHQL_MEDIA_RESPONSE ? TYPE_RESPONSE : TYPE_JSON;
}

void
graphql_answer(struct exchange *exchange, int status, const struct buf *body)
{
	exchange_set_header(exchange, "Cache-Control", "no-store");
	exchange_answer(exchange, status, content_type(exchange), body->bytes, body->len);
}

/* ---- errors ---- */

static void
add_text(struct buf *buf, const char *key, const char *text)
{
	buf_add_json_text(buf, key, strlen(key));
	buf_add_char(buf, ':');
	buf_add_json_text(buf, text, strlen(text));
}

void
graphql_write_error(struct buf *buf, const struct exchange *exchange, const struct error *error,
    const struct violations *violations, const struct graphql_place *place)
{
	buf_add_char(buf, '{');
	add_text(buf, "message", error->message);
	if (place && place->line > 0)
		buf_printf(buf, ",\"locations\":[{\"line\":%zu,\"column\":%zu}]", place->line, place->column);
	buf_add_text(buf, ",\"extensions\":{");
	add_text(buf, "code", error->info->code);
	buf_add_char(buf, ',');
	add_text(buf, "remediation", error->remediation ? error->remediation : error->info->remediation);
	buf_add_char(buf, ',');
	answer_write_context(buf, exchange, error, violations ? violations_json(exchange->arena, violations) : NULL);
	buf_add_text(buf, "}}");
}

/* What is wrong with a document that arrived well is no matter of HTTP to a caller of application/json. */
static int
status_of(const struct exchange *exchange, const struct error *error)
{
	bool is_of_document = error->info->status == 400 && error->info != &error_catalogue[ERROR_GRAPHQL_REQUEST_INVALID] &&
	    error->info != &error_catalogue[ERROR_MALFORMED_JSON];

	return is_of_document && wanted(exchange) != GRAPHQL_MEDIA_RESPONSE ? 200 : error->info->status;
}

void
graphql_refuse_all(struct exchange *exchange, const struct error *error, const struct buf *errors)
{
	struct buf body;

	buf_init(&body, exchange->arena, errors->len + 32);
	buf_add_text(&body, "{\"errors\":[");
	buf_add(&body, errors->bytes, errors->len);
	buf_add_text(&body, "]}");
	exchange->code = error->info->code;
	exchange->cause = error->cause ? error->cause : error->message;
	graphql_answer(exchange, status_of(exchange, error), &body);
}

void
graphql_refuse(struct exchange *exchange, const struct error *error, const struct graphql_place *place)
{
	struct buf errors;

	buf_init(&errors, exchange->arena, 512);
	graphql_write_error(&errors, exchange, error, NULL, place);
	graphql_refuse_all(exchange, error, &errors);
}

const char *
graphql_page_error(struct buf *buf, const struct exchange *exchange, const struct error *error)
{
	buf_add_text(buf, "{\"errors\":[");
	graphql_write_error(buf, exchange, error, NULL, NULL);
	buf_add_text(buf, "]}");
	return content_type(exchange);
}
