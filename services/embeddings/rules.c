/* What follows from values alone: ranks fused, languages, states. */
#include "rules.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- fusion ---- */

static struct ranked *
find_ranked(struct ranked *list, size_t n, bool by_item, int64_t id, int64_t item, int64_t chunk_index)
{
	for (size_t i = 0; i < n; i++) {
		if (by_item ? list[i].item == item : list[i].id == id || (list[i].item == item && list[i].chunk_index == chunk_index))
			return &list[i];
	}
	return NULL;
}

static int
by_score(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	if (left->score != right->score)
		return left->score > right->score ? -1 : 1;
	if (left->item != right->item)
		return left->item < right->item ? -1 : 1;
	return (left->chunk_index > right->chunk_index) - (left->chunk_index < right->chunk_index);
}

static int64_t
share_of(int64_t weight, int64_t rank)
{
	return weight * 1000000000 / (VECTOR_WEIGHT + TEXT_WEIGHT) / (FUSION_DEPTH + rank);
}

/* Of a query's words a text has some by chance, all of them hardly: the share goes with the third power of the coverage. */
static int64_t
text_share(int64_t rank, int64_t coverage)
{
	return share_of(TEXT_WEIGHT, rank) * coverage / 1000 * coverage / 1000 * coverage / 1000;
}

size_t
rules_fuse(const struct fusion *fusion, struct ranked *ranked)
{
	size_t n = 0, n_near;
	int64_t rank = 0;

	for (size_t i = 0; i < fusion->n_nearest; i++) {
		const struct search_hit_row *hit = &fusion->nearest[i];
		if (hit->similarity < fusion->min_similarity || find_ranked(ranked, n, fusion->by_item, hit->id, hit->content_item_id, hit->chunk_index))
			continue;
		ranked[n++] = (struct ranked){ hit->id, hit->content_item_id, hit->chunk_index, hit->similarity, share_of(VECTOR_WEIGHT, ++rank) };
	}
	n_near = n;
	rank = 0;
	for (size_t i = 0; i < fusion->n_matching; i++) {
		const struct search_text_row *hit = &fusion->matching[i];
		int64_t similarity = hit->similarity ? *hit->similarity : SIMILARITY_NONE;
		if (similarity < fusion->min_similarity || find_ranked(ranked + n_near, n - n_near, fusion->by_item, hit->id, hit->content_item_id, hit->chunk_index))
			continue;
		ranked[n++] = (struct ranked){ hit->id, hit->content_item_id, hit->chunk_index, similarity, text_share(++rank, hit->coverage) };
	}
	/* What has few of the query's words counts little; what is in both lists counts twice, as the chunk that is nearer. */
	size_t n_all = n_near;
	for (size_t i = n_near; i < n; i++) {
		struct ranked *near = find_ranked(ranked, n_near, fusion->by_item, ranked[i].id, ranked[i].item, ranked[i].chunk_index);
		if (near)
			near->score += ranked[i].score;
		else
			ranked[n_all++] = ranked[i];
	}
	qsort(ranked, n_all, sizeof(*ranked), by_score);
	return n_all;
}

int64_t
rules_recall(const struct search_hit_row *found, size_t n_found, const struct search_hit_row *exact, size_t n_exact, size_t n_first)
{
	size_t n_wanted = n_exact < n_first ? n_exact : n_first, n_met = 0;

	for (size_t i = 0; i < n_wanted; i++) {
		for (size_t j = 0; j < n_found && j < n_first; j++) {
			if (found[j].id == exact[i].id) {
				n_met++;
				break;
			}
		}
	}
	return n_wanted ? (int64_t)(1000 * n_met / n_wanted) : 1000;
}

/* ---- events ---- */

static bool
is(const char *text, const char *wanted)
{
	return text && strcmp(text, wanted) == 0;
}

bool
rules_is_public_change(const char *type, const char *old_status, const char *new_status, bool is_moved)
{
	if (is(type, "content_item.create"))
		return is(new_status, "published");
	if (is(type, "content_item.update"))
		return is_moved || is(old_status, "published") || is(new_status, "published") || is(new_status, "archived");
	return strncmp(type, "content_item.", 13) == 0;
}

bool
rules_is_removal(const char *type, const char *new_status)
{
	return is(type, "content_item.delete") || is(type, "content_item.unpublish") || is(type, "content_item.archive") || is(new_status, "archived");
}

/* ---- readiness ---- */

static void
set_state(struct embedding_readiness *out, const char *state, bool is_searchable, const char *note)
{
	out->state = state;
	out->searchable = is_searchable;
	out->note = note;
}

void
rules_readiness(const struct search_readiness_row *row, struct embedding_readiness *out)
{
	*out = (struct embedding_readiness){ .content_item_id = row->content_item_id, .enabled = true };
	int64_t n_found = row->n_found ? *row->n_found : 0;
	out->model = row->model;
	out->target_version = row->published_version;
	out->indexed_chunk_count = n_found;
	out->expected_chunk_count = row->chunks;
	out->error_code = row->error_code;
	if (is(row->state, "pending")) {
		out->in_flight = true;
		set_state(out, "syncing", n_found > 0, n_found > 0 ? "the version before is found until this one is indexed" : "it is being indexed");
	} else if (is(row->state, "failed")) {
		set_state(out, "failed", n_found > 0, "it could not be indexed, and is tried again every five minutes");
	} else if (is(row->state, "disabled")) {
		set_state(out, "unpublished", false, "the item has no published version");
	} else if (row->chunks == 0) {
		set_state(out, "empty", false, "the published version has no text");
	} else if (n_found == 0) {
		set_state(out, "missing", false, "its chunks are gone: POST /api/search/reindex makes them again");
	} else if (n_found != row->chunks) {
		set_state(out, "stale", true, "some of its chunks are gone: POST /api/search/reindex makes them again");
	} else {
		set_state(out, "ready", true, "the published version is found");
	}
}
