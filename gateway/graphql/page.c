/* /graphql: from an HTTP request to a run, or to a refusal.
 * Source: GraphQL over HTTP, "Request" and "Response". */
#include <stdlib.h>
#include <string.h>

#include "rest/answer.h"
#include "graphql/graphql.h"
#include "graphql/answer.h"
#include "graphql/run/arguments.h"
#include "graphql/run/cost.h"
#include "graphql/document/documents.h"
#include "graphql/explorer.h"
#include "graphql/run/run.h"
#include "graphql/run/variables.h"
#include "http/header.h"
#include "log.h"
#include "metrics.h"
#include "pages/openapi_data.h"
#include "pages/page.h"
#include "settings.h"
#include "rest/template.h"

enum { SCHEMA_ARENA_BYTES = 8 * 1024 * 1024, DOCUMENT_ARENA_BYTES = 16 * 1024 * 1024 };

struct graphql {
	struct arena *arena;
	const struct graphql_schema *schema;
	const struct graphql_meta *meta;
	struct graphql_documents *documents;
	struct metric *planned, *reused;
};

/* What a client sends. */
struct graphql_request {
	const char *query;
	const char *operation_name; /* or NULL */
	const struct json_value *variables; /* an object, or NULL */
};

/* ---- start ---- */

static bool
has_field(const struct graphql_schema_type *type, const char *name)
{
	for (size_t i = 0; i < type->n_fields; i++)
		if (strcmp(type->fields[i].name, name) == 0)
			return true;
	return false;
}

/* Schema and tables come from one generator: what one has and the other lacks is a broken build. */
static const char *
disagreement(const struct graphql_schema *schema)
{
	for (const struct graphql_type *const *type = graphql_types; *type; type++) {
		const struct graphql_schema_type *declared = graphql_schema_type(schema, (*type)->name);
		if (!declared || declared->n_fields != (*type)->n_fields)
			return (*type)->name;
		for (size_t i = 0; i < (*type)->n_fields; i++) {
			const struct graphql_field *field = &(*type)->fields[i];
			bool is_bound = field->member ? shape_find((*type)->shape, field->member) != NULL : field->operation != NULL;
			if (!has_field(declared, field->name) || !is_bound)
				return field->name;
		}
	}
	return NULL;
}

struct graphql *
graphql_new(uint64_t seed)
{
	struct graphql *graphql = calloc(1, sizeof(*graphql));
	struct embedded text = schema_graphql();
	struct graphql_problem problem = { .message = "" };
	const char *help = "GraphQL documents by whether their plan was kept.";

	if (!graphql)
		abort();
	graphql->arena = arena_new(SCHEMA_ARENA_BYTES);
	graphql->schema = graphql_schema_read(graphql->arena, text.bytes, text.n, &problem);
	const char *broken = graphql->schema ? disagreement(graphql->schema) : problem.message;
	if (broken) {
		log_write(LOG_ERROR, "graphql.schema_refused", LOG_TEXT("problem", broken), LOG_INT("line", problem.at.line));
		graphql_free(graphql);
		return NULL;
	}
	graphql->meta = graphql_meta_new(graphql->arena, graphql->schema);
	graphql->documents = graphql_documents_new(seed);
	graphql->planned = metric_counter("wordclaw_graphql_documents_total", help, "plan=\"made\"");
	graphql->reused = metric_counter("wordclaw_graphql_documents_total", help, "plan=\"kept\"");
	return graphql;
}

void
graphql_free(struct graphql *graphql)
{
	if (!graphql)
		return;
	if (graphql->documents)
		graphql_documents_free(graphql->documents);
	arena_free(graphql->arena);
	free(graphql);
}

/* ---- the request ---- */

static bool
refuse_request(struct exchange *exchange, const char *what)
{
	graphql_refuse(exchange, EXCHANGE_ERROR(exchange, GRAPHQL_REQUEST_INVALID, "%s", what), NULL);
	return false;
}

static const struct json_value *
parse_json(struct exchange *exchange, const char *text, size_t n, const char *what)
{
	struct json_error problem;
	const struct json_value *value = json_parse(exchange->arena, text, n, NULL, &problem);

	if (!value)
		graphql_refuse(exchange, EXCHANGE_ERROR(exchange, MALFORMED_JSON, "%s, line %zu, column %zu: %s", what, problem.line,
		    problem.column, problem.message), NULL);
	return value;
}

/* A member of a type; null is absent. */
static bool
take(struct exchange *exchange, const struct json_value *body, const char *name, enum json_type type, const struct json_value **ret_value)
{
	const struct json_value *value = json_get(body, name);

	*ret_value = value && value->type != JSON_NULL ? value : NULL;
	if (!*ret_value || value->type == type)
		return true;
	return refuse_request(exchange, arena_printf(exchange->arena, "'%s' is no %s", name, type == JSON_TEXT ? "string" : "object"));
}

static bool
read_body(struct exchange *exchange, struct graphql_request *ret_request)
{
	const struct json_value *body, *query, *name, *extensions;

	if (exchange->body.len == 0)
		return refuse_request(exchange, "the request has no body");
	body = parse_json(exchange, exchange->body.bytes, exchange->body.len, "the body");
	if (!body)
		return false;
	if (body->type != JSON_OBJECT)
		return refuse_request(exchange, "the body is not a JSON object");
	if (!take(exchange, body, "query", JSON_TEXT, &query) || !take(exchange, body, "operationName", JSON_TEXT, &name) ||
	    !take(exchange, body, "variables", JSON_OBJECT, &ret_request->variables) ||
	    !take(exchange, body, "extensions", JSON_OBJECT, &extensions))
		return false;
	if (!query)
		return refuse_request(exchange, "the request has no 'query'");
	ret_request->query = query->text;
	ret_request->operation_name = name ? name->text : NULL;
	return true;
}

static bool
read_parameters(struct exchange *exchange, struct graphql_request *ret_request)
{
	const char *variables = query_get(&exchange->query, "variables");
	const char *name = query_get(&exchange->query, "operationName");

	ret_request->query = query_get(&exchange->query, "query");
	ret_request->operation_name = name && *name ? name : NULL;
	if (!ret_request->query)
		return refuse_request(exchange, "the request has no 'query'");
	if (!variables || !*variables)
		return true;
	const struct json_value *value = parse_json(exchange, variables, strlen(variables), "'variables'");
	if (value && value->type != JSON_OBJECT && value->type != JSON_NULL)
		return refuse_request(exchange, "'variables' is not an object");
	ret_request->variables = value && value->type == JSON_OBJECT ? value : NULL;
	return value != NULL;
}

/* ---- the document ---- */

static bool
refuse_problems(struct exchange *exchange, enum error_code code, const struct graphql_problem *list, size_t n)
{
	const struct error *first = NULL;
	struct buf errors;

	buf_init(&errors, exchange->arena, 512);
	for (size_t i = 0; i < n; i++) {
		const struct error *error = error_make(exchange->arena, &error_catalogue[code], ERROR_WHERE, "%s", list[i].message);
		struct graphql_place place = { list[i].at.line, list[i].at.column };
		first = first ? first : error;
		buf_add_text(&errors, i > 0 ? "," : "");
		graphql_write_error(&errors, exchange, error, NULL, &place);
	}
	graphql_refuse_all(exchange, first, &errors);
	return false;
}

static bool
refuse_limit(struct exchange *exchange, enum error_code code, const char *what, int64_t found, int64_t limit)
{
	static const char *const units[][2] = { { "depth", "levels of fields" }, { "lists", "lists of introspection within each other" }, { "fields", "fields" },
		{ "cost", "units of cost" } };
	const char *unit = what;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		unit = strcmp(units[i][0], what) == 0 ? units[i][1] : unit;
	struct error *error = error_make(exchange->arena, &error_catalogue[code], ERROR_WHERE, "the request has %lld %s, %lld are allowed",
	    (long long)found, unit, (long long)limit);

	error->context = arena_printf(exchange->arena, "{\"%s\":%lld,\"limit\":%lld}", what, (long long)found, (long long)limit);
	graphql_refuse(exchange, error, NULL);
	return false;
}

static const struct graphql_operation *
choose(const struct graphql_document *document, const char *name)
{
	if (!name)
		return document->n_operations == 1 ? &document->operations[0] : NULL;
	for (size_t i = 0; i < document->n_operations; i++)
		if (document->operations[i].name && strcmp(document->operations[i].name, name) == 0)
			return &document->operations[i];
	return NULL;
}

static bool
check_size(struct exchange *exchange, enum graphql_plan_outcome outcome, const struct graphql_plan *plan)
{
	if (outcome == GRAPHQL_PLAN_TOO_DEEP && (int64_t)plan->depth <= settings.graphql_depth_max)
		return refuse_limit(exchange, ERROR_GRAPHQL_DEPTH_EXCEEDED, "lists", GRAPHQL_META_LISTS_MAX + 1, GRAPHQL_META_LISTS_MAX);
	if (outcome == GRAPHQL_PLAN_TOO_DEEP || (int64_t)plan->depth > settings.graphql_depth_max)
		return refuse_limit(exchange, ERROR_GRAPHQL_DEPTH_EXCEEDED, "depth", (int64_t)plan->depth, settings.graphql_depth_max);
	if (outcome == GRAPHQL_PLAN_TOO_LARGE || (int64_t)plan->n_all_fields > settings.graphql_fields_max)
		return refuse_limit(exchange, ERROR_GRAPHQL_FIELDS_EXCEEDED, "fields", (int64_t)plan->n_all_fields, settings.graphql_fields_max);
	return true;
}

/* Parse, validate, plan: all into the document's own arena.  NULL when the exchange was answered. */
static const struct graphql_plan *
make_plan(struct exchange *exchange, const struct graphql_request *request, struct arena *arena)
{
	const struct graphql *graphql = exchange->gateway->graphql;
	struct graphql_problems *problems = ARENA_NEW(exchange->arena, struct graphql_problems);
	struct graphql_plan *plan = ARENA_NEW(arena, struct graphql_plan);
	const struct graphql_document *document = graphql_parse(arena, request->query, strlen(request->query), &problems->list[0]);

	if (!document) {
		(void)refuse_problems(exchange, ERROR_GRAPHQL_SYNTAX_ERROR, problems->list, 1);
		return NULL;
	}
	if (!graphql_validate(arena, graphql->schema, document, problems)) {
		(void)refuse_problems(exchange, ERROR_GRAPHQL_VALIDATION_FAILED, problems->list, problems->n);
		return NULL;
	}
	const struct graphql_operation *operation = choose(document, request->operation_name);
	if (!operation) {
		graphql_refuse(exchange, EXCHANGE_ERROR(exchange, GRAPHQL_OPERATION_UNKNOWN, "the document has %zu operations, %s", document->n_operations,
		    request->operation_name ? "none of the name in operationName" : "and operationName is missing"), NULL);
		return NULL;
	}
	return check_size(exchange, graphql_plan_make(arena, document, operation, graphql->meta, plan), plan) ? plan : NULL;
}

static const struct graphql_document_plan *
find_plan(struct exchange *exchange, const struct graphql_request *request)
{
	struct graphql *graphql = exchange->gateway->graphql;
	const struct graphql_document_plan *kept = graphql_documents_find(graphql->documents, request->query, request->operation_name);

	metric_add(kept ? graphql->reused : graphql->planned, 1);
	if (kept)
		return kept;
	struct arena *arena = arena_new(DOCUMENT_ARENA_BYTES);
	const struct graphql_plan *plan = make_plan(exchange, request, arena);
	if (plan)
		return graphql_documents_add(graphql->documents, request->query, request->operation_name, arena, plan);
	arena_free(arena);
	return NULL;
}

/* ---- the run ---- */

static uint64_t
holding_conditions(const struct graphql_plan *plan, const struct json_value *variables)
{
	uint64_t holding = 0;

	for (size_t i = 0; i < plan->n_conditions; i++) {
		const struct json_value *value = json_get(variables, plan->conditions[i].variable);
		if (value && value->type == JSON_BOOL && value->boolean == plan->conditions[i].is_wanted)
			holding |= UINT64_C(1) << i;
	}
	return holding;
}

static bool
prepare(struct exchange *exchange, const struct graphql_request *request, struct graphql_run *run)
{
	const struct graphql *graphql = exchange->gateway->graphql;
	struct graphql_problems *problems = ARENA_NEW(exchange->arena, struct graphql_problems);

	if (run->plan->is_mutation && strcmp(exchange->head.method, "POST") != 0) {
		exchange_set_header(exchange, "Allow", "POST");
		graphql_refuse(exchange, EXCHANGE_ERROR(exchange, GRAPHQL_MUTATION_OVER_GET, "a mutation does not go over %s", exchange->head.method), NULL);
		return false;
	}
	run->variables = graphql_variables_coerce(exchange->arena, graphql->schema, run->plan->operation, request->variables, problems);
	if (!run->variables)
		return refuse_problems(exchange, ERROR_GRAPHQL_VARIABLES_INVALID, problems->list, problems->n);
	run->holding = holding_conditions(run->plan, run->variables);
	run->cost = graphql_cost_of(run->plan, run->holding, run->variables).cost;
	return run->cost <= settings.graphql_cost_max ||
	    refuse_limit(exchange, ERROR_GRAPHQL_COST_EXCEEDED, "cost", run->cost, settings.graphql_cost_max);
}

static void
start(struct exchange *exchange, const struct graphql_request *request)
{
	const struct graphql_document_plan *held = find_plan(exchange, request);
	struct graphql_run *run = ARENA_NEW(exchange->arena, struct graphql_run);

	if (!held)
		return;
	*run = (struct graphql_run){ .exchange = exchange, .plan = held->plan, .held = held, .meta = exchange->gateway->graphql->meta };
	if (prepare(exchange, request, run))
		graphql_run_start(run);
	else
		graphql_run_release(run);
}

void
graphql_run_release(const struct graphql_run *run)
{
	graphql_documents_release(run->exchange->gateway->graphql->documents, run->held);
}

/* ---- pages ---- */

static bool
is_acceptable(struct exchange *exchange)
{
	const char *accept = exchange_header(exchange, "accept");

	if (graphql_media_of(accept) != GRAPHQL_MEDIA_NONE)
		return true;
	graphql_refuse(exchange, EXCHANGE_ERROR(exchange, NOT_ACCEPTABLE, "none of the types in Accept can be produced: accept application/graphql-response+json or application/json"), NULL);
	return false;
}

static bool
check_headers(struct exchange *exchange)
{
	const char *content_type = exchange_header(exchange, "content-type");
	const char *key = exchange_header(exchange, "idempotency-key");

	if (!content_type || !header_is_json(content_type))
		ANSWER_FAIL(exchange, UNSUPPORTED_MEDIA_TYPE, "the body is %s", content_type ? content_type : "of no declared type");
	else if (key && !header_is_visible_ascii(key, IDEMPOTENCY_KEY_MAX))
		ANSWER_FAIL(exchange, IDEMPOTENCY_KEY_INVALID, "%s", IDEMPOTENCY_KEY_PROBLEM);
	return !exchange->is_answered;
}

static void
answer_post(struct exchange *exchange)
{
	struct graphql_request request = { .query = NULL };

	if (is_acceptable(exchange) && check_headers(exchange) && read_body(exchange, &request))
		start(exchange, &request);
}

static void
answer_get(struct exchange *exchange)
{
	struct graphql_request request = { .query = NULL };

	if (graphql_explorer_is_wanted(exchange))
		graphql_explorer_answer(exchange);
	else if (is_acceptable(exchange) && read_parameters(exchange, &request))
		start(exchange, &request);
}

/* Every operation of a document is asked for by itself. */
static const struct operation permission = { .id = "gateway.graphql", .resource_type = "system", .flags = OPERATION_UNRESTRICTED };

const struct page graphql_post_page = { .method = "POST", .path = "/graphql", .name = "graphql", .permission = &permission,
	.body_max = EXCHANGE_BODY_MAX + 64 * 1024, .answer = answer_post, .write_error = graphql_page_error };
const struct page graphql_get_page = { .method = "GET", .path = "/graphql", .name = "graphql.get", .permission = &permission,
	.answer = answer_get, .is_open = graphql_explorer_is_wanted, .write_error = graphql_page_error };
