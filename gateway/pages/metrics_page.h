/* GET /metrics: every process of this run directory, as one text. */
#ifndef METRICS_PAGE_H
#define METRICS_PAGE_H

#include <stdbool.h>

struct metrics_page;

/* answer_remote: also to clients on other hosts. */
struct metrics_page *metrics_page_new(const char *run_dir, bool answer_remote);
void metrics_page_free(struct metrics_page *page);

/* Turns readable when a collection is done: then call metrics_page_deliver. */
int metrics_page_fd(const struct metrics_page *page);
void metrics_page_deliver(struct metrics_page *page);

#endif
