/* A step of a recipe as a call: its arguments are filled with what there is. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "contract/policy.h"
#include "guides/recipes.h"

struct known {
	const char *name;
	int64_t value;
};

enum { KNOWN_MAX = 8, MISSING_MAX = 8 };

struct call {
	struct known known[KNOWN_MAX];
	size_t n_known;
	const char **missing;
	size_t n_missing;
};

/* ---- arguments ---- */

static bool
is_about(const struct operation *operation, const char *path)
{
	return strncmp(operation->routes[0].path, path, strlen(path)) == 0;
}

/* 0: nothing that there is. */
static int64_t
id_of(const struct facts *facts, const struct operation *operation)
{
	if (is_about(operation, "/api/content-types/"))
		return facts->type ? facts->type->id : 0;
	if (is_about(operation, "/api/content-items/"))
		return facts->item ? facts->item->id : 0;
	if (is_about(operation, "/api/review-tasks/"))
		return facts->task ? facts->task->id : 0;
	return is_about(operation, "/api/offers/") && facts->offer ? facts->offer->id : 0;
}

static int64_t
version_of(const struct facts *facts, const struct operation *operation)
{
	if (is_about(operation, "/api/content-types/"))
		return facts->type ? facts->type->version : 0;
	return is_about(operation, "/api/content-items/") && facts->item ? facts->item->version : 0;
}

static int64_t
value_of(const struct facts *facts, const struct operation *operation, const char *name)
{
	if (strcmp(name, "id") == 0)
		return id_of(facts, operation);
	if (strcmp(name, "contentTypeId") == 0 && strcmp(operation->id, "content.items.patch") != 0)
		return facts->type ? facts->type->id : 0;
	if (strcmp(name, "contentItemId") == 0)
		return facts->item ? facts->item->id : 0;
	if (strcmp(name, "expectedVersion") == 0)
		return version_of(facts, operation);
	if (operation == &operation_content_versions_diff && strcmp(name, "from") == 0)
		return 1;
	if (operation == &operation_content_items_rollback && strcmp(name, "version") == 0)
		return facts->item && facts->item->version > 1 ? facts->item->version - 1 : 0;
	return 0;
}

/* An optional filter is left to the caller. */
static bool
is_wanted(const struct shape_field *field)
{
	return (field->flags & SHAPE_REQUIRED) || field->in == SHAPE_IN_PATH || strcmp(field->name, "expectedVersion") == 0;
}

static void
fill(struct arena *arena, const struct facts *facts, const struct operation *operation, struct call *call)
{
	const struct shape *request = operation->request;

	call->missing = ARENA_ARRAY(arena, const char *, MISSING_MAX);
	for (size_t i = 0; i < request->n_fields; i++) {
		const struct shape_field *field = &request->fields[i];
		int64_t value = is_wanted(field) ? value_of(facts, operation, field->name) : 0;
		if (value && call->n_known < KNOWN_MAX)
			call->known[call->n_known++] = (struct known){ field->name, value };
		else if ((field->flags & SHAPE_REQUIRED) && call->n_missing < MISSING_MAX)
			call->missing[call->n_missing++] = field->name;
	}
}

/* An update that changes nothing is refused: what it changes only the caller knows. */
static void
ask_for_change(const struct operation *operation, struct call *call)
{
	bool wants_change = false;

	for (size_t i = 0; operation->errors[i]; i++)
		wants_change |= strcmp(operation->errors[i]->code, "EMPTY_UPDATE_BODY") == 0;
	for (size_t i = 0; wants_change && call->n_missing == 0 && i < operation->request->n_fields; i++)
		if (operation->request->fields[i].type == SHAPE_DOC)
			call->missing[call->n_missing++] = operation->request->fields[i].name;
}

static bool
misses(const struct call *call, const char *name)
{
	for (size_t i = 0; i < call->n_missing; i++)
		if (strcmp(call->missing[i], name) == 0)
			return true;
	return false;
}

/* ---- as each surface writes it ---- */

static struct doc
arguments_json(struct arena *arena, const struct call *call)
{
	struct buf json;

	buf_init(&json, arena, 64);
	buf_add_char(&json, '{');
	for (size_t i = 0; i < call->n_known; i++)
		buf_printf(&json, "%s\"%s\":%" PRId64, i ? "," : "", call->known[i].name, call->known[i].value);
	buf_add_char(&json, '}');
	return (struct doc){ json.bytes, json.len };
}

static bool
is_variable(const struct operation *operation, const char *name)
{
	const char *place = strchr(operation->routes[0].path, '{');

	for (size_t n = strlen(name); place; place = strchr(place + 1, '{'))
		if (strncmp(place + 1, name, n) == 0 && place[n + 1] == '}')
			return true;
	return false;
}

/* The route with what is known in the places of its variables, and behind it where there is no body. */
static const char *
route_line(struct arena *arena, const struct operation *operation, const struct call *call)
{
	const char *path = operation->routes[0].path;
	bool has_query = strcmp(operation->routes[0].method, "GET") == 0 || strcmp(operation->routes[0].method, "DELETE") == 0;
	struct buf line;
	char mark = '?';

	buf_init(&line, arena, strlen(path) + 64);
	buf_printf(&line, "%s ", operation->routes[0].method);
	for (const char *end; *path; path = end) {
		end = path + strcspn(path, *path == '{' ? "}" : "{");
		end += *path == '{';
		const struct known *known = NULL;
		for (size_t i = 0; i < call->n_known && *path == '{'; i++)
			if (strlen(call->known[i].name) == (size_t)(end - path) - 2 && strncmp(call->known[i].name, path + 1, (size_t)(end - path) - 2) == 0)
				known = &call->known[i];
		if (known)
			buf_printf(&line, "%" PRId64, known->value);
		else
			buf_add(&line, path, (size_t)(end - path));
	}
	for (size_t i = 0; has_query && i < call->n_known; i++) {
		if (is_variable(operation, call->known[i].name))
			continue;
		buf_printf(&line, "%c%s=%" PRId64, mark, call->known[i].name, call->known[i].value);
		mark = '&';
	}
	buf_add_char(&line, '\0');
	return line.bytes;
}

static void
add_option(struct buf *line, const char *name)
{
	buf_add_text(line, " --");
	for (; *name; name++) {
		if (isupper((unsigned char)*name))
			buf_add_char(line, '-');
		buf_add_char(line, (char)tolower((unsigned char)*name));
	}
}

static const char *
command_line(struct arena *arena, const struct operation *operation, const struct call *call)
{
	struct buf line;

	if (!operation->cli)
		return NULL;
	buf_init(&line, arena, 96);
	buf_printf(&line, "wordclaw %s", operation->cli);
	for (size_t i = 0; i < call->n_known; i++) {
		if (!is_variable(operation, call->known[i].name))
			add_option(&line, call->known[i].name);
		buf_printf(&line, " %" PRId64, call->known[i].value);
	}
	buf_add_char(&line, '\0');
	return line.bytes;
}

/* ---- what stands against it ---- */

static bool
is_sold(const struct facts *facts)
{
	for (size_t i = 0; facts->item && i < facts->n_offers; i++) {
		const struct offer *offer = &facts->offers[i];
		bool is_of_type = strcmp(offer->scope_type, "type") == 0 && offer->scope_ref && *offer->scope_ref == facts->item->content_type_id;
		bool is_of_item = strcmp(offer->scope_type, "item") == 0 && offer->scope_ref && *offer->scope_ref == facts->item->id;
		if (offer->active && (is_of_type || is_of_item || strcmp(offer->scope_type, "subscription") == 0))
			return true;
	}
	return false;
}

static const char *
obstacle(const struct facts *facts, const struct operation *operation)
{
	bool is_governed = facts->item && facts_workflow(facts, facts->item->content_type_id);

	bool shows_data = operation == &operation_content_items_get || operation == &operation_content_versions_diff;

	if (shows_data && !principal_sees_sold(facts->principal) && is_sold(facts))
		return "it is sold: the guide consume-paid-content says how to buy it";
	if (operation == &operation_content_items_create && facts->type && strcmp(facts->type->kind, "singleton") == 0 && facts->type->stats && facts->type->stats->item_count > 0)
		return "it has the one item that a singleton may have: change that";
	if (operation == &operation_content_items_publish && is_governed)
		return "a workflow governs the type: submit the item for review instead";
	if (operation == &operation_workflow_workflows_active && facts->type && !facts_workflow(facts, facts->type->id))
		return "no workflow governs the type: one is made with POST /api/workflows";
	if (operation == &operation_workflow_reviews_submit && facts->item && !is_governed)
		return "no workflow governs the item's type: publish it directly";
	if (operation == &operation_workflow_reviews_submit && facts->item && !facts_transition(facts))
		return "no one transition starts from the status of the item that was changed last: say which with workflowTransitionId";
	if (operation == &operation_workflow_reviews_decide && facts->task && !facts_may_decide(facts, facts->task))
		return "the reviews that wait are your own or somebody else's to decide";
	return NULL;
}

static const char *
nothing_there(const struct operation *operation)
{
	static const struct {
		const char *path, *reason;
	} reasons[] = { { "/api/content-types/", "there is no content type yet: make one with POST /api/content-types" },
		{ "/api/content-items/", "there is no item yet: make one with POST /api/content-items" }, { "/api/review-tasks/", "no review waits" },
		{ "/api/offers/", "nothing is sold" } };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (is_about(operation, reasons[i].path))
			return reasons[i].reason;
	return "what it needs is not there yet";
}

static bool
may(const struct principal *principal, const struct operation *operation)
{
	struct policy_question question = { .principal = principal, .operation = operation->policy, .resource_type = operation->resource_type };

	return operation->flags & OPERATION_PUBLIC || policy_decide(&question).is_allowed;
}

/* An item that is not there yet is what an earlier step makes. */
static bool
is_made_before(const struct recipe *recipe, size_t place, const struct call *call)
{
	for (size_t i = 0; i < place; i++) {
		if (recipe->steps[i].operation == &operation_content_items_create && is_about(recipe->steps[place].operation, "/api/content-items/"))
			return misses(call, "id");
	}
	return false;
}

static void
judge(struct arena *arena, const struct facts *facts, const struct recipe_step *step, bool is_later, const struct call *call, struct guide_step *view)
{
	const struct operation *operation = step->operation;
	bool lacks_thing = misses(call, "id") || misses(call, "contentItemId") || misses(call, "contentTypeId")
	    || (operation == &operation_content_items_rollback && misses(call, "version"));

	view->status = "ready";
	if (!may(facts->principal, operation)) {
		view->status = "forbidden";
		view->reason = arena_printf(arena, "it needs a key with the scope %s", operation->scope ? operation->scope : "of a platform administrator");
	} else if (step->comes_after || is_later) {
		view->status = "afterwards";
		view->reason = "its arguments come of the steps before it";
	} else if (lacks_thing || obstacle(facts, operation)) {
		view->status = "blocked";
		view->reason = lacks_thing ? misses(call, "version") && !misses(call, "id") ? "the item has one version only" : nothing_there(operation) : obstacle(facts, operation);
	} else if (call->n_missing > 0) {
		view->status = "needsInput";
		view->reason = arena_printf(arena, "say %s", call->missing[0]);
	}
}

struct guide_step
step_view(struct arena *arena, const struct facts *facts, const struct recipe *recipe, size_t place)
{
	const struct recipe_step *step = &recipe->steps[place];
	const struct operation *operation = step->operation;
	const char *example = operation->n_examples > 0 ? operation->examples[0].request : NULL;
	struct call call = { .n_known = 0 };

	fill(arena, facts, operation, &call);
	ask_for_change(operation, &call);
	struct guide_step view = { .number = (int64_t)place + 1, .title = operation->summary, .purpose = step->purpose, .operation = operation->id,
		.rest = arena_printf(arena, "%s %s", operation->routes[0].method, operation->routes[0].path), .mcp = operation->mcp,
		.graphql = operation->graphql, .cli = operation->cli, .scope = operation->scope, .is_optional = step->is_optional,
		.dry_run = operation->flags & OPERATION_DRY_RUN, .example = { .json = example, .len = example ? strlen(example) : 0 },
		.arguments = arguments_json(arena, &call), .missing = { call.missing, call.n_missing }, .call = route_line(arena, operation, &call),
		.command = command_line(arena, operation, &call) };
	judge(arena, facts, step, is_made_before(recipe, place, &call), &call, &view);
	return view;
}
