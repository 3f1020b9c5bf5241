"""<service>_service.c: the table that joins operations and handlers, and the emitters; linked into that service only."""

from ctext import NOTICE
from model import COMMON, GATEWAY
from naming import c_symbol, event_symbol, operation_symbol
from out_proto import emitter_prototype


def single_wrapper(name, operation):
    return f"""static const struct error *
call_{name}(struct request *req, const void *in, void *out)
{{
	const struct {operation.request.name} *typed_in = in;
	struct {operation.response.name} *typed_out = out;
	return {name}(req, typed_in, typed_out);
}}
"""


def prepare_wrapper(name, operation):
    return f"""static const struct error *
prepare_{name}(struct request *req, const void *in)
{{
	const struct {operation.request.name} *typed_in = in;
	return {name}_prepare(req, typed_in);
}}
"""


def batch_wrapper(name, operation):
    request, response = operation.request.name, operation.response.name
    return f"""static const struct error *
call_{name}(struct request *req, size_t n, const void *const in[], void *const out[], const struct error *errors[])
{{
	const struct {request} *typed_in[BATCH_INPUTS_MAX];
	struct {response} *typed_out[BATCH_INPUTS_MAX];
	assert(n <= BATCH_INPUTS_MAX);
	for (size_t i = 0; i < n; i++) {{
		typed_in[i] = in[i];
		typed_out[i] = out[i];
	}}
	return {name}(req, n, typed_in, typed_out, errors);
}}
"""


def emitter(event):
    return f"""{emitter_prototype(event).replace("void ", "void" + chr(10), 1)}
{{
	event_emit(req, &{event_symbol(event.name)}, entity_id, entity_version, payload);
}}
"""


def source(service):
    wrappers, rows = [], []
    if any(operation.has("batch") for operation in service.operations):
        wrappers.append("enum { BATCH_INPUTS_MAX = 256 }; /* the skeleton's own limit is lower */\n")
    for operation in service.operations:
        name = c_symbol(operation.id)
        is_batch = operation.has("batch")
        wrappers.append((batch_wrapper if is_batch else single_wrapper)(name, operation))
        rows.append(f"\t{{ &{operation_symbol(operation.id)}, {'NULL, ' if is_batch else ''}call_{name}"
                    f"{'' if is_batch else ', NULL'}{f', prepare_{name}' if operation.has('prepare') else ', NULL'}"
                    f"{f', complete_{name}' if operation.has('complete') else ', NULL'} }},")
        if operation.has("complete"):
            wrappers.append(single_wrapper(f"{name}_complete", operation).replace(f"call_{name}_complete", f"complete_{name}"))
        if operation.has("prepare"):
            wrappers.append(prepare_wrapper(name, operation))
    parts = [NOTICE, "#include <assert.h>\n", '#include "request.h"', '#include "service.h"',
             f'#include "{service.name}_proto.h"\n', "/* Declared for readers of this table in other files. */",
             f"extern const struct service_operation {service.name}_operations[];",
             f"extern const size_t {service.name}_n_operations;\n", *wrappers,
             f"const struct service_operation {service.name}_operations[] = {{", *rows, "};",
             f"const size_t {service.name}_n_operations = {len(rows)};\n", *(emitter(event) for event in service.events)]
    return "\n".join(parts)


def outputs(contract):
    return {f"{s.name}_service.c": source(s) for s in contract.services if s.name not in (COMMON, GATEWAY) and s.operations}
