"""What is sent: for every operation inputs that fit and inputs with one defect each, made from its declaration and a seed."""
from dataclasses import dataclass, field as member

from parity_values import LONG_TEXT, NOBODYS_ID, Ref, Values, json_text, out_of_bounds, wrong_types

UNKNOWN = "unheardOf"
FITTING = "fits"
KEY_PREFIX = "key-"
BIG_DOCUMENT_BYTES_MAX = 600000 # as JSON inside JSON it still is a body


@dataclass
class Case:
    operation: object
    kind: str                 # what is right or wrong with it
    arguments: dict
    who: str = "admin"
    dry_run: bool = False
    key: str | None = None    # idempotency key
    style: dict = member(default_factory=dict) # which of several spellings each surface uses
    n: int = 0                # place in its run: part of the request id

    @property
    def writes(self):
        return self.operation.tx == "write"

    def __str__(self):
        flags = "".join([" dry run" if self.dry_run else "", f" key {self.key!r}" if self.key is not None else ""])
        return f"{self.operation.id} ({self.kind}) as {self.who}{flags}: {self.arguments}"


class Cases:
    """Cases of one seed."""

    def __init__(self, registry, rng):
        self.registry, self.rng = registry, rng
        self.values = Values(registry, rng)
        self.n_keys = 0

    def make(self, operation, kind, arguments, who=None, **more):
        who = who or ("platform" if operation.scope == "platform" else "admin")
        rng = self.rng
        style = {"route": rng.randrange(len(operation.routes)), "if_match": rng.random() < 0.3, "profile": rng.random() < 0.25,
                 "session": rng.random() < 0.25, "text_ids": rng.random() < 0.7, "flags": rng.random() < 0.6, "camel": rng.random() < 0.2,
                 "meta_key": rng.random() < 0.5, "literals": rng.random() < 0.3}
        return Case(operation, kind, arguments, who=who, style=style, **more)

    def fitting(self, operation, **more):
        return self.make(operation, FITTING, self.values.input(operation, has_all=self.rng.random() < 0.2), **more)

    def least(self, operation):
        """What has to be sent, and nothing else."""
        wanted = {field.name for field in self.registry.fields(operation) if field.required or field.agent_required}
        return self.make(operation, FITTING, {name: value for name, value in self.values.input(operation).items() if name in wanted})

    def all_kinds(self, operation):
        """One case at least of every kind that the operation's declaration can have."""
        yield from (self.fitting(operation) for _ in range(4 if operation.tx == "write" else 2))
        yield from self.of_fields(operation)
        yield from self.of_rows(operation)
        yield from self.of_flags(operation)

    def bent(self, operation, kind, name, value):
        arguments = self.values.input(operation)
        arguments[name] = value
        return self.make(operation, kind, arguments)

    def of_fields(self, operation):
        for field in self.registry.fields(operation):
            name = field.name
            if field.required or field.agent_required:
                arguments = self.values.input(operation)
                del arguments[name]
                yield self.make(operation, f"{name} missing", arguments)
            yield self.bent(operation, f"{name} null", name, None)
            for value in wrong_types(field):
                yield self.bent(operation, f"{name} of a wrong type", name, value)
            for what, value in out_of_bounds(self.rng, field):
                yield self.bent(operation, f"{name} {what}", name, value)
            if field.kind in ("int", "text") and field.place != "path":
                yield self.bent(operation, f"{name} unreadable", name, 2**64 if field.kind == "int" else "a\0b")
            if field.kind == "struct":
                yield from self.of_members(operation, field)
            if field.kind == "doc" and field.doc_text:
                yield self.bent(operation, f"{name} as text", name, json_text(self.values.document(field)))
            if field.kind == "doc" and field.max and field.max <= BIG_DOCUMENT_BYTES_MAX:
                yield self.bent(operation, f"{name} too large", name, {"x": "x" * field.max})
        yield self.bent(operation, "unknown field", UNKNOWN, 1)

    def of_members(self, operation, field):
        for inner in self.registry.members(field):
            whole = self.values.fitting(operation, field)
            if inner.required:
                yield self.bent(operation, f"{field.name}.{inner.name} missing", field.name, {k: v for k, v in whole.items() if k != inner.name})
            for value in wrong_types(inner):
                yield self.bent(operation, f"{field.name}.{inner.name} of a wrong type", field.name, {**whole, inner.name: value})
            for what, value in out_of_bounds(self.rng, inner):
                yield self.bent(operation, f"{field.name}.{inner.name} {what}", field.name, {**whole, inner.name: value})
        yield self.bent(operation, f"{field.name} with an unknown field", field.name, {**self.values.fitting(operation, field), UNKNOWN: 1})

    def of_rows(self, operation):
        for field in self.registry.fields(operation):
            table = self.registry.table(operation, field)
            if table:
                foreign = Ref(table, self.rng.randrange(1000), is_foreign=True)
                is_list = field.kind == "list"
                yield self.bent(operation, f"{field.name} of nothing", field.name, [NOBODYS_ID] if is_list else NOBODYS_ID)
                arguments = {**self.values.input(operation), field.name: [foreign] if is_list else foreign}
                yield self.make(operation, f"{field.name} of another tenant", arguments)
            if field.name == "expectedVersion":
                for plus in (-1, 1, 1000):
                    arguments = self.values.input(operation)
                    arguments[field.name] = self.values.version(operation, arguments, plus)
                    yield self.make(operation, f"expectedVersion off by {plus}", arguments)

    def of_flags(self, operation):
        for _ in range(2 if operation.has("dry_run") else 1):
            yield self.make(operation, FITTING if operation.has("dry_run") else "dry run of what has none", self.values.input(operation), dry_run=True)
        if operation.has("idempotent"):
            for what, key in (("with a blank", "a b"), ("too long", LONG_TEXT * 3)):
                yield self.make(operation, f"idempotency key {what}", self.values.input(operation), key=key)

    def repeated(self, operation):
        """The same request twice under one key, then another under the same: three cases that stay together."""
        self.n_keys += 1
        first = self.fitting(operation, key=f"{KEY_PREFIX}{self.n_keys}")
        again = Case(**{**vars(first), "kind": "repeated"})
        other = self.fitting(operation, key=first.key)
        other.kind = "another request under the same key"
        return [first, again, other]

    def run(self, operations):
        """Everything once, in random order: groups of cases that stay together."""
        groups = []
        for operation in operations:
            groups += [[case] for case in self.all_kinds(operation)]
            groups += [self.repeated(operation) for _ in range(2) if operation.has("idempotent")]
        self.rng.shuffle(groups)
        return groups
