"""<service>_proto.h and .c: structs, shapes, operation tables and handler prototypes."""

from ctext import NOTICE, comment, json_text, literal, struct_declaration, struct_tables
from model import COMMON
from naming import c_symbol, error_symbol, event_symbol, operation_symbol


def own_structs(service):
    """Types and rows first, then requests and responses in order of the operations, then event payloads."""
    structs = list(service.types.values())
    for operation in service.operations:
        structs.append(operation.request)
        if operation.response.name == f"{c_symbol(operation.id)}_response":
            structs.append(operation.response)
    return structs + [event.payload for event in service.events]


def handler_prototype(operation):
    name, request, response = c_symbol(operation.id), operation.request.name, operation.response.name
    if operation.has("batch"):
        return (f"const struct error *{name}(struct request *req, size_t n, const struct {request} *const in[],\n"
                f"    struct {response} *const out[], const struct error *errors[]) MUST_CHECK;")
    return (f"const struct error *{name}(struct request *req, const struct {request} *in,\n"
            f"    struct {response} *out) MUST_CHECK;")


def handler_comment(operation):
    lines = [f"/* {comment(operation.summary)}"]
    if operation.routes:
        lines.append(f" * {operation.routes[0]}")
    if operation.own_errors:
        lines.append(f" * Errors: {', '.join(operation.own_errors)}.")
    if operation.events:
        lines.append(f" * Emits: {', '.join(operation.events)}.")
    return "\n".join(lines) + " */"


def emitter_prototype(event):
    return (f"void emit_{c_symbol(event.name)}(struct request *req, int64_t entity_id, int64_t entity_version,\n"
            f"    const struct {event.payload.name} *payload)")


def header(service):
    guard = f"{service.name.upper()}_PROTO_H"
    include = '#include "contract/operation.h"' if service.name == COMMON else '#include "common_proto.h"'
    parts = [NOTICE, f"#ifndef {guard}\n#define {guard}\n", include, "\nstruct request;\n"]
    parts += [struct_declaration(struct) for struct in own_structs(service)]
    parts += [f"extern const struct operation {operation_symbol(op.id)};" for op in service.operations]
    parts += [f"extern const struct event_type {event_symbol(event.name)};" for event in service.events]
    if service.operations:
        parts.append("\n/* Handlers, written by the service.  Errors listed are those beyond the common ones. */")
    for operation in service.operations:
        parts.append(f"\n{handler_comment(operation)}\n{handler_prototype(operation)}")
        if operation.has("complete"):
            parts.append(f"const struct error *{c_symbol(operation.id)}_complete(struct request *req, const struct {operation.request.name} *in,\n"
                         f"    struct {operation.response.name} *out);")
        if operation.has("prepare"):
            parts.append(f"const struct error *{c_symbol(operation.id)}_prepare(struct request *req, const struct {operation.request.name} *in);")
    if service.events:
        parts.append("\n/* Append one event to the request; it is written with the transaction.  entity_version 0: none. */")
        parts += [emitter_prototype(event) + ";" for event in service.events]
    parts.append("\n#endif\n")
    return "\n".join(parts)


def pointer_list(kind, name, items):
    body = "".join(f"\t{item},\n" for item in items)
    return f"static const {kind} {name}[] = {{\n{body}\tNULL\n}};"


def operation_lists(operation):
    """The arrays an operation row points at."""
    symbol, out = c_symbol(operation.id), []
    if operation.routes:
        rows = "".join(f"\t{{ {literal(r.method)}, {literal(r.path)}, {str(r.deprecated).lower()} }},\n" for r in operation.routes)
        out.append(f"static const struct route {symbol}_routes[] = {{\n{rows}}};")
    if operation.examples:
        rows = "".join(f"\t{{ {literal(e['title'])}, {literal(json_text(e['request']))} }},\n" for e in operation.examples)
        out.append(f"static const struct operation_example {symbol}_examples[] = {{\n{rows}}};")
    out.append(pointer_list("char *const", f"{symbol}_actions", [literal(a) for a in operation.actions]))
    out.append(pointer_list("struct error_info *const", f"{symbol}_errors",
                            [f"&error_catalogue[{error_symbol(code)}]" for code in operation.errors]))
    out.append(pointer_list("struct event_type *const", f"{symbol}_events",
                            [f"&{event_symbol(name)}" for name in operation.events]))
    return out


def operation_flags(operation):
    names = ("idempotent", "dry_run", "batch", "internal", "public", "system", "priced", "bare", "narrow", "slow", "cross_origin")
    return " | ".join(f"OPERATION_{name.upper()}" for name in names if operation.has(name)) or "0"


def operation_row(operation):
    symbol = c_symbol(operation.id)
    parts = {
        "id": literal(operation.id), "service": literal(operation.service), "summary": literal(operation.summary),
        "description": literal(operation.description), "mcp": literal(operation.mcp), "graphql": literal(operation.graphql),
        "cli": literal(operation.cli), "policy": literal(operation.policy), "scope": literal(operation.scope),
        "resource_type": literal(operation.resource), "entity": literal(operation.entity), "list": literal(operation.list_field),
        "audit": literal(operation.audit), "routes": f"{symbol}_routes" if operation.routes else "NULL",
        "n_routes": len(operation.routes), "status": operation.status, "tx": f"OPERATION_TX_{operation.tx.upper()}",
        "flags": operation_flags(operation), "timeout_ms": operation.timeout_ms, "body_max_bytes": operation.body_max_bytes,
        "cost": operation.cost, "priority": literal(operation.priority), "next_action": literal(operation.next_action),
        "actions": f"{symbol}_actions", "request": f"&{operation.request.name}_shape",
        "response": f"&{operation.response.name}_shape", "errors": f"{symbol}_errors", "events": f"{symbol}_events",
        "examples": f"{symbol}_examples" if operation.examples else "NULL", "n_examples": len(operation.examples)}
    if operation.etag:
        parts["etag"] = literal(operation.etag)
    if operation.job:
        parts |= {f"job_{key}": literal(operation.job.get(key)) for key in ("kind", "queue", "policy")}
    body = "".join(f"\t.{key} = {value},\n" for key, value in parts.items())
    return f"const struct operation {operation_symbol(operation.id)} = {{\n{body}}};\n"


def event_row(event):
    return (f"const struct event_type {event_symbol(event.name)} = {{ .name = {literal(event.name)}, "
            f".entity_type = {literal(event.entity)},\n    .action = {literal(event.action)}, "
            f".summary = {literal(event.summary)}, .scope = {literal(event.scope)}, .payload = &{event.payload.name}_shape }};\n")


def source(service):
    parts = [NOTICE, "#include <stddef.h>\n", '#include "error_codes.h"', f'#include "{service.name}_proto.h"\n']
    parts += [struct_tables(struct) for struct in own_structs(service)]
    parts += [event_row(event) for event in service.events]
    for operation in service.operations:
        parts += operation_lists(operation)
        parts.append(operation_row(operation))
    return "\n".join(parts)


def outputs(contract):
    files = {}
    for service in contract.services:
        files[f"{service.name}_proto.h"] = header(service)
        files[f"{service.name}_proto.c"] = source(service)
    return files
