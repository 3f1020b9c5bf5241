/* What the gateway answers itself: health, readiness, metrics, the API's description. */
#ifndef PAGE_H
#define PAGE_H

#include "exchange.h"
#include "operation.h"
#include "route.h"

struct page {
	const char *method;
	const char *path;
	const char *name;                   /* for metrics and the log */
	const struct operation *permission; /* the policy question to pass first, or NULL: public */
	void (*answer)(struct exchange *exchange);
};

extern const struct page *const pages[]; /* NULL-terminated */

extern const struct page health_page, ready_page, metrics_page, openapi_page, documentation_page, runtime_page;

#endif
