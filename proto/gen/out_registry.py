"""registry.h/.c and events.h/.c: every operation and event of the contract, for gateways and tools."""

from ctext import NOTICE, literal
from model import COMMON, GATEWAY
from naming import event_symbol, operation_symbol


def registry_header():
    return f"""{NOTICE}
#ifndef REGISTRY_H
#define REGISTRY_H

#include "contract/operation.h" /* registry_operations, registry_find, registry_services */

#endif
"""


def registry_source(contract):
    operations = sorted(contract.operations, key=lambda op: op.id.encode())
    includes = "\n".join(f'#include "{s.name}_proto.h"' for s in contract.services)
    rows = "\n".join(f"\t&{operation_symbol(op.id)}," for op in operations)
    names = ", ".join(literal(s.name) for s in contract.services if s.name not in (COMMON, GATEWAY))
    return f"""{NOTICE}
#include <stdlib.h>
#include <string.h>

#include "registry.h"
{includes}

/* Sorted by id. */
const struct operation *const registry_operations[] = {{
{rows}
}};
const size_t registry_n_operations = {len(operations)};

const char *const registry_services[] = {{ {names}, NULL }};

static int
compare_id(const void *id, const void *row)
{{
	return strcmp(id, (*(const struct operation *const *)row)->id);
}}

const struct operation *
registry_find(const char *id)
{{
	const struct operation *const *row = bsearch(id, registry_operations, registry_n_operations,
	    sizeof registry_operations[0], compare_id);
	return row ? *row : NULL;
}}
"""


def events_header(contract):
    rows = "\n".join(f"extern const struct event_type {event_symbol(name)};" for name in sorted(contract.events))
    return f"""{NOTICE}
#ifndef EVENTS_H
#define EVENTS_H

#include "contract/operation.h"

{rows}

extern const struct event_type *const registry_events[]; /* NULL-terminated, sorted by name */

#endif
"""


def events_source(contract):
    rows = "\n".join(f"\t&{event_symbol(name)}," for name in sorted(contract.events))
    return f"""{NOTICE}
#include "events.h"

const struct event_type *const registry_events[] = {{
{rows}
	NULL
}};
"""


def outputs(contract):
    return {"registry.h": registry_header(), "registry.c": registry_source(contract),
            "events.h": events_header(contract), "events.c": events_source(contract)}
