/* What the files of the content service share. */
#ifndef CONTENT_H
#define CONTENT_H

#include "config.h"
#include "content_proto.h"
#include "request.h"
#include "service.h"

/* settings.c */
extern const struct setting content_settings[];
extern const size_t content_n_settings;
bool content_start(void);

/* store.c: what a violated key means to the caller */
extern const struct constraint_error content_constraints[];
extern const size_t content_n_constraints;

#endif
