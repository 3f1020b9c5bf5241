/* Items that are about to be answered, each in the locale that its reader asked for. */
#ifndef LOCALISATION_READER_H
#define LOCALISATION_READER_H

#include "content.h"
#include "localisation/localise.h"

struct localised_item {
	struct content_item *item;
	struct locale_wish wish;
	struct localised_item *next;
};

struct reader {
	struct localised_item *first;
	size_t n;
};

/* Error: CONTENT_LOCALE_REQUIRED. */
const struct error *reader_check(struct request *req, const char *locale, const char *fallback) MUST_CHECK;

/* Without a locale nothing is added. */
void reader_add(struct request *req, struct reader *reader, struct content_item *item, const struct locale_wish *wish);
void reader_add_all(struct request *req, struct reader *reader, struct content_item *items, size_t n, const struct locale_wish *wish);

/* One statement for the schemas of all of them; none when nothing was added. */
const struct error *reader_run(struct request *req, const struct reader *reader) MUST_CHECK;

/* All of it for the items of one answer. */
const struct error *reader_localise(struct request *req, struct content_item *items, size_t n, const struct locale_wish *wish) MUST_CHECK;

#endif
