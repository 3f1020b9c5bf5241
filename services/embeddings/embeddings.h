/* Embeddings: what is public is searchable, and nothing else. */
#ifndef EMBEDDINGS_H
#define EMBEDDINGS_H

#include "embeddings_proto.h"
#include "process.h"
#include "service.h"

/* settings.c */
struct embeddings_settings {
	const char *provider;      /* "local" or "openai" */
	const char *url, *key, *remote_model, *language;
	int64_t remote_dimension;
	int64_t budget_per_minute; /* texts of a tenant that the remote provider is asked for */
	int64_t exact_max;         /* chunks of a tenant up to which every vector is compared */
	int64_t recall_sample;     /* of so many approximate searches one is compared with an exact one; 0: none */
	/* what follows from them */
	const char *model;         /* "local/wordnet-128-1" or "openai/<name>/<dimension>" */
	int64_t dimension;
};
extern struct embeddings_settings embeddings_settings;
extern const struct setting embeddings_setting_table[];
extern const size_t embeddings_n_settings;
bool embeddings_start(void);

/* events.c: content's events, and the timer */
extern const char *const embeddings_event_types[];
const struct error *embeddings_take_events(struct request *req, const char *publisher, const struct event_record *events, size_t n) MUST_CHECK;
const struct error *embeddings_tend(struct request *req) MUST_CHECK;

/* Something happened to these items (at most 1000): they wait to be read again.  In the tenant's scope, or acting for it. */
const struct error *index_items(struct request *req, const int64_t *ids, size_t n) MUST_CHECK;

/* steps.c, steps_reindex.c: the kinds of durable work */
extern const struct process_kind embeddings_process_kinds[];
extern const size_t embeddings_n_process_kinds;
extern const struct step reindex_steps[], retype_steps[];
enum { REINDEX_STEPS = 3, RETYPE_STEPS = 1 };

#endif
