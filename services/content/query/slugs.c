/* The types that requests name by slug: the one place that looks them up. */
#include <string.h>

#include "content.h"
#include "store.h"

const struct error *
content_types_of_slugs(struct request *req, const char *const slugs[], size_t n, int64_t ids[])
{
	struct shape_list rows = { .n = 0 };

	const struct error *error = store_types_by_slug(req, slugs, n, &rows);
	if (error)
		return error;
	const struct content_slug_row *row = rows.items;
	for (size_t i = 0; i < n; i++) {
		ids[i] = 0;
		for (size_t k = 0; k < rows.n && !ids[i]; k++)
			ids[i] = strcmp(row[k].slug, slugs[i]) == 0 ? row[k].id : 0;
	}
	return NULL;
}
