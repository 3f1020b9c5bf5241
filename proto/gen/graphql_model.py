"""The GraphQL schema in memory: what the contract's operations and types become there, and what they must not."""

import re
from dataclasses import dataclass, field as member

from model import ContractError

INT32 = (-2**31, 2**31 - 1)
LIST_NAME = "nodes"
DRY_RUN = "dryRun"
SCALARS = {
    "DateTime": "A time as ISO-8601 text in UTC, such as 2026-01-01T00:00:00.000Z.",
    "JSON": "Any JSON value.",
    "Long": "An integer of 64 bits as a JSON number."}


@dataclass
class Argument:
    name: str
    type: str
    doc: str
    default: str | None = None


@dataclass
class Output:
    """One field of an object: a member of its struct, or what a link or a root field asks an operation for."""
    name: str
    type: str
    doc: str
    arguments: list = member(default_factory=list)


@dataclass
class Object:
    name: str
    doc: str
    struct: object
    where: str
    list_field: str | None = None # member shown as nodes
    outputs: list = member(default_factory=list)
    links: list = member(default_factory=list)


@dataclass
class Enum:
    name: str
    doc: str
    values: dict              # GraphQL name -> choice


@dataclass
class Input:
    name: str
    doc: str
    struct: object
    arguments: list = member(default_factory=list)


def refuse(where, problem):
    raise ContractError(f"{where}: {problem}")


def pascal(name):
    """content_item, contentItem -> ContentItem"""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def enum_name(choice):
    """A legal name for a choice: audit:read -> audit_read, 1h -> _1h."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", choice)
    return "_" + name if not name or name[0].isdigit() or name in ("true", "false", "null") else name


def literal(value, values=None):
    """A value in GraphQL's own syntax; values: names of an enum."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, int):
        return str(value)
    if values:
        return next(name for name, choice in values.items() if choice == value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


class Schema:
    """Walks what the operations with a graphql key can reach; names are given once and refused twice."""

    def __init__(self, contract):
        self.contract = contract
        self.objects, self.inputs, self.enums = {}, {}, {}
        self.by_choices = {}  # (choices, field name) -> Enum
        self.taken = {name: "a scalar" for name in (*SCALARS, "ID", "Int", "Float", "String", "Boolean")}
        self.taken |= {"Query": "the root", "Mutation": "the root", "Subscription": "the root"}
        self.roots = {"query": [], "mutation": []}
        self.operations = [op for op in contract.operations if op.graphql]
        for operation in self.operations:
            self.check_operation(operation)
            self.object_of(operation)
        for operation in self.operations:
            kind, _, name = operation.graphql.partition(" ")
            doc = operation.description or operation.summary
            doc += f"\n\nNeeds the scope {operation.scope}." if operation.scope else ""
            self.roots[kind].append(self.call(name, operation, {}, doc))

    # ---- names

    def take(self, name, where, what):
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
            refuse(where, f"GraphQL type name '{name}' is not PascalCase")
        if self.taken.setdefault(name, what) != what:
            refuse(where, f"GraphQL type name '{name}' is also that of {self.taken[name]}")
        return name

    def check_operation(self, operation):
        kind, _, name = operation.graphql.partition(" ")
        if kind not in self.roots or not re.fullmatch(r"[a-z][A-Za-z0-9]*", name):
            refuse(operation.where, f"graphql '{operation.graphql}' is no \"query things\" or \"mutation makeThing: Made\"")
        if operation.tx == "write" and kind == "query":
            refuse(operation.where, f"graphql '{operation.graphql}' is a query that writes")
        if operation.has("dry_run") and operation.request.field(DRY_RUN):
            refuse(operation.where, f"request field '{DRY_RUN}' is GraphQL's own on an operation with a dry run")
        if operation.graphql_type and operation.response.name in self.contract.types:
            refuse(operation.where, f"names its GraphQL type, but answers the type '{operation.response.name}'")

    # ---- types of fields

    def scalar(self, field, owner):
        kind = field.item if field.kind == "list" else field.kind
        if field.is_id:
            return "ID"
        if field.json or kind == "doc":
            return "JSON"
        if kind == "int":
            low, high = (None, None) if field.kind == "list" else (field.min, field.max)
            return "Int" if low is not None and high is not None and INT32[0] <= low and high <= INT32[1] else "Long"
        if field.choices and field.kind != "list": # of lists they are told, and judged by the service
            return self.enum_of(field, owner).name
        return {"bool": "Boolean", "time": "DateTime", "text": "String"}[kind]

    def enum_of(self, field, owner):
        key = (tuple(field.choices), field.name)
        if key not in self.by_choices:
            values = {}
            for choice in field.choices:
                if values.setdefault(enum_name(choice), choice) != choice:
                    refuse(owner.where, f"choices '{choice}' and '{values[enum_name(choice)]}' of '{field.name}' have one GraphQL name")
            name = self.take(owner.name.removesuffix("Input") + pascal(field.name), owner.where, f"field '{field.name}' of {owner.name}")
            self.by_choices[key] = self.enums[name] = Enum(name, field.doc, values)
        return self.by_choices[key]

    def type_text(self, field, owner, ref):
        name = ref(self.contract.types[field.ref]).name if field.ref else self.scalar(field, owner)
        return f"[{name}!]" if field.kind == "list" else name

    # ---- outputs

    def object_of(self, operation):
        """The type a root field answers."""
        response, name = operation.response, operation.graphql.partition(" ")[2]
        if response.name in self.contract.types:
            return self.object(response)
        kind = operation.graphql.partition(" ")[0]
        own = operation.graphql_type or pascal(name) + ("Page" if operation.list_field else "Result" if kind == "mutation" else "")
        doc = f"A page of {name}." if operation.list_field else f"What {name} answers."
        return self.add_object(own, doc, response, operation.where, operation.list_field)

    def object(self, struct):
        return self.add_object(struct.graphql or pascal(struct.name), struct.doc, struct, struct.where)

    def add_object(self, name, doc, struct, where, list_field=None):
        if name in self.objects and self.objects[name].struct is struct:
            return self.objects[name]
        self.take(name, where, f"struct {struct.name}")
        if not struct.fields:
            refuse(where, f"GraphQL type '{name}' has no fields")
        made = self.objects[name] = Object(name, doc, struct, where, list_field)
        for field in struct.fields:
            shown = LIST_NAME if field.name == list_field else field.name
            text = self.type_text(field, made, self.object)
            made.outputs.append(Output(shown, text + "!" if field.required else text, field.doc))
        for link in struct.links:
            self.add_link(made, link)
        names = [output.name for output in made.outputs]
        for twice in {n for n in names if names.count(n) > 1}:
            refuse(where, f"GraphQL field '{twice}' of '{name}' is declared twice")
        return made

    def add_link(self, owner, link):
        operation = link.operation
        if not link.doc or not re.fullmatch(r"[a-z][A-Za-z0-9]*", link.name):
            refuse(link.where, "needs a doc and a camelCase name")
        if not operation.graphql or not operation.graphql.startswith("query "):
            refuse(link.where, f"operation '{operation.id}' is no GraphQL query")
        if not operation.has("batch"):
            refuse(link.where, f"operation '{operation.id}' is not batch: a list would cost a statement for each of its rows")
        for argument, source in link.arguments.items():
            taken, given = operation.request.field(argument), owner.struct.field(source)
            if taken is None or given is None:
                refuse(link.where, f"'{argument}' is no request field of '{operation.id}', or '{source}' no field of the type")
            if (taken.kind, taken.is_id) != (given.kind, given.is_id) or taken.kind not in ("int", "text"):
                refuse(link.where, f"'{argument}' and '{source}' are not both ids, ints or texts")
        if not link.arguments:
            refuse(link.where, "has no arguments: nothing ties it to the value it hangs on")
        owner.links.append(link)
        owner.outputs.append(self.call(link.name, operation, link.arguments, link.doc))

    def call(self, name, operation, bound, doc):
        """A field that asks an operation.  Nullable: what fails is null, and its neighbours stay."""
        owner = Input(pascal(operation.graphql.partition(" ")[2]), "", operation.request)
        owner.where = operation.where
        arguments = [self.argument(f, owner) for f in operation.request.fields if f.name not in bound and f.place != "mcp"]
        if operation.has("dry_run"):
            arguments.append(Argument(DRY_RUN, "Boolean!", "Do everything but keep nothing; extensions.dryRun tells what would have happened.", "false"))
        return Output(name, self.object_of(operation).name, doc, arguments)

    # ---- inputs

    def argument(self, field, owner):
        text = self.type_text(field, owner, self.input)
        default = None
        if field.default is not None and field.kind != "doc": # graphql-js prints no schema with an object as default
            default = literal(field.default, self.enum_of(field, owner).values if field.choices and field.kind != "list" else None)
        return Argument(field.name, text + "!" if field.required else text, field.doc, default)

    def input(self, struct):
        name = (struct.graphql or pascal(struct.name)) + "Input"
        if name not in self.inputs:
            self.take(name, struct.where, f"struct {struct.name} in requests")
            made = self.inputs[name] = Input(name, struct.doc, struct)
            made.where = struct.where
            made.arguments = [self.argument(field, made) for field in struct.fields]
        return self.inputs[name]
