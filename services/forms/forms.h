/* Forms: what the public fills in, and what becomes of it. */
#ifndef FORMS_H
#define FORMS_H

#include "content_proto.h"
#include "forms_proto.h"
#include "forms_queries.h"
#include "process.h"
#include "service.h"

enum { AWAIT_MS = 2500, DUPLICATE_SECONDS = 600, START_TOKEN_SECONDS_MAX = 86400 };

/* settings.c */
extern const struct setting forms_setting_table[];
extern const size_t forms_n_settings;

/* steps.c */
struct json_value;
/* Default data, with what was sent over it. */
struct doc submission_merged(struct request *req, const struct json_value *data, const struct json_value *defaults);
extern const struct process_kind forms_process_kinds[];
extern const size_t forms_n_process_kinds;

#endif
