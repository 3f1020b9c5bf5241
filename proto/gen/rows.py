"""Row types that no TOML file spells out: what a statement answers is read from its text and the tables of the migrations."""

import re
from pathlib import Path

import out_queries
from model import COMMON, ContractError, Field, Struct, parse_type
from sql import Column, column_type, is_name, load_schema, split, tokens, unquoted

ENDS_OF_LIST = ("from", "where", "group", "having", "order", "limit", "offset", "for", "union", "window")
ENDS_OF_FROM = ENDS_OF_LIST[1:] + ("returning", "set", "values")
JOINS = ("join", "left", "right", "full", "inner", "cross", "outer", "lateral")
NOT_ALIASES = ENDS_OF_LIST + JOINS + ("on", "using", "as", "with", "set", "returning", "values", "default", "select")
COMPARISONS = ("=", "<", ">", "<=", ">=", "<>", "!=", "and", "or", "not", "is", "in", "like", "ilike", "between")
FUNCTIONS = {"count": "int", "nextval": "int", "row_number": "int", "cardinality": "int", "length": "int", "octet_length": "int",
             "strpos": "int", "exists": "bool", "now": "time", "lower": "text", "upper": "text", "tenant": "int"}
UNKNOWN = Column(None)


class Scope:
    """What names mean inside one SELECT, INSERT, UPDATE or DELETE."""

    def __init__(self, schema, outer=None):
        self.schema = schema
        self.with_queries = dict(outer.with_queries) if outer else {}
        self.outer = outer
        self.sources = {} # alias -> {column: Column}
        self.is_grouped = False # no group is empty: max() of it is as present as the column

    def table(self, name):
        return self.with_queries.get(name) or self.schema.tables.get(name, {})

    def column(self, name, alias=None):
        for source, columns in self.sources.items():
            if alias in (None, source) and name in columns:
                return columns[name]
        return self.outer.column(name, alias) if self.outer else UNKNOWN

    # ---- FROM

    def add_source(self, words, at, is_nullable):
        """One table, function or sub-select with its alias; returns where it ends."""
        if isinstance(words[at], list):
            columns, name, at = answer(self.schema, words[at], self), None, at + 1
        else:
            name, at = unquoted(words[at]), at + 1
            if words[at:at + 1] == ["."]:
                name, at = unquoted(words[at + 1]), at + 2
            columns = self.table(name)
            if at < len(words) and isinstance(words[at], list):
                columns, at = {}, at + 1 # a function
        while words[at:at + 1] in (["with"], ["ordinality"], ["as"]):
            at += 1
        if at < len(words) and is_name(words[at]) and words[at] not in NOT_ALIASES:
            name, at = unquoted(words[at]), at + 1
            if at < len(words) and isinstance(words[at], list):
                columns = {unquoted(part[0]): column_type(part[1:]) for part in split(words[at])} if not columns else \
                    dict(zip([unquoted(part[0]) for part in split(words[at])], columns.values()))
                at += 1
        self.sources[name or f"#{len(self.sources)}"] = {key: value.optional(is_nullable) for key, value in columns.items()}
        return at

    def add_from(self, words):
        at, is_nullable, wants_source = 0, False, True
        while at < len(words) and words[at] not in ENDS_OF_FROM:
            word = words[at]
            if word == "," or word in JOINS:
                is_nullable = word == "left" or is_nullable and word in ("outer", "join", "lateral")
                wants_source, at = True, at + 1
            elif word == "only":
                at += 1
            elif wants_source and (isinstance(word, list) or is_name(word)):
                at, wants_source, is_nullable = self.add_source(words, at, is_nullable), False, False
            else:
                at += 1 # a join's condition

    # ---- expressions

    def infer(self, words):
        if words[-2:-1] == ["::"] or words[-4:-3] == ["::"]:
            at = len(words) - 1 - words[::-1].index("::")
            if not any(word in (*COMPARISONS, "::", "||") for word in words[:at]):
                return column_type(words[at + 1:]).optional(self.infer(words[:at]).nullable)
        if words[0] == "case" and words[-1] == "end":
            return self.infer_case(words[1:-1])
        if len(words) == 1:
            return self.infer_word(words[0])
        if len(words) == 3 and words[1] == "." and is_name(words[0]):
            return self.column(unquoted(words[2]), unquoted(words[0]))
        if isinstance(words[0], str) and words[0] in FUNCTIONS and isinstance(words[1], list):
            return Column(FUNCTIONS[words[0]])
        if len(words) == 2 and isinstance(words[0], str) and isinstance(words[1], list):
            return self.infer_call(words[0], split(words[1]))
        if any(word in COMPARISONS for word in words if isinstance(word, str)):
            return Column("bool")
        if "||" in words:
            return Column("text")
        return UNKNOWN

    def infer_word(self, word):
        if isinstance(word, list):
            if word[:1] in (["select"], ["with"]):
                return next(iter(answer(self.schema, word, self).values()), UNKNOWN).optional()
            return self.infer(word) if word else UNKNOWN
        if re.fullmatch(r"\d+", word):
            return Column("int")
        if word in ("true", "false"):
            return Column("bool")
        if word == "null":
            return Column(None, nullable=True)
        return Column("text") if word.startswith("'") else self.column(unquoted(word)) if is_name(word) else UNKNOWN

    def infer_call(self, function, arguments):
        inner = [self.infer(argument) for argument in arguments]
        known = next((column for column in inner if column.kind), UNKNOWN)
        if function in ("min", "max"):
            return known.optional(not self.is_grouped)
        if function in ("coalesce", "greatest", "least"):
            return Column(known.kind, known.item, all(column.nullable for column in inner))
        return UNKNOWN

    def infer_case(self, words):
        """What the branches hold; nullable without ELSE or when a branch is."""
        branches, keyword = [], None
        for word in words:
            if word in ("when", "then", "else"):
                keyword = word
                if word != "when":
                    branches.append([])
            elif keyword in ("then", "else"):
                branches[-1].append(word)
        found = [self.infer(branch) for branch in branches]
        known = next((column for column in found if column.kind), UNKNOWN)
        return known.optional("else" not in words or any(column.nullable for column in found))


def read_with(scope, words):
    """Common table expressions; returns what follows them."""
    at = 2 if words[1:2] == ["recursive"] else 1
    while True:
        name, at = unquoted(words[at]), at + 1
        names = words[at] if isinstance(words[at], list) else None
        while not (isinstance(words[at], list) and words[at][:1] and words[at] is not names):
            at += 1
        columns = answer(scope.schema, words[at], scope)
        scope.with_queries[name] = dict(zip([unquoted(part[0]) for part in split(names)], columns.values())) if names else columns
        at += 1
        if words[at:at + 1] != [","]:
            return words[at:]
        at += 1


def name_of(words):
    """The column an item of a select list becomes, and its expression."""
    if len(words) > 2 and words[-2] == "as" and is_name(words[-1]):
        return unquoted(words[-1]), words[:-2]
    plain = words[:words.index("::")] if "::" in words else words
    if len(plain) in (1, 3) and is_name(plain[-1]) and (len(plain) == 1 or plain[1] == "."):
        return unquoted(plain[-1]), words
    return (plain[0] if is_name(plain[0]) else "?column?"), words


def answer(schema, words, outer=None):
    """Columns that a statement answers: name -> Column, in order."""
    scope = Scope(schema, outer)
    if words[:1] == ["with"]:
        words = read_with(scope, words)
    if words[:1] == ["select"]:
        at = next((i for i, word in enumerate(words) if word in ENDS_OF_LIST), len(words))
        listed = words[1:at]
        if listed[:1] == ["distinct"]:
            listed = listed[3:] if listed[1:2] == ["on"] else listed[1:]
        scope.is_grouped = "group" in words
        if words[at:at + 1] == ["from"]:
            scope.add_from(words[at + 1:])
    elif "returning" in words:
        at = words.index("returning")
        listed = words[at + 1:]
        begin = next(i for i, word in enumerate(words) if word in ("into", "update", "from")) + 1
        # INSERT INTO things (label): the list is no function's.
        scope.add_source([word for word in words[begin:at] if words[0] != "insert" or not isinstance(word, list)], 0, False)
        if words[0] != "insert" and "from" in words[begin:at]:
            scope.add_from(words[words.index("from", begin) + 1:at])
        if "using" in words[:at]:
            scope.add_from(words[words.index("using") + 1:at])
    else:
        return {}
    return {name: scope.infer(expression) for name, expression in map(name_of, split(listed)) if expression}


# ---- row types

def camel(column):
    head, *rest = column.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def field_of(row, name, column):
    is_known = column.kind and (column.kind != "list" or column.item)
    if not is_known:
        raise ContractError(f"{row}: the statement's text does not tell the type of column '{name}': cast it, or add a line "
                            f"'-- row: {name} int' below the name")
    return Field(camel(name), column.kind, column.item, required=not column.nullable, column=name, doc=f"Column {name}.")


def stated(statement):
    """The line "-- row: total int, data doc?" below a name: what the text does not tell."""
    columns = {}
    for part in statement.row_line.split(",") if statement.row_line else []:
        name, _, text = part.strip().partition(" ")
        kind, item, ref = parse_type(statement.where, text.strip().removesuffix("?"))
        if ref:
            raise ContractError(f"{statement.where}: a column is no struct")
        columns[name] = Column(kind, item, text.strip().endswith("?"))
    return columns


def merge(row, statements, schema):
    """One row type for all statements that name it: same columns; absent where one of them may leave it absent."""
    columns, notes = {}, {}
    for statement in statements:
        notes.update(stated(statement))
    for statement in statements:
        found = answer(schema, tokens(statement.sql))
        if columns and set(found) != set(columns):
            raise ContractError(f"{statement.where}: its columns differ from those of other statements with row type '{row}': "
                                f"{', '.join(sorted(set(found) ^ set(columns)))}")
        for name, column in found.items():
            before = columns.get(name, UNKNOWN)
            columns[name] = Column(before.kind or column.kind, before.item or column.item, before.nullable or column.nullable)
    unknown = sorted(set(notes) - set(columns))
    if unknown:
        raise ContractError(f"{statements[0].where}: row line names '{unknown[0]}', which is no column")
    return {name: notes.get(name, column) for name, column in columns.items()}


def infer(contract, services_dir, migrations_dir):
    """Add a row type for every name that statements use and no TOML file declares."""
    for service in contract.services:
        path = Path(services_dir) / service.name / "queries.sql"
        if service.name == COMMON or not path.is_file():
            continue
        wanted = {}
        for statement in out_queries.parse(path):
            if statement.row and statement.row not in contract.types:
                wanted.setdefault(statement.row, []).append(statement)
        schema = load_schema(migrations_dir, service.name, answer) if wanted else None
        for row, statements in wanted.items():
            where = statements[0].where
            fields = [field_of(where, name, column) for name, column in merge(row, statements, schema).items()]
            struct = Struct(row, fields, f"Row of {', '.join(s.name for s in statements[:4])}{' ...' if len(statements) > 4 else ''}.",
                            where, is_row=True)
            service.types[row] = contract.types[row] = struct
