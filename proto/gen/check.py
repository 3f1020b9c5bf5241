"""What a contract must not say.  Every refusal names the file and the operation, type, event or error."""

import re

from model import ANY_SERVICE, COMMON, ContractError, policy_rule_of

TX = ("none", "read", "write")
PRIORITIES = ("low", "medium", "high", "critical")
ROUTE_MENTION = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[A-Za-z0-9/{}._-]*[A-Za-z0-9/}])")
TIMEOUT_MAX_MS = 60000
BODY_MAX_BYTES = 16 * 1024 * 1024


def refuse(where, problem):
    raise ContractError(f"{where}: {problem}")


# ---- fields and structs

def check_field_kind(where, field):
    """Keys that fit the field's type only."""
    if (field.pattern or field.format) and field.kind != "text" or field.choices and field.kind != "text" and field.item != "text":
        refuse(where, "choices, pattern and format are for text")
    if field.json and field.kind != "text":
        refuse(where, "json is for text")
    if (field.doc_text or field.doc_object) and field.kind != "doc":
        refuse(where, "doc_text and doc_object are for doc")
    if (field.min is not None or field.max is not None) and field.kind in ("bool", "time", "struct"):
        refuse(where, f"a {field.kind} has no min and max")
    if field.min is not None and field.max is not None and field.min > field.max:
        refuse(where, "min is above max")
    if field.pattern:
        try:
            re.compile(field.pattern)
        except re.error as problem:
            refuse(where, f"pattern does not compile: {problem}")


def fits(field, value):
    """True when a default or example is a value of the field."""
    kinds = {"bool": bool, "int": int, "time": str, "text": str, "list": list, "struct": dict}
    expected = kinds.get(field.kind)
    if expected and (not isinstance(value, expected) or field.kind == "int" and isinstance(value, bool)):
        return False
    if field.kind == "doc":
        return isinstance(value, dict) or not field.doc_object or field.doc_text and isinstance(value, str)
    size = value if field.kind == "int" else len(value.encode()) if field.kind == "text" else len(value) if field.kind == "list" else None
    if size is not None and (field.min is not None and size < field.min or field.max is not None and size > field.max):
        return False
    if field.choices and not set(value if field.kind == "list" else [value]) <= set(field.choices):
        return False
    return not field.pattern or re.fullmatch(field.pattern, value) is not None


def check_field(where, field):
    if not re.fullmatch(r"[a-z][A-Za-z0-9]*", field.name):
        refuse(where, "the name is not camelCase")
    if not field.doc:
        refuse(where, "has no doc")
    check_field_kind(where, field)
    for key in ("default", "example"):
        value = getattr(field, key)
        if value is not None and not fits(field, value):
            refuse(where, f"{key} {value!r} is no value of the field")
    if field.required and field.default is not None:
        refuse(where, "is required and has a default")


def check_reference(where, field, contract):
    if field.ref is None:
        return
    if field.ref not in contract.types:
        refuse(where, f"type '{field.ref}' is not declared")
    if contract.types[field.ref].is_row:
        refuse(where, f"'{field.ref}' is a row: rows never leave their service")


def check_struct(struct, contract):
    for field in struct.fields:
        where = f"{struct.where}: field '{field.name}'"
        check_field(where, field)
        check_reference(where, field, contract)
        if field.code and field.code not in contract.errors:
            refuse(where, f"error {field.code} is not declared")


def check_limits(where, struct, contract, seen=()):
    """Nothing a caller sends is unbounded, at any depth."""
    for field in struct.fields:
        place = f"{where}: request field '{field.name}'"
        if field.max is None and field.kind == "doc":
            refuse(place, "is free-form and has no max")
        if field.max is None and field.kind in ("text", "list"):
            refuse(place, f"is a {field.kind} and has no max")
        if field.ref and field.ref not in seen and field.ref in contract.types:
            check_limits(f"{place} ({field.ref})", contract.types[field.ref], contract, (*seen, field.ref))


def holds_secret(struct, contract, seen=()):
    return any(f.secret or f.ref and f.ref not in seen and holds_secret(contract.types[f.ref], contract, (*seen, f.ref))
               for f in struct.fields)


# ---- operations

def check_references(operation, contract):
    for code in operation.errors:
        if code not in contract.errors:
            refuse(operation.where, f"error {code} is not declared")
    for name in operation.events:
        if name not in contract.events:
            refuse(operation.where, f"event {name} is not declared")


def check_routes(operation):
    for route in operation.routes:
        for variable in route.variables:
            if operation.request.field(variable) is None:
                refuse(operation.where, f"path variable {{{variable}}} of {route} is no request field")
        if route.method == "GET" and (operation.tx == "write" and not operation.has("traced") or operation.has("slow")):
            refuse(operation.where, f"{route} is a GET that writes")
        if route.method == "GET" and (operation.has("idempotent") or operation.has("dry_run")):
            refuse(operation.where, f"{route} is a GET: neither idempotent nor dry_run applies")
    for field in operation.request.fields:
        if field.place in ("path", "header") and field.kind == "list" or field.place in ("path", "query", "header") and field.kind in ("doc", "struct"):
            refuse(operation.where, f"request field '{field.name}' is a {field.kind} and cannot travel in {field.place}")
        if field.place not in ("body", "path", "query", "header", "mcp"):
            refuse(operation.where, f"request field '{field.name}' travels in '{field.place}'")
    for field in operation.response.fields:
        if field.place == "cookie" and (field.kind != "text" or field.required or not field.secret):
            refuse(operation.where, f"response field '{field.name}' travels in a cookie: that is an optional secret text")
    for field in operation.request.fields:
        if field.place == "header" and not field.header or field.header != (field.header or "").lower() and field.header:
            refuse(operation.where, f"request field '{field.name}' needs a lower case header name")


def check_agent_fields(operation):
    for field in operation.request.fields:
        if field.agent_required and field.required:
            refuse(operation.where, f"request field '{field.name}' is required of everybody: agent_required adds nothing")
        if field.agent_required and not operation.mcp:
            refuse(operation.where, f"request field '{field.name}' is required of agents, but the operation is no tool")


def check_scope(operation, contract):
    """The scope is written down and is the one that the policy operation asks for."""
    if operation.has("internal") or operation.has("public"):
        if operation.scope:
            refuse(operation.where, "an internal or public operation has no scope")
        if operation.has("internal") and (operation.routes or operation.mcp or operation.graphql or operation.cli):
            refuse(operation.where, "an internal operation has no surface")
        return
    if not operation.scope:
        refuse(operation.where, "has no scope")
    if not operation.policy:
        refuse(operation.where, "has no policy operation")
    rule = policy_rule_of(contract.policy_rules, operation.policy)
    if rule is None or rule["scope"] != operation.scope:
        asked = rule["scope"] if rule else "nothing"
        refuse(operation.where, f"scope is {operation.scope}, but policy {operation.policy} asks for {asked}")
    if not operation.routes:
        refuse(operation.where, "has no route")


def check_effects(operation):
    """A public mutation is audited through its events; a read changes nothing."""
    if operation.has("slow") and (operation.tx != "none" or operation.has("dry_run") or operation.has("idempotent")):
        refuse(operation.where, "slow needs tx = \"none\": it has transactions of its own, which are neither repeated nor rolled back")
    writes = operation.tx == "write" or operation.has("slow")
    if not writes and (operation.events or operation.audit or operation.has("dry_run") or operation.has("idempotent")):
        refuse(operation.where, "events, audit, dry_run and idempotent need tx = \"write\"")
    if operation.has("batch") and operation.tx != "read":
        refuse(operation.where, "batch needs tx = \"read\"")
    if not writes or operation.has("internal"):
        return
    if not operation.audit or not operation.events:
        refuse(operation.where, "writes without audit and events: nothing may change unseen")
    action, _, entity = operation.audit.partition(" ")
    if f"{entity}.{action}" not in operation.events:
        refuse(operation.where, f"audit \"{operation.audit}\" is none of its events")


def check_values(operation):
    where = operation.where
    if operation.tx not in TX:
        refuse(where, f"tx is '{operation.tx}', not one of {', '.join(TX)}")
    if operation.priority not in PRIORITIES:
        refuse(where, f"priority is '{operation.priority}', not one of {', '.join(PRIORITIES)}")
    if operation.status not in (200, 201, 202):
        refuse(where, f"status {operation.status} is no success")
    if not 1 <= operation.timeout_ms <= TIMEOUT_MAX_MS:
        refuse(where, f"timeout_ms is not in 1..{TIMEOUT_MAX_MS}")
    if not 1 <= operation.body_max_bytes <= BODY_MAX_BYTES:
        refuse(where, f"body_max_bytes is not in 1..{BODY_MAX_BYTES}")
    if not operation.summary.endswith("."):
        refuse(where, "summary is no sentence")
    if not operation.has("internal") and not operation.next_action:
        refuse(where, "has no next_action")
    if operation.entity and (operation.request.field(operation.entity) is None or operation.request.field(operation.entity).kind not in ("int", "text")):
        refuse(where, f"entity '{operation.entity}' is no int or text of the request")
    listed = operation.response.field(operation.list_field) if operation.list_field else None
    if operation.list_field and (listed is None or listed.kind != "list"):
        refuse(where, f"list '{operation.list_field}' is no list of the response")
    tag = operation.response.field(operation.etag) if operation.etag else None
    if operation.etag and (tag is None or tag.kind != "text" or not tag.required):
        refuse(where, f"etag '{operation.etag}' is no text that the response always has")
    if operation.response.is_row:
        refuse(where, f"answers the row '{operation.response.name}': rows never leave their service")


def check_examples(operation):
    for example in operation.examples:
        where = f"{operation.where}: example '{example.get('title', '?')}'"
        if not example.get("title") or "request" not in example:
            refuse(where, "needs a title and a request")
        for field in operation.request.fields:
            if field.name not in example["request"] and field.required:
                refuse(where, f"lacks '{field.name}'")
        for name, value in example["request"].items():
            field = operation.request.field(name)
            if field is None or not fits(field, value):
                refuse(where, f"'{name}' is no value of a request field")


def check_operation(operation, contract):
    check_values(operation)
    check_references(operation, contract)
    check_routes(operation)
    check_agent_fields(operation)
    check_examples(operation)
    check_scope(operation, contract)
    check_effects(operation)
    check_limits(operation.where, operation.request, contract)


# ---- names taken once

def route_key(route):
    return f"{route.method} {re.sub(r'{[^}]*}', '{}', route.path)}"


def check_unique(contract):
    taken = {}
    for operation in contract.operations:
        names = [("id", operation.id), *(("route", route_key(r)) for r in operation.routes)]
        names += [(what, getattr(operation, what)) for what in ("mcp", "graphql", "cli") if getattr(operation, what)]
        for what, name in names:
            other = taken.setdefault((what, name), operation)
            if other is not operation or names.count((what, name)) > 1:
                refuse(operation.where, f"{what} '{name}' is also that of operation '{other.id}'")


def check_paths(contract):
    """One name for the variable at one place: OpenAPI takes paths that differ in names only for the same path twice."""
    taken = {}
    for operation in contract.operations:
        for route in operation.routes:
            other = taken.setdefault(re.sub(r"{[^}]*}", "{}", route.path), route.path)
            if other != route.path:
                refuse(operation.where, f"path '{route.path}' is '{other}' with other names for its variables")


def check_struct_names(contract):
    """C has one name space for struct tags."""
    taken = {}
    for struct in all_structs(contract):
        if taken.setdefault(struct.name, struct) is not struct:
            refuse(struct.where, f"struct {struct.name} is also declared by {taken[struct.name].where}")


def check_policy(contract):
    """The engine takes the first rule that fits and relies on the last to fit all."""
    if not contract.policy_rules or "*" not in contract.policy_rules[-1]["operations"]:
        refuse("common.toml", "the last policy_rule does not take every operation (\"*\")")


def check_services(contract):
    names = {service.name for service in contract.services}
    for service in contract.services:
        for operation in service.operations:
            if service.name == COMMON and operation.service != ANY_SERVICE:
                refuse(operation.where, "common operations have service = \"*\"")
            if service.name != COMMON and (operation.service not in names or not operation.id.startswith(service.name + ".")):
                refuse(operation.where, f"the id does not start with '{service.name}.'")


# ---- errors, events, texts

def check_errors(contract):
    for error in contract.errors.values():
        if not error.remediation:
            refuse(error.where, "has no remediation")
        if not error.title:
            refuse(error.where, "has no title")
        if not 400 <= error.status <= 599:
            refuse(error.where, f"status {error.status} is no error")
    used = {code for operation in contract.operations for code in operation.errors}
    used |= {code for codes in contract.codes.values() for code in codes} | {rule["code"] for rule in contract.policy_rules}
    for code in sorted(set(contract.errors) - used):
        refuse(contract.errors[code].where, "is declared by no operation")
    for code in sorted(used - set(contract.errors)):
        refuse("common.toml", f"error {code} is not declared")


def check_events(contract):
    emitted = {name for operation in contract.operations for name in operation.events}
    for event in contract.events.values():
        if not re.fullmatch(r"[a-z_]+\.[a-z_]+", event.name):
            refuse(event.where, "the name is not entity.action")
        if not event.summary:
            refuse(event.where, "has no summary")
        if event.scope not in {rule["scope"] for rule in contract.policy_rules}:
            refuse(event.where, f"scope '{event.scope}' is asked for by no policy rule: who may receive it?")
        if holds_secret(event.payload, contract):
            refuse(event.where, "holds a secret")
        if event.name not in emitted:
            refuse(event.where, "is emitted by no operation")


def check_mentions(contract):
    """Hints and remediations name routes that exist."""
    known = {route_key(route) for operation in contract.operations for route in operation.routes}
    known |= {route_key(route) for route, _ in contract.gateway_routes}
    texts = [(error.where, error.remediation) for error in contract.errors.values()]
    for operation in contract.operations:
        texts += [(operation.where, text) for text in [*operation.actions, operation.next_action or ""]]
    for where, text in texts:
        for method, path in ROUTE_MENTION.findall(text):
            if f"{method} {re.sub(r'{[^}]*}', '{}', path)}" not in known:
                refuse(where, f"names {method} {path}, which is no route")


def all_structs(contract):
    structs = list(contract.types.values()) + [event.payload for event in contract.events.values()]
    for operation in contract.operations:
        structs.append(operation.request)
        if operation.response.name not in contract.types:
            structs.append(operation.response)
    return structs


def check(contract):
    """Raises ContractError on the first thing refused."""
    check_services(contract)
    check_policy(contract)
    check_struct_names(contract)
    for struct in all_structs(contract):
        check_struct(struct, contract)
    for operation in contract.operations:
        check_operation(operation, contract)
    check_unique(contract)
    check_paths(contract)
    check_errors(contract)
    check_events(contract)
    check_mentions(contract)
