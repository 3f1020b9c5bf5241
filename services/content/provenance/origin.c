/* The row of an origin as answers show it. */
#include "provenance/origin.h"

#include <string.h>

#include "content_queries.h"
#include "rules.h"
#include "store.h"

/* As rows have them, from 1 on. */
static const char *const surfaces[] = { "rest", "console", "mcp", "graphql", "cli" };

struct db_param
origin_surface_param(const struct request *req)
{
	for (size_t i = 0; req->labels.surface && i < sizeof(surfaces) / sizeof(surfaces[0]); i++) {
		if (strcmp(surfaces[i], req->labels.surface) == 0)
			return P_INT((int64_t)i + 1);
	}
	return P_NULL();
}

const char *
origin_surface(const int64_t *number)
{
	bool is_known = number && *number >= 1 && *number <= (int64_t)(sizeof(surfaces) / sizeof(surfaces[0]));

	return is_known ? surfaces[*number - 1] : NULL;
}

const char *
origin_kind(const char *actor_id)
{
	static const struct {
		const char *prefix, *kind;
	} kinds[] = { { "supervisor:", "person" }, { "api_key:", "agent" }, { "env_key:", "agent" } };

	for (size_t i = 0; actor_id && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strncmp(actor_id, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
			return kinds[i].kind;
	}
	return actor_id ? "system" : NULL;
}

const struct error *
origin_of_head(struct request *req, int64_t id, int64_t n_bytes_max, const struct content_origin_row **ret_head)
{
	return query_find(req, &content_item_origin_query, PARAMS(P_INT(id), P_INT(n_bytes_max)), ret_head);
}

struct content_version_origin
origin_view(const struct content_origin_row *head)
{
	return (struct content_version_origin){ .version = head->version, .created_at = head->updated_at, .created_by = head->updated_by,
		.session = head->session, .change_set = head->change_set, .actor_kind = origin_kind(head->updated_by), .surface = origin_surface(head->surface),
		.prompt_hash = head->prompt_hash };
}

const struct error *
origin_tell_head(struct request *req, int64_t id, const struct content_version_origin **ret_origin)
{
	const struct content_origin_row *head = NULL;
	const struct error *error = origin_of_head(req, id, 0, &head);

	if (!head)
		return error;
	struct content_version_origin *origin = ARENA_NEW(req->arena, struct content_version_origin);
	*origin = origin_view(head);
	*ret_origin = origin;
	return NULL;
}

const struct error *
origin_change_sets(struct request *req, const char *const labels[], size_t n, struct shape_list *ret_rows)
{
	*ret_rows = (struct shape_list){ .n = 0 };
	return n > 0 ? query_list(req, &content_change_sets_named_query, PARAMS(P_TEXT_LIST(labels, n)), ret_rows) : NULL;
}
