/* wordclaw-conformance: fixtures of MCP's conformance suite; never part of a release. */
#include "conformance.h"

extern const struct service_operation conformance_operations[];
extern const size_t conformance_n_operations;

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &(struct service_definition){
	    .name = "conformance",
	    .operations = conformance_operations,
	    .n_operations = conformance_n_operations,
	});
}
