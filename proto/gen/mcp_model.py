"""Resources and prompts: what the files say, and what they must not say; fields that only MCP fills or reads."""

import re
from dataclasses import dataclass, field as member

from model import ContractError, refuse_unknown

PLACE = re.compile(r"\{([a-z][A-Za-z0-9]*)(?:\.([a-z][A-Za-z0-9]*))?\}")
VARIABLE = re.compile(r"\{([^}]*)\}")
READ_TEXT_MAX = 20000

# name -> (kind, item, ref): fields with in = "mcp" travel between the MCP surface and the operation only.
REQUEST_FIELDS = {
    "inputResponses": ("doc", None, None), "requestState": ("text", None, None), "clientCapabilities": ("doc", None, None)}
RESPONSE_FIELDS = {
    "inputRequests": ("list", "struct", "mcp_input_request"), "requestState": ("text", None, None),
    "notices": ("list", "struct", "mcp_notice"), "content": ("list", "doc", None), "contents": ("list", "doc", None),
    "messages": ("list", "doc", None)}


@dataclass
class Completion:
    """Where values of an argument come from: a closed set, or a field of what an operation lists."""
    choices: list
    operation: object = None # id; the Operation once resolved
    value: str | None = None # field of each listed thing


@dataclass
class Resource:
    uri: str
    name: str
    title: str
    description: str
    mime: str
    operation: object         # id; the Operation once resolved
    request: dict             # fixed inputs
    events: list              # what changes it: "content_item.*"
    entity: str | None        # variable that is the entity of those events
    complete: dict            # variable -> Completion
    where: str

    @property
    def variables(self):
        return VARIABLE.findall(self.uri)


@dataclass
class Argument:
    name: str
    doc: str
    required: bool
    complete: Completion


@dataclass
class Read:
    """An operation asked before a prompt's text is filled in."""
    name: str
    operation: object
    request: dict             # request field -> text with {argument}


@dataclass
class Prompt:
    name: str
    title: str
    description: str
    arguments: list
    where: str
    text: str | None = None
    by: str | None = None     # argument that chooses one of texts
    texts: dict = member(default_factory=dict)
    reads: list = member(default_factory=list)
    operation: object = None  # answers the messages itself

    def argument(self, name):
        return next((a for a in self.arguments if a.name == name), None)

    @property
    def all_texts(self):
        return [self.text] if self.text is not None else list(self.texts.values())


# ---- reading

def read_completion(where, table):
    if not table:
        return Completion([])
    refuse_unknown(where, table, {"operation", "value"})
    return Completion([], table.get("operation"), table.get("value"))


def read_resource(file, table):
    where = f"{file}: resource '{table.get('uri', '?')}'"
    refuse_unknown(where, table, {"uri", "name", "title", "description", "mime", "operation", "request", "events", "entity", "complete"})
    complete = {name: read_completion(f"{where}: complete '{name}'", value) for name, value in table.get("complete", {}).items()}
    return Resource(table.get("uri", ""), table.get("name", ""), table.get("title", ""), table.get("description", ""),
                    table.get("mime", "application/json"), table.get("operation", ""), table.get("request", {}),
                    table.get("events", []), table.get("entity"), complete, where)


def read_argument(where, name, table):
    where = f"{where}: argument '{name}'"
    refuse_unknown(where, table, {"doc", "required", "choices", "complete"})
    completion = read_completion(where, table.get("complete", {}))
    completion.choices = table.get("choices", [])
    return Argument(name, table.get("doc", ""), table.get("required", False), completion)


def read_prompt(file, table):
    where = f"{file}: prompt '{table.get('name', '?')}'"
    refuse_unknown(where, table, {"name", "title", "description", "arguments", "text", "by", "texts", "read", "operation"})
    reads = []
    for name, value in table.get("read", {}).items():
        refuse_unknown(f"{where}: read '{name}'", value, {"operation", "request"})
        reads.append(Read(name, value.get("operation", ""), value.get("request", {})))
    return Prompt(table.get("name", ""), table.get("title", ""), table.get("description", ""),
                  [read_argument(where, name, value) for name, value in table.get("arguments", {}).items()], where,
                  table.get("text"), table.get("by"), table.get("texts", {}), reads, table.get("operation"))


# ---- what must not be said

def refuse(where, problem):
    raise ContractError(f"{where}: {problem}")


def find_operation(where, contract, operation_id):
    operation = next((op for op in contract.operations if op.id == operation_id), None)
    if operation is None:
        refuse(where, f"operation '{operation_id}' is not declared")
    if operation.has("internal"):
        refuse(where, f"operation '{operation_id}' is internal")
    return operation


def find_read(where, contract, operation_id):
    operation = find_operation(where, contract, operation_id)
    if operation.tx == "write":
        refuse(where, f"operation '{operation_id}' writes: reading must not")
    return operation


def resolve_completion(where, contract, completion):
    if completion.operation is None:
        return
    operation = completion.operation = find_read(where, contract, completion.operation)
    listed = operation.response.field(operation.list_field) if operation.list_field else None
    item = contract.types.get(listed.ref) if listed is not None and listed.ref else None
    value = item.field(completion.value) if item else None
    if value is None or value.kind not in ("int", "text"):
        refuse(where, f"'{completion.value}' is no text or int of what '{operation.id}' lists")


def check_names(where, thing):
    for key in ("name", "title", "description"):
        if not getattr(thing, key):
            refuse(where, f"has no {key}")
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", thing.name):
        refuse(where, f"name '{thing.name}' is not lower case with - or _")


def check_resource(resource, contract):
    where = resource.where
    check_names(where, resource)
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^\s]+", resource.uri):
        refuse(where, "the uri is not scheme://path")
    operation = resource.operation = find_read(where, contract, resource.operation)
    for name in [*resource.variables, *resource.request]:
        request_field = operation.request.field(name)
        if request_field is None or request_field.kind not in ("int", "text", "bool"):
            refuse(where, f"'{name}' is no text, int or bool of the request of '{operation.id}'")
    for request_field in operation.request.fields:
        if request_field.required and request_field.name not in resource.variables and request_field.name not in resource.request:
            refuse(where, f"leaves out '{request_field.name}', which '{operation.id}' requires")
    for pattern in resource.events:
        entity, _, action = pattern.partition(".")
        if not any(e.entity == entity and action in ("*", e.action) for e in contract.events.values()):
            refuse(where, f"event {pattern} is not declared")
    if resource.entity and resource.entity not in resource.variables:
        refuse(where, f"entity '{resource.entity}' is no variable of the uri")
    for name, completion in resource.complete.items():
        if name not in resource.variables:
            refuse(where, f"complete '{name}' is no variable of the uri")
        resolve_completion(where, contract, completion)


def check_place(prompt, contract, name, part):
    if part is None:
        if prompt.argument(name) is None:
            refuse(prompt.where, f"the text names {{{name}}}, which is no argument")
        return
    read = next((r for r in prompt.reads if r.name == name), None)
    if read is None or read.operation.response.field(part) is None:
        refuse(prompt.where, f"the text names {{{name}.{part}}}, which nothing reads")


def check_prompt_text(prompt, contract):
    if (prompt.text is None) == (not prompt.texts):
        refuse(prompt.where, "needs either operation, or text, or by and texts")
    if prompt.texts:
        chooser = prompt.argument(prompt.by or "")
        if chooser is None or not chooser.required:
            refuse(prompt.where, f"by '{prompt.by}' is no required argument")
        if sorted(chooser.complete.choices) != sorted(prompt.texts):
            refuse(prompt.where, f"texts are not the choices of '{prompt.by}'")
    for read in prompt.reads:
        read.operation = find_read(prompt.where, contract, read.operation)
        for name, value in read.request.items():
            if read.operation.request.field(name) is None:
                refuse(prompt.where, f"read '{read.name}': '{name}' is no request field of '{read.operation.id}'")
            for argument, _ in PLACE.findall(value):
                check_place(prompt, contract, argument, None)
    for text in prompt.all_texts:
        if not text or len(text.encode()) > READ_TEXT_MAX:
            refuse(prompt.where, f"a text has not 1..{READ_TEXT_MAX} bytes")
        for name, part in PLACE.findall(text):
            check_place(prompt, contract, name, part or None)


def check_prompt(prompt, contract):
    check_names(prompt.where, prompt)
    for argument in prompt.arguments:
        if not argument.doc:
            refuse(prompt.where, f"argument '{argument.name}' has no doc")
        resolve_completion(f"{prompt.where}: argument '{argument.name}'", contract, argument.complete)
    if prompt.operation is None:
        check_prompt_text(prompt, contract)
        return
    if prompt.text is not None or prompt.texts or prompt.reads:
        refuse(prompt.where, "has an operation that answers its messages: text, texts and read add nothing")
    operation = prompt.operation = find_operation(prompt.where, contract, prompt.operation)
    if operation.response.field("messages") is None:
        refuse(prompt.where, f"operation '{operation.id}' answers no messages")
    for argument in prompt.arguments:
        if operation.request.field(argument.name) is None:
            refuse(prompt.where, f"argument '{argument.name}' is no request field of '{operation.id}'")


def check_mcp_fields(struct, known, what):
    for request_field in struct.fields:
        if request_field.place != "mcp":
            continue
        where = f"{struct.where}: field '{request_field.name}'"
        if known.get(request_field.name) != (request_field.kind, request_field.item, request_field.ref):
            refuse(where, f"travels over MCP only, which knows no such field of a {what}")
        if what == "request" and request_field.required:
            refuse(where, "travels over MCP only and is required: no other surface could call the operation")


def check_tools(contract):
    for operation in contract.operations:
        check_mcp_fields(operation.request, REQUEST_FIELDS, "request")
        check_mcp_fields(operation.response, RESPONSE_FIELDS, "response")
        if operation.mcp and not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", operation.mcp):
            refuse(operation.where, f"mcp '{operation.mcp}' is not snake_case")
        if operation.has("unlisted") and not operation.mcp:
            refuse(operation.where, "unlisted needs an mcp name")
        if operation.has("destructive") and operation.tx != "write":
            refuse(operation.where, "destructive needs tx = \"write\"")


def check_unique(things, key):
    taken = set()
    for thing in things:
        name = VARIABLE.sub("{}", getattr(thing, key))
        if name in taken:
            refuse(thing.where, f"{key} '{getattr(thing, key)}' is declared twice")
        taken.add(name)


def check(contract):
    """Raises ContractError; operations named by id are the Operations themselves afterwards."""
    check_tools(contract)
    for resource in contract.resources:
        check_resource(resource, contract)
    for prompt in contract.prompts:
        check_prompt(prompt, contract)
    check_unique(contract.resources, "uri")
    check_unique(contract.resources, "name")
    check_unique(contract.prompts, "name")
