"""The routes of openapi.json that are no operation of their own but the door of another surface: events, GraphQL, MCP."""

from openapi_schema import ANY_OBJECT

TEXT = {"type": "string"}
NUMBER = {"type": "integer", "format": "int64", "minimum": 0, "maximum": 999999999999999999}

EVENT = {
    "type": "object",
    "description": "One committed change.",
    "required": ["number", "eventId", "type", "entityType", "entityId", "entityVersion", "actorId", "actorType", "actorSource", "requestId", "occurredAt",
                 "payload"],
    "properties": {
        "number": {"type": "integer", "minimum": 1, "description": "Place in the tenant's trail, without gaps; also the id of the message."},
        "eventId": {"type": "string", "format": "uuid"},
        "type": {"type": "string", "description": "What happened; also the name of the message."},
        "entityType": TEXT, "entityId": {"type": "integer"}, "entityVersion": {"type": ["integer", "null"]},
        "actorId": {"type": ["string", "null"]}, "actorType": {"type": ["string", "null"]}, "actorSource": {"type": ["string", "null"]},
        "requestId": {"type": ["string", "null"]}, "occurredAt": {"type": "string", "format": "date-time"},
        "payload": {"type": "object", "description": "What changed; see the reference of events."}}}

JSON_RPC = {
    "type": "object",
    "description": "A message of JSON-RPC 2.0: a request, a notification or a response, never a batch.",
    "required": ["jsonrpc"],
    "properties": {
        "jsonrpc": {"type": "string", "const": "2.0"},
        "id": {"type": ["string", "integer", "null"]}, "method": TEXT, "params": ANY_OBJECT, "result": ANY_OBJECT,
        "error": {"type": "object", "required": ["code", "message"], "properties": {"code": {"type": "integer"}, "message": TEXT, "data": {}}}}}

GRAPHQL_REQUEST = {
    "type": "object",
    "description": "GraphQL over HTTP.",
    "required": ["query"],
    "properties": {"query": TEXT, "operationName": {"type": ["string", "null"]}, "variables": {"type": ["object", "null"]},
                   "extensions": {"type": ["object", "null"]}}}

GRAPHQL_RESPONSE = {
    "type": "object",
    "properties": {
        "data": {"type": ["object", "null"]},
        "errors": {"type": "array", "items": {
            "type": "object", "required": ["message"],
            "properties": {"message": TEXT, "path": {"type": "array", "items": {"type": ["string", "integer"]}},
                           "locations": {"type": "array", "items": ANY_OBJECT}, "extensions": ANY_OBJECT}}}}}

SCHEMAS = {"Event": EVENT, "JsonRpcMessage": JSON_RPC, "GraphqlRequest": GRAPHQL_REQUEST, "GraphqlResponse": GRAPHQL_RESPONSE}

EVENTS_TEXT = """Server-sent events: the changes of the key's tenant, in the order of its audit trail. The id of a message is the event's number there, which \
has no gaps and is the same at every gateway: whoever comes back with the last id it saw misses nothing and hears nothing twice. Comments are signs of life. \
A stream ends when its reader falls behind, when its key stops holding, and after an hour; then readers come back.

Scope: of each event its own, among those of the key; policy operation `content.read`."""

EVENTS_EXAMPLE = """retry: 1000
: ready

id: 12
event: content_item.update
data: {"number":12,"eventId":"01932c0e-7a4b-7c3d-8e5f-000000000012","type":"content_item.update","entityType":"content_item","entityId":42,\
"entityVersion":3,"actorId":"api_key:7","actorType":"api_key","actorSource":"db","requestId":"r-1","occurredAt":"2026-01-01T00:00:00.000Z",\
"payload":{"newStatus":"draft"}}

"""


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name, place, description, schema):
    return {"name": name, "in": place, "description": description, "schema": schema}


def shared(name):
    return {"$ref": f"#/components/parameters/{name}"}


def codes(contract, *more):
    groups = ("every", "surface", "authenticated")
    return {code for group in groups for code in contract.codes[group]} - {"RESPONSE_TOO_LARGE"} | set(more)


def events(contract, errors):
    names = sorted(contract.events)
    patterns = f"Types, separated by commas: {', '.join(names)}; `content_item.*` for all of an entity, `*` for all. Without it: all that the key may receive."
    return {
        "description": EVENTS_TEXT,
        "parameters": [
            parameter("types", "query", patterns, {"type": "string", "maxLength": 2048, "examples": ["content_item.*"]}),
            parameter("entityType", "query", "Only of this kind of thing.", {"type": "string", "maxLength": 64}),
            parameter("entityId", "query", "Only of this thing.", NUMBER),
            parameter("actorId", "query", "Only what this actor did.", {"type": "string", "maxLength": 128}),
            parameter("after", "query", "Begin behind this number, 0 for everything. Without it: with what happens from now on.", NUMBER),
            parameter("Last-Event-ID", "header", "The last id seen: resume behind it. Wins over `after`.", NUMBER),
            shared("RequestId"), shared("TraceParent")],
        "responses": {
            "200": {"description": "The stream; the data of each message is an `Event` as JSON.",
                    "content": {"text/event-stream": {"schema": {"type": "string", "contentMediaType": "application/json", "contentSchema": ref("Event")},
                                                      "example": EVENTS_EXAMPLE}}},
            **errors.refs(codes(contract))}}


def graphql(contract, errors):
    answer = {"schema": ref("GraphqlResponse")}
    both = {"application/graphql-response+json": answer, "application/json": answer}
    refused = {"description": "The document was not executed.", "content": both}
    return {
        "description": "GraphQL over HTTP; the schema has every operation. Each field needs the scope of its operation.",
        "parameters": [shared("RequestId"), shared("TraceParent")],
        "requestBody": {"required": True, "content": {"application/json": {"schema": ref("GraphqlRequest"), "example": {"query": "{ __typename }"}}}},
        "responses": {
            "200": {"description": "The answer; `errors` says what failed.", "content": both},
            **{status: refused for status in ("400", "401", "403", "413", "415", "422", "429", "500", "503")}}}


def mcp(contract, errors):
    message = {"schema": ref("JsonRpcMessage")}
    refused = {"description": "What is wrong, as a JSON-RPC error or in the error envelope.",
               "content": {"application/json": {"schema": {"anyOf": [ref("JsonRpcMessage"), ref("Error")]}}}}
    return {
        "description": "The Model Context Protocol, streamable HTTP: one JSON-RPC message. Each tool, resource and prompt needs the scope of its operation.",
        "parameters": [
            parameter("MCP-Protocol-Version", "header", "The version spoken.", {"type": "string", "enum": ["2026-07-28", "2025-11-25", "2025-06-18"]}),
            parameter("Mcp-Session-Id", "header", "The session that initialize began; not in 2026-07-28.", {"type": "string", "maxLength": 512}),
            parameter("Mcp-Method", "header", "The message's method; 2026-07-28.", {"type": "string", "maxLength": 128}),
            parameter("Mcp-Name", "header", "The tool, prompt or resource of the message; 2026-07-28.", {"type": "string", "maxLength": 2048}),
            parameter("profile", "query", "Which tools are offered.", {"type": "string", "enum": ["default", "registry"]}),
            shared("RequestId"), shared("TraceParent")],
        "requestBody": {"required": True, "content": {"application/json": {
            **message, "example": {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {}}}}},
        "responses": {
            "200": {"description": "The response; as a stream of messages where it goes on.",
                    "content": {"application/json": message, "text/event-stream": {"schema": TEXT}}},
            "202": {"description": "A notification or a response was taken."},
            **{status: refused for status in ("400", "403", "404")},
            **errors.refs(code for code in codes(contract, *contract.codes["body"]) if contract.errors[code].status not in (400, 403, 404))}}


def asset_content(contract, errors):
    raw = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
    both = {"*/*": raw}
    return {
        "description": "The bytes of an asset under its own media type. A public asset needs no key, a signed one a key or the token of a signed URL, an entitled "
                       "one a key with an entitlement, which each GET uses once.",
        "parameters": [
            parameter("id", "path", "Asset id.", {"type": "integer", "minimum": 1, "maximum": 2147483647}) | {"required": True},
            parameter("token", "query", "Of a signed URL.", {"type": "string", "minLength": 1, "maxLength": 1024}),
            parameter("Range", "header", "One part: bytes=first-last.", TEXT), parameter("If-Range", "header", "Only if the ETag is still this.", TEXT),
            parameter("If-None-Match", "header", "ETags that the client has.", TEXT), shared("RequestId"), shared("TraceParent")],
        "security": [{}, {"apiKey": []}, {"bearer": []}],
        "responses": {
            "200": {"description": "All bytes.", "content": both}, "206": {"description": "The part that was asked for.", "content": both},
            "304": {"description": "The client has them."},
            **errors.refs(codes(contract, "ASSET_NOT_FOUND", "ASSET_CONTENT_NOT_FOUND", "ASSET_RANGE_NOT_SATISFIABLE", "INVALID_ASSET_ACCESS_TOKEN",
                                "ASSET_ACCESS_TOKEN_EXPIRED", "ENTITLEMENT_AMBIGUOUS", "ENTITLEMENT_EXHAUSTED", "ENTITLEMENT_EXPIRED",
                                "ENTITLEMENT_NOT_ACTIVE", "ENTITLEMENT_NOT_FOUND", "OFFER_REQUIRED"))}}


FORM_PARAMETERS = [
    parameter("slug", "path", "The form's name in URLs.", {"type": "string", "minLength": 1, "maxLength": 100}) | {"required": True},
    parameter("domainId", "query", "Tenant.", {"type": "integer", "minimum": 1, "maximum": 2147483647}) | {"required": True},
    parameter("locale", "query", "Language of labels and of what the page says; left out: the browser's.", {"type": "string", "minLength": 2, "maxLength": 35}),
    shared("RequestId"), shared("TraceParent")]
HTML = {"text/html": {"schema": TEXT}}


def form_page(contract, _errors, method="GET"):
    refused = {"description": "The page, which says what was wrong; or why there is none.", "content": HTML}
    sent = [parameter("startToken", "query", "From the page: it says when the page was read.", TEXT), parameter("work", "query", "The proof of work, where the form asks for one.", TEXT)]
    body = {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "additionalProperties": TEXT},
                                                                                          "example": {"email": "ada@example.com"}}}}}
    return {
        "description": "A form as HTML for browsers. It needs no script; with scripts, fields appear when they are wanted and the work is done that the form may ask for.",
        "parameters": FORM_PARAMETERS + (sent if method == "POST" else [parameter("If-None-Match", "header", "ETags that the client has.", TEXT)]),
        "security": [], **(body if method == "POST" else {}),
        "responses": {**({"201": {"description": "It was sent.", "content": HTML}} if method == "POST" else
                         {"200": {"description": "The page.", "content": HTML}, "304": {"description": "The client has it."}}),
                      **{status: refused for status in ("400", "402", "404", "409", "413", "415", "422", "429", "500", "503")}}}


def form_script(contract, errors):
    return {
        "description": "Loaded by a page of any origin, it puts the form where it stands, or into the element that data-target selects.",
        "parameters": FORM_PARAMETERS, "security": [],
        "responses": {"200": {"description": "The script.", "content": {"text/javascript": {"schema": TEXT}}}, "304": {"description": "The client has it."},
                      **errors.refs(["PUBLIC_FORM_NOT_FOUND", *codes(contract)])}}


def form_files(contract, errors):
    file = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}}}
    text = {"type": "string"}
    made = {"type": "object", "properties": {"data": {"type": "object", "properties": {
        "fileToken": text | {"description": "The value of a field of type asset, or a member of an asset-list, in one submission."}, "filename": text,
        "sizeBytes": {"type": "integer"}, "expiresAt": text | {"format": "date-time"}}}, "meta": {"type": "object"}}}
    return {
        "description": "One file of a form's asset field. The answer's fileToken stands for it in the submission; a file that no submission names within a day is removed.",
        "parameters": FORM_PARAMETERS, "security": [],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": file}}},
        "responses": {"201": {"description": "It is there.", "content": {"application/json": {"schema": made}}},
                      **errors.refs(codes(contract, "PUBLIC_FORM_NOT_FOUND", "FORM_TAKES_NO_FILES", "FORM_CLOSED", "FORM_RATE_LIMITED", "INVALID_ASSET_UPLOAD_BODY",
                                          "ASSET_MULTIPART_FILE_REQUIRED", "ASSET_MULTIPART_TOO_MANY_FILES", "EMPTY_ASSET_CONTENT", "ASSET_STORAGE_PROVIDER_REQUEST_FAILED",
                                          *contract.codes["body"]))}}


DOORS = {"/api/public/forms/{slug}/files": form_files, "/api/public/forms/{slug}/page": form_page, "/api/public/forms/{slug}/embed.js": form_script, "/api/assets/{id}/content": asset_content, "/api/events": events, "/graphql": graphql, "/mcp": mcp}
