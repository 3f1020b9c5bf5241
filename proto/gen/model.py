"""The contract in memory: TOML files read into plain values, every unknown key refused by name."""

import tomllib
from dataclasses import dataclass, field as member
from pathlib import Path

import shorthand
import vocabulary
from naming import c_member, snake
from refusal import ContractError

COMMON = "common"
GATEWAY = "gateway"         # answers its operations itself: no process of its own
ANY_SERVICE = "*"
ID_MAX = 2147483647


@dataclass
class Field:
    name: str
    kind: str                 # bool int time text doc struct list
    item: str | None = None   # of a list: int text doc struct
    ref: str | None = None    # type named by struct and list of struct
    is_id: bool = False       # type id or list of id
    unlisted: bool = False    # a tool takes it without saying so: another field says the same
    slug: bool = False        # an id for which the row's slug may come
    required: bool = False
    nullable: bool = False
    min: int | None = None
    max: int | None = None
    choices: list | None = None
    pattern: str | None = None
    format: str | None = None
    default: object = None
    place: str = "body"       # body path query header mcp
    header: str | None = None
    doc_text: bool = False
    doc_object: bool = False
    secret: bool = False
    agent_required: bool = False
    raw: bool = False         # the whole body as it was sent
    code: str | None = None
    json: bool = False        # text that holds a JSON document
    meta: bool = False        # of a response: beside the data over REST
    doc: str = ""
    example: object = None
    column: str = ""

    @property
    def c_name(self):
        return c_member(self.name)


@dataclass
class Link:
    """What can be reached from a value of a type: an operation whose arguments the value has."""
    name: str
    operation: object         # id; the Operation once resolved
    arguments: dict           # request field -> field of the type
    doc: str
    where: str


@dataclass
class Struct:
    name: str
    fields: list
    doc: str = ""
    where: str = ""
    is_row: bool = False
    graphql: str | None = None
    links: list = member(default_factory=list)

    def field(self, name):
        return next((f for f in self.fields if f.name == name), None)


@dataclass
class Route:
    method: str
    path: str
    deprecated: bool = False

    @property
    def variables(self):
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{") and part.endswith("}")]

    def __str__(self):
        return f"{self.method} {self.path}"


@dataclass
class Event:
    name: str
    entity: str
    action: str
    summary: str
    scope: str
    payload: Struct
    where: str


@dataclass
class Error:
    code: str
    status: int
    title: str
    remediation: str
    retryable: bool
    where: str


@dataclass
class Operation:
    id: str
    service: str
    summary: str
    where: str
    request: Struct
    response: Struct          # own or shared
    description: str | None = None
    policy: str | None = None
    scope: str | None = None
    resource: str = "system"
    entity: str | None = None
    list_field: str | None = None
    audit: str | None = None
    routes: list = member(default_factory=list)
    mcp: str | None = None
    graphql: str | None = None
    graphql_type: str | None = None # name of its own response's type there
    cli: str | None = None
    status: int = 200
    tx: str = "none"
    flags: frozenset = frozenset()
    timeout_ms: int = 0
    body_max_bytes: int = 0
    cost: int = 1
    priority: str = "low"
    next_action: str | None = None
    actions: list = member(default_factory=list)
    own_errors: list = member(default_factory=list)
    errors: list = member(default_factory=list)
    events: list = member(default_factory=list)
    examples: list = member(default_factory=list)
    etag: str | None = None   # field of the response that is the ETag over REST
    job: dict = member(default_factory=dict) # kind, queue, policy: a job of the kind is done by this operation

    def has(self, flag):
        return flag in self.flags


@dataclass
class Service:
    name: str
    file: str
    summary: str
    types: dict
    operations: list
    events: list


@dataclass
class Contract:
    services: list            # common first, then in order of name
    errors: dict
    events: dict
    types: dict
    policy: dict
    policy_rules: list
    codes: dict
    info: dict
    gateway_routes: list      # (Route, summary): answered by the gateway itself
    resources: list           # tables; Resources and Prompts once mcp_model has read them
    prompts: list

    @property
    def operations(self):
        return [op for service in self.services for op in service.operations]


POLICY_KEYS = {"version", "admin", "key_scopes"}
POLICY_RULE_KEYS = {"operations", "scope", "also", "code", "original"}
FLAGS = ("idempotent", "dry_run", "batch", "internal", "public", "system", "priced", "bare", "destructive", "unlisted", "prepare", "complete", "slow", "traced", "narrow", "cross_origin")
FILE_KEYS = {"service", "summary", "type", "row", "operation", "event", "error", "resource", "prompt"}
COMMON_KEYS = FILE_KEYS | {"info", "defaults", "codes", "policy", "policy_rule", "gateway_route"}
OPERATION_KEYS = {
    "id", "service", "summary", "description", "rest", "aliases", "mcp", "graphql", "cli", "policy", "scope", "resource",
    "entity", "list", "status", "tx", "audit", "events", "errors", "timeout_ms", "body_max_bytes", "cost", "priority",
    "next_action", "actions", "examples", "request", "response", "job", "etag", *FLAGS}
FIELD_KEYS = {
    "type", "required", "optional", "nullable", "min", "max", "choices", "pattern", "format", "default", "in", "header",
    "doc_text", "doc_object", "secret", "agent_required", "raw", "code", "json", "meta", "doc", "example", "column", "slug", "unlisted"}
SCALARS = ("bool", "int", "id", "time", "text", "doc")


def refuse_unknown(where, table, known):
    unknown = sorted(set(table) - known)
    if unknown:
        raise ContractError(f"{where}: unknown key {', '.join(repr(k) for k in unknown)}")


def parse_type(where, text):
    """'list of struct x' -> (kind, item, ref)"""
    if text in SCALARS:
        return ("int" if text == "id" else text), None, None
    if text.startswith("list of "):
        kind, _, ref = parse_type(where, text.removeprefix("list of "))
        if kind in ("list", "bool", "time"):
            raise ContractError(f"{where}: a list holds id, int, text, doc or struct, not '{kind}'")
        return "list", kind, ref
    if text.startswith("struct "):
        return "struct", None, text.removeprefix("struct ").strip()
    raise ContractError(f"{where}: unknown type '{text}'")


def read_field(where, name, table, is_request):
    where = f"{where}: field '{name}'"
    if not isinstance(table, dict):
        raise ContractError(f"{where} is no table of keys")
    refuse_unknown(where, table, FIELD_KEYS)
    if "type" not in table:
        raise ContractError(f"{where} has no type")
    kind, item, ref = parse_type(where, table["type"])
    nullable = table.get("nullable", False)
    if is_request and "optional" in table or not is_request and "required" in table:
        raise ContractError(f"{where}: request fields say 'required', all others say 'optional'")
    required = table.get("required", False) if is_request else not (table.get("optional", False) or nullable)
    if required and nullable:
        raise ContractError(f"{where} is required and nullable: nullable means present as null when absent")
    keys = ("choices", "pattern", "format", "default", "header", "doc_text", "doc_object", "secret", "agent_required", "raw", "code",
            "json", "meta", "doc", "example")
    values = {key: table[key] for key in keys if key in table}
    is_id = table["type"] == "id"
    if table.get("slug") and not is_id:
        raise ContractError(f"{where} takes a slug, but is no id")
    return Field(name, kind, item, ref, table["type"].endswith("id"), table.get("unlisted", False), table.get("slug", False), required, nullable, table.get("min", 1 if is_id else None),
                 table.get("max", ID_MAX if is_id else None), place=table.get("in", "" if is_request else "body"), column=table.get("column", snake(name)), **values)


def read_struct(where, name, table, is_request=False, doc=""):
    fields = [read_field(where, key, value, is_request) for key, value in table.items()]
    return Struct(name, fields, doc, where)


def read_link(where, name, table):
    where = f"{where}: link '{name}'"
    refuse_unknown(where, table, {"operation", "arguments", "doc"})
    return Link(name, table.get("operation", ""), table.get("arguments", {}), table.get("doc", ""), where)


def read_type(where, name, table, is_row):
    refuse_unknown(where, table, {"doc", "fields"} if is_row else {"doc", "fields", "graphql", "links"})
    struct = read_struct(where, name, table.get("fields", {}), doc=table.get("doc", ""))
    struct.is_row = is_row
    struct.graphql = table.get("graphql")
    struct.links = [read_link(where, link, value) for link, value in table.get("links", {}).items()]
    return struct


def read_event(where, name, table):
    refuse_unknown(where, table, {"summary", "scope", "payload"})
    entity, _, action = name.rpartition(".")
    payload = read_struct(where, name.replace(".", "_") + "_event", table.get("payload", {}))
    return Event(name, entity, action, table.get("summary", ""), table.get("scope", ""), payload, where)


def read_error(where, code, table):
    refuse_unknown(where, table, {"status", "title", "remediation", "retryable"})
    return Error(code, table.get("status", 0), table.get("title", ""), table.get("remediation", ""),
                 table.get("retryable", False), where)


def read_route(where, text, deprecated=False):
    method, _, path = text.partition(" ")
    if method not in ("GET", "POST", "PUT", "PATCH", "DELETE") or not path.startswith("/"):
        raise ContractError(f"{where}: '{text}' is no route like \"GET /api/things\"")
    return Route(method, path, deprecated)


def read_routes(where, table):
    routes = [read_route(where, table["rest"])] if "rest" in table else []
    for alias in table.get("aliases", []):
        refuse_unknown(f"{where}: aliases", alias, {"rest", "deprecated"})
        routes.append(read_route(where, alias["rest"], alias.get("deprecated", False)))
    return routes


def place_fields(request, routes):
    """Path when every route has the variable; else query for GET and DELETE, body otherwise."""
    in_path = set.intersection(*(set(r.variables) for r in routes)) if routes else set()
    is_query = bool(routes) and routes[0].method in ("GET", "DELETE")
    for field in request.fields:
        if field.name in in_path:
            field.place = "path"
            field.required = True
        elif not field.place:
            field.place = "query" if is_query else "body"


def read_operation(file, service, table, defaults):
    where = f"{file}: operation '{table.get('id', '?')}'"
    refuse_unknown(where, table, OPERATION_KEYS)
    for key in ("id", "summary"):
        if key not in table:
            raise ContractError(f"{where} has no {key}")
    symbol = table["id"].replace(".", "_").replace("-", "_")
    routes = read_routes(where, table)
    request = read_struct(where, f"{symbol}_request", table.get("request", {}), is_request=True)
    place_fields(request, routes)
    response = table.get("response", {})
    if isinstance(response, dict):
        response = read_struct(where, f"{symbol}_response", response)
    for example in table.get("examples", []):
        refuse_unknown(f"{where}: examples", example, {"title", "request"})
    graphql, _, graphql_type = table.get("graphql", "").partition(": ")
    keys = ("description", "policy", "scope", "resource", "entity", "audit", "mcp", "cli", "status", "tx", "cost",
            "priority", "next_action", "actions", "events", "examples", "job", "etag")
    values = {key: table[key] for key in keys if key in table}
    return Operation(table["id"], table.get("service", service), table["summary"], where, request, response, routes=routes,
                     flags=frozenset(flag for flag in FLAGS if table.get(flag, False)),
                     timeout_ms=table.get("timeout_ms", defaults["timeout_ms"]),
                     body_max_bytes=table.get("body_max_bytes", defaults["body_max_bytes"]),
                     list_field=table.get("list"), graphql=graphql or None, graphql_type=graphql_type or None,
                     own_errors=table.get("errors", []), **values)


def read_service(path, tables, defaults):
    file = path.name
    refuse_unknown(file, tables, COMMON_KEYS if path.stem == COMMON else FILE_KEYS)
    types = {}
    for section in ("type", "row"):
        for name, table in tables.get(section, {}).items():
            if name in types:
                raise ContractError(f"{file}: {name} is declared as type and as row")
            types[name] = read_type(f"{file}: {section} '{name}'", name, table, section == "row")
    events = [read_event(f"{file}: event '{name}'", name, table) for name, table in tables.get("event", {}).items()]
    operations = [read_operation(file, path.stem, table, defaults) for table in tables.get("operation", [])]
    return Service(path.stem, file, tables.get("summary", ""), types, operations, events)


def merge(parts, what):
    """One dictionary out of several; a name declared twice is refused."""
    merged = {}
    for where, names in parts:
        for name, value in names.items():
            if name in merged:
                raise ContractError(f"{where}: {what} '{name}' is declared twice")
            merged[name] = value
    return merged


def resolve_responses(services, types):
    for operation in (op for service in services for op in service.operations):
        if isinstance(operation.response, str):
            if operation.response not in types:
                raise ContractError(f"{operation.where}: response type '{operation.response}' is not declared")
            operation.response = types[operation.response]


def resolve_links(services, types):
    operations = {operation.id: operation for service in services for operation in service.operations}
    for link in (link for struct in types.values() for link in struct.links):
        if link.operation not in operations:
            raise ContractError(f"{link.where}: operation '{link.operation}' is not declared")
        link.operation = operations[link.operation]


def policy_rule_of(rules, policy):
    """First rule with a pattern ('tenant.*', '*.read', '*') that fits."""
    for rule in rules:
        for pattern in rule["operations"]:
            head, _, tail = pattern.partition("*")
            if policy.startswith(head) and policy.endswith(tail):
                return rule
    return None


def struct_codes(struct):
    return [field.code for field in struct.fields if field.code]


def complete_errors(operation, codes, rules):
    """Own codes, those of its fields, and the ones every operation of its kind can answer."""
    wanted = list(operation.own_errors) + struct_codes(operation.request) + list(codes["every"])
    if not operation.has("internal"):
        wanted += codes["surface"]
        if any(f.place == "body" for f in operation.request.fields):
            wanted += codes["body"] + ([] if any(f.raw for f in operation.request.fields) else codes.get("body_that_is_read", []))
    if not operation.has("internal") and not operation.has("public"):
        wanted += codes["authenticated"]
        wanted += codes.get("versioned", []) if any(f.header == "if-match" for f in operation.request.fields) and operation.tx == "write" else []
        wanted += codes.get("authenticated_change", []) if any(r.method != "GET" for r in operation.routes) else []
        wanted += codes.get("authenticated_write", []) if operation.tx == "write" else []
        rule = policy_rule_of(rules, operation.policy or "")
        wanted += [rule["code"]] if rule else []
    for flag in ("idempotent", "priced"):
        if operation.has(flag):
            wanted += codes[flag]
    operation.errors = list(dict.fromkeys(wanted))


def read_gateway_route(table):
    where = f"{COMMON}.toml: gateway_route"
    refuse_unknown(where, table, {"rest", "summary"})
    return read_route(where, table["rest"]), table["summary"]


def load(proto_dir):
    """Read every proto/*.toml.  Raises ContractError; what may be said at all is checked in check.py."""
    paths = sorted(Path(proto_dir).glob("*.toml"), key=lambda p: (p.stem != COMMON, p.stem))
    raw = {}
    for path in paths:
        try:
            raw[path] = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as problem:
            raise ContractError(f"{path.name}: {problem}") from problem
    common = next((tables for path, tables in raw.items() if path.stem == COMMON), None)
    if common is None:
        raise ContractError("common.toml is missing")
    shorthand.write_out(raw)
    vocabulary.write_out(raw)
    refuse_unknown(f"{COMMON}.toml: policy", common.get("policy", {}), POLICY_KEYS)
    for rule in common.get("policy_rule", []):
        refuse_unknown(f"{COMMON}.toml: policy_rule '{rule.get('scope', '?')}'", rule, POLICY_RULE_KEYS)
    services = [read_service(path, tables, common["defaults"]) for path, tables in raw.items()]
    errors = merge([(path.name, {code: read_error(f"{path.name}: error '{code}'", code, table)
                                 for code, table in tables.get("error", {}).items()})
                    for path, tables in raw.items()], "error")
    events = merge([(s.file, {e.name: e for e in s.events}) for s in services], "event")
    types = merge([(s.file, s.types) for s in services], "type")
    resolve_responses(services, types)
    resolve_links(services, types)
    contract = Contract(services, errors, events, types, common["policy"], common.get("policy_rule", []), common["codes"], common["info"],
                        [read_gateway_route(table) for table in common.get("gateway_route", [])],
                        *([(path.name, table) for path, tables in raw.items() for table in tables.get(key, [])] for key in ("resource", "prompt")))
    for operation in contract.operations:
        complete_errors(operation, contract.codes, contract.policy_rules)
    return contract
