"""The registry as the parity tests read it: proto/*.toml through the generator's own reader, so no operation is named here."""
import functools
import os
import re
import sys

from system import REPO

sys.path.insert(0, os.path.join(REPO, "proto/gen"))

import graphql_model
import model
from naming import snake
from parity_exceptions import NOT_COMPARED, NOT_SENT

# Tables that neither a path nor a name tells: of what an operation's path names, and of what it answers.
NAMED = {"content.items.restore": "content_items_deleted", "payments.licenses.get": "license_policies"}
ANSWERED = {"workflow.transitions.create": "workflow_transitions", "payments.licenses.create": "license_policies"}


def plural(entity):
    return entity[:-1] + "ies" if re.search("[^aeiou]y$", entity) else entity + "s"


class Registry:
    """operations: all public ones, in the registry's order.  compared: those whose worlds are judged."""

    def __init__(self, proto=os.path.join(REPO, "proto")):
        self.contract = model.load(proto)
        self.schema = graphql_model.Schema(self.contract)
        self.operations = [op for op in self.contract.operations if op.routes]
        self.compared = [op for op in self.operations if not op.id.startswith(tuple(NOT_COMPARED))]
        self.roots = {f"{kind} {root.name}": root for kind, roots in self.schema.roots.items() for root in roots}
        self.entities = {op.audit.split()[1] for op in self.operations if op.audit}
        self.created = {op.audit.split()[1] for op in self.operations if op.audit and op.audit.split()[0] == "create"}

    def fields(self, operation):
        """What a caller may send."""
        return [field for field in operation.request.fields if field.place != "mcp" and field.name not in NOT_SENT]

    def members(self, field):
        """Fields of the struct that a field holds, itself or in a list."""
        return self.contract.types[field.ref].fields

    @functools.lru_cache(None)
    def _made_at(self, path):
        """The entity that POST to this path creates, or None."""
        for operation in self.operations:
            action, _, entity = (operation.audit or "").partition(" ")
            if action == "create" and any(route.method == "POST" and route.path == path for route in operation.routes):
                return entity
        return None

    def table(self, operation, field):
        """The table whose ids a field takes: what is created at the path before the variable, or what its name says."""
        for route in operation.routes:
            if field.name in route.variables:
                if operation.id in NAMED:
                    return NAMED[operation.id]
                entity = self._made_at(route.path.partition("/{" + field.name + "}")[0])
                if entity:
                    return plural(entity)
        if field.is_id and field.name == "after": # of a list: the last of the page before
            entity = self._made_at(operation.routes[0].path)
            return plural(entity) if entity else None
        if field.is_id and field.name in ("id", "ids"): # of a batch, or of one of its entries
            return plural(operation.audit.split()[1]) if operation.audit and not self.is_of_no_row(operation) else None
        named = snake(field.name.removesuffix("Id"))
        return plural(named) if field.name.endswith("Id") and named in self.entities else None

    def is_of_no_row(self, operation):
        """Its id names something that no operation creates, so it is the same in every world."""
        return bool(operation.audit) and operation.audit.split()[1] not in self.created

    def target(self, operation):
        """The field that names the row an operation is about, and its table; (None, None) when it has none."""
        for field in self.fields(operation):
            if field.name == operation.entity and field.kind == "int" and self.table(operation, field):
                return field, self.table(operation, field)
        return None, None

    def answered(self, operation):
        """The table of the row that an operation answers."""
        return ANSWERED.get(operation.id) or self.target(operation)[1]

    def error_status(self, code):
        error = self.contract.errors.get(code)
        return error.status if error else None

    # ---- GraphQL

    def argument_types(self, operation):
        return {argument.name: argument.type for argument in self.roots[operation.graphql].arguments}

    @functools.lru_cache(None)
    def selection(self, type_name):
        """Every field of an object down to its leaves; links lead to other operations."""
        made = self.schema.objects[type_name]
        links = {link.name for link in made.links}
        parts = []
        for output in made.outputs:
            inner = re.sub(r"[\[\]!]", "", output.type)
            if output.name not in links:
                parts.append(f"{output.name} {self.selection(inner)}" if inner in self.schema.objects else output.name)
        return "{ " + " ".join(parts) + " }"

    def enum_name(self, choice):
        return graphql_model.enum_name(choice)
