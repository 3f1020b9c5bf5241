/* The API's description and its page, built into the binary.  Compiled from the root of the tree. */
#include "pages/openapi_data.h"

#define EMBED(symbol, path) \
	__asm__(".section .rodata\n" \
		".balign 16\n" \
		#symbol "_begin:\n.incbin \"" path "\"\n" #symbol "_end:\n" \
		".byte 0\n.text\n"); \
	extern const char symbol##_begin[], symbol##_end[]

EMBED(openapi_json, "proto/generated/openapi.json");
EMBED(schema_graphql, "proto/generated/schema.graphql");
EMBED(documentation_html, "gateway/pages/documentation.html");

struct embedded
openapi_json(void)
{
	return (struct embedded){ openapi_json_begin, (size_t)(openapi_json_end - openapi_json_begin) };
}

struct embedded
schema_graphql(void)
{
	return (struct embedded){ schema_graphql_begin, (size_t)(schema_graphql_end - schema_graphql_begin) };
}

struct embedded
documentation_html(void)
{
	return (struct embedded){ documentation_html_begin, (size_t)(documentation_html_end - documentation_html_begin) };
}
