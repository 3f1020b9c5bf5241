"""The parts of openapi.json that no operation changes: envelopes, headers, parameters, security."""

from openapi_schema import ANY_OBJECT

GATEWAY_ERRORS = "Requests that reach no operation are refused in the same error envelope, with"


def header(description, schema):
    return {"description": description, "schema": schema}


TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}

META = {
    "type": "object",
    "description": "What the answer means for the next step.",
    "required": ["recommendedNextAction", "availableActions", "actionPriority", "cost"],
    "properties": {
        "recommendedNextAction": {"type": "string", "description": "One sentence for an agent."},
        "availableActions": {"type": "array", "items": TEXT, "description": "Requests that make sense now, as \"METHOD /api/path\"."},
        "actionPriority": {"type": "string", "enum": ["low", "medium", "high", "critical"]},
        "cost": {"type": "integer", "minimum": 0, "description": "Abstract units; 0 for a dry run."},
        "dryRun": {"type": "boolean", "description": "True on a dry run: nothing was written."},
        "effects": {"type": "object", "description": "On a dry run: what would have happened.",
                    "properties": {"events": {"type": "array", "items": ANY_OBJECT}}},
        "budget": {"type": "object", "description": "Of a key with a budget: limit and used of each kind that this call has counted."}}}

VIOLATION = {
    "type": "object",
    "description": "One thing wrong with the input.",
    "required": ["pointer", "keyword", "message"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer of the value."},
        "keyword": {"type": "string", "description": "Rule that does not hold.", "examples": ["required", "maxLength", "unknown"]},
        "message": {"type": "string", "description": "What the value must be."},
        "expected": {"type": "string", "description": "The expected shape."},
        "example": {"description": "A value that would do."}}}

ERROR = {
    "type": "object",
    "description": "Every answer with a status of 400 or above.",
    "required": ["error", "code", "remediation", "context"],
    "properties": {
        "error": {"type": "string", "description": "Short title."},
        "code": {"type": "string", "description": "Stable code.", "pattern": "^[A-Z][A-Z0-9_]*$"},
        "message": {"type": "string", "description": "What happened, with the values that matter."},
        "remediation": {"type": "string", "description": "What to do next."},
        "context": {
            "type": "object", "required": ["requestId"],
            "properties": {
                "requestId": {"type": "string", "description": "The request's x-request-id."},
                "pointer": {"type": "string", "description": "JSON pointer of the field at fault."},
                "validation": {"type": "array", "items": {"$ref": "#/components/schemas/Violation"}}}},
        "meta": {
            "type": "object", "description": "Hints, as in answers that succeed.",
            "properties": {"recommendedNextAction": TEXT, "availableActions": {"type": "array", "items": TEXT}, "actionPriority": TEXT}}}}

PARAMETERS = {
    "RequestId": {"name": "x-request-id", "in": "header", "description": "Id of the request, yours to choose; echoed, logged and kept with audit entries.",
                  "schema": {"type": "string", "maxLength": 128}},
    "TraceParent": {"name": "traceparent", "in": "header", "description": "W3C trace context.", "schema": {"type": "string", "maxLength": 64}},
    "IdempotencyKey": {"name": "Idempotency-Key", "in": "header",
                       "description": "Repeating the request with this key answers the first response again instead of acting twice.",
                       "schema": {"type": "string", "minLength": 1, "maxLength": 128}},
    "IfMatch": {"name": "If-Match", "in": "header", "description": "The version this change is based on, as ETag or number; the same as expectedVersion.",
                "schema": {"type": "string", "maxLength": 64}},
    "IfNoneMatch": {"name": "If-None-Match", "in": "header", "description": "ETag of the copy at hand: 304 when it is still current.",
                    "schema": {"type": "string", "maxLength": 256}},
    "DryRun": {"name": "mode", "in": "query", "description": "dry_run: do everything but keep nothing, free of charge.",
               "schema": {"type": "string", "enum": ["dry_run"]}}}

HEADERS = {
    "x-request-id": header("Id of the request.", TEXT),
    "x-ratelimit-limit": header("Requests of one window.", COUNT),
    "x-ratelimit-remaining": header("Requests left in this window.", COUNT),
    "x-ratelimit-reset": header("Seconds until the next window.", COUNT),
    "retry-after": header("Seconds to wait.", COUNT),
    "etag": header("Version of the answer.", TEXT),
    "x-idempotent-replayed": header("true when the response is that of an earlier request with the same key.", {"type": "string", "enum": ["true"]}),
    "deprecation": header("true: use the preferred route.", {"type": "string", "enum": ["true"]}),
    "www-authenticate": header("How to authenticate, or the payment challenge.", TEXT)}

SECURITY = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "An API key; wins over Authorization."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The same API key as bearer token."}}

COMPONENTS = {"securitySchemes": SECURITY, "headers": HEADERS, "parameters": PARAMETERS,
              "schemas": {"Error": ERROR, "Meta": META, "Violation": VIOLATION}}
