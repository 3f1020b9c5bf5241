/* Languages that PostgreSQL has a text search configuration for. */
#ifndef LANGUAGE_H
#define LANGUAGE_H

#include <stdbool.h>

/* Text search configuration of a locale ("de-AT"): "simple" for one that has none, fallback for NULL. */
const char *language_of(const char *locale, const char *fallback);
bool language_is_known(const char *language);

#endif
