/* Files built into the binary. */
#ifndef OPENAPI_DATA_H
#define OPENAPI_DATA_H

#include <stddef.h>

struct embedded {
	const char *bytes;
	size_t n;
};

struct embedded openapi_json(void);
struct embedded schema_graphql(void);
struct embedded documentation_html(void);

#endif
