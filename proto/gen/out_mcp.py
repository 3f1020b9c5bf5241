"""mcp_tools.json, and mcp_catalogue.h and .c: tools, resources and prompts as the MCP surface answers and reads them.

Tools are sent whole to every agent, so their schemas say only what a caller must know; examples come with errors."""

import json

from ctext import NOTICE, literal
from model import ContractError
from naming import operation_symbol
from openapi_schema import SCALARS, nullable

TOOL_BYTES_MAX = 4095
LISTED_BYTES_MAX = 21500  # with the three that find the others, and each result's frame, below 24 KB
BOUND_SHOWN_MAX = 1000  # a larger bound tells an agent nothing, nor does
TEXT_SHOWN_MAX = 100    # that of a text nobody would make so long, nor a
PATTERN_SHOWN_MAX = 60  # pattern that nobody can read; what they refuse comes with an example
DRY_RUN = {"type": "boolean", "description": "Only say what would happen."}


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# ---- schemas

def scalar_schema(kind):
    return {"type": "integer"} if kind == "int" else dict(SCALARS.get(kind, {}))


def doc_schema(field):
    """One shape for agents: an object, also where other surfaces take JSON text."""
    return {"type": "object"} if field.doc_object or field.doc_text else {}


def input_struct(fields, contract):
    schema = {"type": "object"}
    shown = [f for f in fields if f.place != "mcp" and not f.unlisted]
    if shown:
        schema["properties"] = {f.name: input_field(f, contract) for f in shown}
    required = [f.name for f in shown if f.required or f.agent_required]
    if required:
        schema["required"] = required
    return schema


def add_limits(schema, field):
    names = {"int": ("minimum", "maximum"), "text": ("minLength", "maxLength"), "list": ("minItems", "maxItems")}.get(field.kind)
    if names is None or field.choices and field.kind == "text" or field.is_id:
        return
    lower = field.min if field.kind != "text" else None
    shown_max = TEXT_SHOWN_MAX if field.kind == "text" else BOUND_SHOWN_MAX
    upper = field.max if field.max is not None and field.max <= shown_max else None
    for name, bound in zip(names, (lower, upper)):
        if bound is not None:
            schema[name] = bound


def shown_pattern(field):
    return f"^(?:{field.pattern})$" if field.pattern and len(field.pattern) <= PATTERN_SHOWN_MAX else None


def input_field(field, contract):
    if field.kind == "struct":
        schema = input_struct(contract.types[field.ref].fields, contract)
    elif field.kind == "list":
        item = input_struct(contract.types[field.ref].fields, contract) if field.item == "struct" else scalar_schema(field.item)
        schema = {"type": "array", "items": {**item, "enum": field.choices} if field.choices else item}
    else:
        schema = scalar_schema("text") if field.slug else doc_schema(field) if field.kind == "doc" else scalar_schema(field.kind)
    add_limits(schema, field)
    for key, value in (("enum", field.choices if field.kind == "text" else None), ("pattern", shown_pattern(field)), ("default", field.default)):
        if value is not None:
            schema[key] = value
    schema["description"] = field.doc
    return schema


def input_schema(operation, contract):
    schema = input_struct(operation.request.fields, contract)
    if operation.has("dry_run"):
        schema.setdefault("properties", {})["dryRun"] = DRY_RUN
    schema["additionalProperties"] = False
    return schema


def nested_schema(struct):
    """Names only: what a reader of the answer sees by itself is not worth the bytes."""
    return {"type": "object", "required": [f.name for f in struct.fields if f.required or f.nullable]}


def output_field(field, contract):
    is_rare = not field.required and not field.nullable  # its names are not worth the bytes either
    if field.kind == "struct":
        schema = {"type": "object"} if is_rare else nested_schema(contract.types[field.ref])
    elif field.kind == "list":
        item = {"type": "object"} if field.item == "struct" and is_rare else None
        schema = {"type": "array", "items": item or (nested_schema(contract.types[field.ref]) if field.item == "struct" else scalar_schema(field.item))}
    else:
        schema = doc_schema(field) if field.kind == "doc" else scalar_schema(field.kind)
    schema.pop("format", None)
    if field.choices and field.kind == "text":
        schema["enum"] = list(field.choices)
    return nullable(schema) if field.nullable else schema


def output_schema(operation, contract):
    """Of structuredContent, which is {error} instead when the call failed; so nothing is required.  None where MCP content is all there is."""
    shown = [f for f in operation.response.fields if f.place != "mcp"]
    return {"type": "object", "properties": {f.name: output_field(f, contract) for f in shown}} if shown else None


# ---- tools

def is_destructive(operation):
    return operation.has("destructive") or any(route.method == "DELETE" for route in operation.routes)


def repeats_harmlessly(operation):
    """A second call with the same arguments changes nothing more: it meets a newer version, or says the same again.  Of a deletion it is an
    error, which such a hint would not lead to expect."""
    methods = {route.method for route in operation.routes}
    if "DELETE" in methods:
        return False
    return bool(methods) and methods <= {"PUT", "PATCH"} or any(f.agent_required for f in operation.request.fields)


def annotations(operation):
    if operation.tx != "write":
        return {"readOnlyHint": True}
    made = {"destructiveHint": is_destructive(operation)}
    return {**made, "idempotentHint": True} if repeats_harmlessly(operation) else made


def tool(operation, contract):
    description = " ".join(text for text in (operation.summary, operation.description) if text)
    made = {"name": operation.mcp, "title": operation.mcp.replace("_", " ").capitalize(), "description": description,
            "inputSchema": input_schema(operation, contract)}
    output = output_schema(operation, contract)
    if output is not None:
        made["outputSchema"] = output
    made["annotations"] = annotations(operation)
    size = len(compact(made).encode())
    if size > TOOL_BYTES_MAX:
        raise ContractError(f"{operation.where}: the tool '{operation.mcp}' has {size} bytes, at most {TOOL_BYTES_MAX}")
    return made


# ---- tables

HEADER = f"""{NOTICE}
#ifndef MCP_CATALOGUE_H
#define MCP_CATALOGUE_H

#include "contract/operation.h"

struct mcp_tool {{
	const struct operation *operation;
	const char *json; /* as tools/list answers it */
	bool is_listed;   /* in the default list; the others are found by search_operations */
}};

/* Where values of an argument come from; both NULL: nothing is known. */
struct mcp_completion {{
	const char *name;                  /* the argument */
	const char *const *choices;        /* NULL-terminated */
	const struct operation *operation; /* what it lists has the values, */
	const char *value;                 /* in this field */
}};

/* An operation's result at a URI; a variable of the URI and each pair of request fill a request field. */
struct mcp_resource {{
	const char *uri; /* with {{variables}}: a template */
	const char *name, *title, *description, *mime;
	const struct operation *operation;
	const char *request;       /* fixed inputs, JSON object text */
	const char *const *events; /* NULL-terminated: "content_item.*", what changes it */
	const char *entity;        /* variable that is the entity of those events, or NULL */
	const struct mcp_completion *completions;
	size_t n_completions;
}};

struct mcp_argument {{
	const char *name, *doc;
	bool is_required;
	struct mcp_completion completion;
}};

/* An operation asked before a prompt's text is filled in. */
struct mcp_read {{
	const char *name;
	const struct operation *operation;
	const struct mcp_pair {{
		const char *name; /* request field */
		const char *text; /* with {{argument}} */
	}} *request;
	size_t n_request;
}};

struct mcp_prompt {{
	const char *name, *title, *description;
	const struct mcp_argument *arguments;
	size_t n_arguments;
	const char *by; /* argument that chooses one of texts, or NULL: the only one */
	const struct mcp_pair *texts; /* name: the choice; text: with {{argument}} and {{read.field}} */
	size_t n_texts;
	const struct mcp_read *reads;
	size_t n_reads;
	const struct operation *operation; /* answers the messages itself, or NULL */
}};

extern const struct mcp_tool mcp_tools[]; /* sorted by name */
extern const size_t mcp_n_tools;
extern const struct mcp_resource mcp_resources[]; /* in the order declared */
extern const size_t mcp_n_resources;
extern const struct mcp_prompt mcp_prompts[];
extern const size_t mcp_n_prompts;

#endif
"""


def texts(values):
    """A NULL-terminated list of texts, as a compound literal."""
    return "(const char *const[]){ " + ", ".join([*(literal(v) for v in values), "NULL"]) + " }"


def rows(kind, made):
    """An array as a compound literal and its length."""
    return (f"(const struct {kind}[]){{ {', '.join(made)} }}" if made else "NULL", str(len(made)))


def completion_row(name, completion):
    parts = [f".name = {literal(name)}"]
    if completion.choices:
        parts.append(f".choices = {texts(completion.choices)}")
    if completion.operation:
        parts += [f".operation = &{operation_symbol(completion.operation.id)}", f".value = {literal(completion.value)}"]
    return "{ " + ", ".join(parts) + " }"


def named(thing):
    return ", ".join(f".{key} = {literal(getattr(thing, key))}" for key in ("name", "title", "description"))


def resource_row(resource):
    complete, n_complete = rows("mcp_completion", [completion_row(name, c) for name, c in resource.complete.items()])
    return (f"\t{{ .uri = {literal(resource.uri)}, {named(resource)}, .mime = {literal(resource.mime)},\n"
            f"\t  .operation = &{operation_symbol(resource.operation.id)}, .request = {literal(compact(resource.request))},\n"
            f"\t  .events = {texts(resource.events)}, .entity = {literal(resource.entity)},\n"
            f"\t  .completions = {complete}, .n_completions = {n_complete} }},\n")


def pairs(table):
    return rows("mcp_pair", [f"{{ {literal(name)}, {literal(text)} }}" for name, text in table.items()])


def read_row(read):
    request, n_request = pairs(read.request)
    return f"{{ {literal(read.name)}, &{operation_symbol(read.operation.id)}, {request}, {n_request} }}"


def prompt_row(prompt):
    arguments, n_arguments = rows("mcp_argument", [
        f"{{ {literal(a.name)}, {literal(a.doc)}, {'true' if a.required else 'false'}, {completion_row(a.name, a.complete)} }}"
        for a in prompt.arguments])
    reads, n_reads = rows("mcp_read", [read_row(r) for r in prompt.reads])
    made, n_made = pairs(prompt.texts or ({"": prompt.text} if prompt.text is not None else {}))
    operation = f"&{operation_symbol(prompt.operation.id)}" if prompt.operation else "NULL"
    return (f"\t{{ {named(prompt)},\n\t  .arguments = {arguments}, .n_arguments = {n_arguments},\n"
            f"\t  .by = {literal(prompt.by)}, .texts = {made}, .n_texts = {n_made},\n"
            f"\t  .reads = {reads}, .n_reads = {n_reads}, .operation = {operation} }},\n")


def table(kind, name, made):
    """An empty table has one row that nobody counts, for C has no empty arrays."""
    body = "".join(made) or "\t{ 0 },\n"
    return f"const struct {kind} {name}[] = {{\n{body}}};\nconst size_t {name.replace('mcp_', 'mcp_n_')} = {len(made)};\n"


def source(contract, tools):
    includes = [f'#include "{service.name}_proto.h"' for service in contract.services]
    tool_rows = [f"\t{{ &{operation_symbol(operation.id)}, {literal(compact(made))}, {'false' if operation.has('unlisted') else 'true'} }},\n" for operation, made in tools]
    return "\n".join([NOTICE, '#include "mcp_catalogue.h"\n', *includes, "", table("mcp_tool", "mcp_tools", tool_rows),
                      table("mcp_resource", "mcp_resources", [resource_row(r) for r in contract.resources]),
                      table("mcp_prompt", "mcp_prompts", [prompt_row(p) for p in contract.prompts])])


def outputs(contract):
    operations = sorted((op for op in contract.operations if op.mcp), key=lambda op: op.mcp)
    tools = [(operation, tool(operation, contract)) for operation in operations]
    size = sum(len(compact(made).encode()) + 1 for operation, made in tools if not operation.has("unlisted"))
    if size > LISTED_BYTES_MAX:
        raise ContractError(f"proto: the tools that are listed by default take {size} bytes, at most {LISTED_BYTES_MAX}: "
                            "say unlisted = true in operations that an agent seldom needs")
    listed = "{\"tools\":[\n" + ",\n".join(compact(made) for _, made in tools) + "\n]}\n"
    return {"mcp_tools.json": listed, "mcp_catalogue.h": HEADER, "mcp_catalogue.c": source(contract, tools)}
