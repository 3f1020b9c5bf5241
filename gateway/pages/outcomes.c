/* Metrics of requests.  Looking a series up takes a lock, so each status keeps its series once it occurred. */
#include "pages/outcomes.h"

#include <stdio.h>

#include "metrics.h"

enum { STATUSES_MAX = 16 };

struct outcomes {
	const char *operation;
	struct metric *duration;
	struct {
		int status;
		struct metric *count;
	} statuses[STATUSES_MAX];
	size_t n;
};

struct outcomes *
outcomes_new(struct arena *arena, const char *operation)
{
	struct outcomes *outcomes = ARENA_NEW(arena, struct outcomes);
	char labels[128];

	(void)snprintf(labels, sizeof(labels), "operation=\"%s\"", operation);
	outcomes->operation = operation;
	outcomes->duration = metric_histogram("wordclaw_http_request_seconds", "From the request line to the end of the answer.", labels);
	return outcomes;
}

static struct metric *
count_of(struct outcomes *outcomes, int status)
{
	for (size_t i = 0; i < outcomes->n; i++)
		if (outcomes->statuses[i].status == status)
			return outcomes->statuses[i].count;
	char labels[160];
	(void)snprintf(labels, sizeof(labels), "operation=\"%s\",status=\"%d\"", outcomes->operation, status);
	struct metric *count = metric_counter("wordclaw_http_requests_total", "Requests answered.", labels);
	if (outcomes->n < STATUSES_MAX) {
		outcomes->statuses[outcomes->n].status = status;
		outcomes->statuses[outcomes->n++].count = count;
	}
	return count;
}

void
outcomes_count(struct outcomes *outcomes, int status, int64_t duration_us)
{
	metric_add(count_of(outcomes, status), 1);
	metric_observe_us(outcomes->duration, duration_us);
}
