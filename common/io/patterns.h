/* The patterns of the registry's fields, compiled once each, for the JSON reader. */
#ifndef PATTERNS_H
#define PATTERNS_H

#include <stdbool.h>

/* Compile every pattern of every operation and install the matcher.  False with a log line when one does not compile. */
bool patterns_install(void);

#endif
