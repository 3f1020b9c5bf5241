"""openapi.json: the REST surface as OpenAPI 3.1."""

import json
import re

import openapi_doors
from model import COMMON
from openapi_parts import COMPONENTS, GATEWAY_ERRORS
from openapi_schema import ANY_OBJECT, field_schema, struct_schema

GATEWAY = "gateway" # the tag of what it answers itself
RATE_HEADERS = ("x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def header_refs(names):
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def parameter_ref(name):
    return {"$ref": f"#/components/parameters/{name}"}


def field_parameter(field, place):
    schema = field_schema(field)
    schema.pop("description", None)
    parameter = {"name": field.name, "in": place, "description": field.doc, "schema": schema}
    if field.kind == "list" and field.item == "struct":
        del parameter["schema"]
        parameter["content"] = {"application/json": {"schema": schema}}
    elif field.kind == "list":
        parameter.update(style="form", explode=False) # separated by commas
    if field.required or place == "path":
        parameter["required"] = True
    return parameter


def has_etag(operation):
    return operation.routes[0].method == "GET"


def parameters(operation, route):
    """Path variables of this route, query and header fields, and what the flags of the operation add."""
    out = [field_parameter(operation.request.field(name), "path") for name in route.variables]
    for field in operation.request.fields:
        if field.name not in route.variables and field.place in ("query", "path"):
            out.append(field_parameter(field, "query"))
        elif field.place == "header":
            out.append({**field_parameter(field, "header"), "name": field.header})
    if any(f.header == "if-match" for f in operation.request.fields):
        out.append(parameter_ref("IfMatch"))
    if operation.has("dry_run"):
        out.append(parameter_ref("DryRun"))
    if operation.has("idempotent"):
        out.append(parameter_ref("IdempotencyKey"))
    if has_etag(operation):
        out.append(parameter_ref("IfNoneMatch"))
    return out + [parameter_ref("RequestId"), parameter_ref("TraceParent")]


def body_fields(operation, route):
    return [f for f in operation.request.fields if f.place == "body" and f.name not in route.variables]


def body_values(values, fields):
    """The part of an example that travels in the body of a route."""
    names = {f.name for f in fields}
    return {name: value for name, value in values.items() if name in names}


def request_body(operation, route):
    fields = body_fields(operation, route)
    if not fields:
        return None
    schema = struct_schema(fields, closed=True)
    media = {"schema": schema}
    if operation.examples:
        media["examples"] = {e["title"].lower().replace(" ", "-"): {"summary": e["title"], "value": body_values(e["request"], fields)} for e in operation.examples}
        return {"required": any(f.required for f in fields), "content": {"application/json": media}}
    example = {f.name: f.example for f in fields if f.example is not None and f.header is None}
    if all(f.name in example for f in fields if f.required) and example:
        media["example"] = example
    return {"required": any(f.required for f in fields), "content": {"application/json": media}}


def response_schema(operation):
    """The reply: bare, {data, meta}, or for lists the list as data and the other fields in meta."""
    if operation.has("bare"):
        return reply_ref(operation)
    beside = [f for f in operation.response.fields if f.meta]
    if not operation.list_field:
        meta = {"$ref": "#/components/schemas/Meta"}
        return envelope(reply_ref(operation), {"allOf": [meta, struct_schema(beside)]} if beside else meta)
    listed = operation.response.field(operation.list_field)
    others = [f for f in operation.response.fields if f is not listed]
    meta = {"allOf": [{"$ref": "#/components/schemas/Meta"}, struct_schema(others)]}
    return envelope(field_schema(listed), meta)


def reply_ref(operation):
    return {"$ref": f"#/components/schemas/{operation.response.name}"}


def envelope(data, meta):
    return {"type": "object", "required": ["data", "meta"], "properties": {"data": data, "meta": meta}}


def success_responses(operation, route):
    headers = list(RATE_HEADERS)
    headers += ["etag"] if has_etag(operation) or operation.response.field("version") and not operation.list_field else []
    headers += ["x-idempotent-replayed"] if operation.has("idempotent") else []
    headers += ["deprecation"] if route.deprecated else []
    content = {"application/json": {"schema": response_schema(operation)}}
    reply = {"description": operation.summary, "headers": header_refs(headers), "content": content}
    responses = {str(operation.status): reply}
    if operation.has("dry_run") and operation.status != 200:
        responses["200"] = {**reply, "description": "What a dry run would have done; nothing was written."}
    if has_etag(operation):
        responses["304"] = {"description": "Unchanged since the ETag in If-None-Match.", "headers": header_refs(["x-request-id", "etag"])}
    return responses


def error_response(contract, status, codes):
    """One response for all codes of a status, with what to do about each."""
    lines = [f"`{code}`: {contract.errors[code].title}. {contract.errors[code].remediation}" for code in codes]
    headers = ["x-request-id"] + (["retry-after"] if any(contract.errors[code].retryable for code in codes) else [])
    headers += ["www-authenticate"] if status in (401, 402) else []
    schema = {"allOf": [{"$ref": "#/components/schemas/Error"}, {"type": "object", "properties": {"code": {"enum": codes}}}]}
    first = contract.errors[codes[0]]
    example = {"error": first.title, "code": first.code, "remediation": first.remediation, "context": {"requestId": "3f0c9a52-1b7e-4a53-9d58-1f7f3d3a9f10"}}
    return {"description": "\n\n".join(lines), "headers": header_refs(headers),
            "content": {"application/json": {"schema": schema, "example": example}}}


class ErrorResponses:
    """Identical groups of codes become one component each."""

    def __init__(self, contract):
        self.contract = contract
        self.names = {}

    def refs(self, codes):
        groups = {}
        for code in sorted(codes):
            groups.setdefault(self.contract.errors[code].status, []).append(code)
        return {str(status): self.ref(status, tuple(codes)) for status, codes in sorted(groups.items())}

    def ref(self, status, codes):
        number = sum(1 for s, _ in self.names if s == status) + 1
        name = self.names.setdefault((status, codes), f"Status{status}_{number}")
        return {"$ref": f"#/components/responses/{name}"}

    def components(self):
        return {name: error_response(self.contract, status, list(codes)) for (status, codes), name in sorted(self.names.items())}


def describe(operation):
    parts = [operation.description or operation.summary]
    if operation.scope:
        parts.append(f"Scope: `{operation.scope}` (policy operation `{operation.policy}`).")
    if operation.events:
        parts.append("Emits " + ", ".join(f"`{name}`" for name in operation.events) + ".")
    if operation.next_action:
        parts.append(f"Next: {operation.next_action}")
    return "\n\n".join(parts)


def operation_object(operation, route, index, errors):
    out = {"operationId": operation.id if index == 0 else f"{operation.id}.{index + 1}", "tags": [operation.service],
           "summary": operation.summary, "description": describe(operation)}
    if route.deprecated:
        out["deprecated"] = True
    out["parameters"] = parameters(operation, route)
    body = request_body(operation, route)
    if body:
        out["requestBody"] = body
    responses = {**success_responses(operation, route), **errors.refs(operation.errors)}
    out["responses"] = dict(sorted(responses.items()))
    if operation.has("public"):
        out["security"] = []
    surfaces = {key: getattr(operation, key) for key in ("mcp", "graphql", "cli") if getattr(operation, key)}
    out["x-wordclaw"] = {"operation": operation.id, "scope": operation.scope or "public", **surfaces}
    return out


def gateway_paths(contract, errors):
    refused = errors.refs([code for code in contract.codes["gateway"] if contract.errors[code].status not in (404, 405)])
    paths = {}
    for route, summary in contract.gateway_routes:
        content = "text/html" if route.path == "/documentation" else "text/plain" if route.path == "/metrics" else "application/json"
        schema = ANY_OBJECT if content == "application/json" else {"type": "string"}
        responses = {"200": {"description": summary, "content": {content: {"schema": schema}}}, **refused}
        if route.path == "/ready":
            responses["503"] = {"description": "A service cannot serve.", "content": {content: {"schema": schema}}}
        if route.path in ("/openapi.json", "/documentation"):
            responses["304"] = {"description": "Unchanged since the ETag in If-None-Match."}
        name = re.sub(r"/{\w+}", "", route.path.removeprefix("/api")).replace("/", ".").removesuffix(".json")
        entry = {"operationId": f"gateway{name}" + (".send" if route.path in paths else ""), "tags": [GATEWAY], "summary": summary}
        door = openapi_doors.DOORS.get(route.path)
        if door:
            entry |= door(contract, errors, route.method) if route.path in paths else door(contract, errors)
        else:
            entry |= {"description": summary, "responses": responses, "security": []}
        entry["responses"] = dict(sorted(entry["responses"].items()))
        paths.setdefault(route.path, {})[route.method.lower()] = entry
    return paths


def reachable_schemas(contract):
    """Schemas of every type that travels over REST."""
    schemas, waiting = {}, [op.response for op in contract.operations if op.routes and not op.list_field]
    waiting += [contract.types[f.ref] for op in contract.operations if op.routes for s in (op.request, op.response) for f in s.fields if f.ref]
    while waiting:
        struct = waiting.pop()
        if struct.name in schemas:
            continue
        schemas[struct.name] = struct_schema([f for f in struct.fields if not f.meta], doc=struct.doc)
        waiting += [contract.types[f.ref] for f in struct.fields if f.ref]
    return dict(sorted(schemas.items()))


def document(contract):
    errors, paths = ErrorResponses(contract), {}
    for operation in contract.operations:
        for index, route in enumerate(operation.routes):
            paths.setdefault(route.path, {})[route.method.lower()] = operation_object(operation, route, index, errors)
    paths.update(gateway_paths(contract, errors))
    tags = [{"name": s.name, "description": s.summary} for s in contract.services if s.name != COMMON]
    if GATEWAY not in [tag["name"] for tag in tags]:
        tags.append({"name": GATEWAY, "description": "Answered by the gateway itself."})
    gateway = ", ".join(f"`{code}`" for code in contract.codes["gateway"])
    components = {**COMPONENTS, "schemas": {**COMPONENTS["schemas"], **openapi_doors.SCHEMAS, **reachable_schemas(contract)}, "responses": errors.components()}
    return {
        "openapi": "3.1.0",
        "info": {"title": contract.info["title"], "version": contract.info["version"],
                 "description": f"{contract.info['description']}\n\n{GATEWAY_ERRORS} {gateway}.",
                 "contact": {"name": "Whoever runs this gateway"}, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": "/", "description": "This gateway."}],
        "security": [{"apiKey": []}, {"bearer": []}],
        "tags": sorted(tags, key=lambda tag: tag["name"]), "paths": dict(sorted(paths.items())), "components": components}


def outputs(contract):
    return {"openapi.json": json.dumps(document(contract), indent=1, ensure_ascii=False) + "\n"}
