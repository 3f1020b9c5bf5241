"""SQL text as a tree of tokens, and the tables that the migrations leave behind."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

TOKEN = re.compile(r"""\s+ | --[^\n]* | /\*.*?\*/ | \$(\w*)\$.*?\$\1\$ | '(?:[^']|'')*' | "(?:[^"]|"")*" | \$\d+ | \w+ | ::
                       | <> | <= | >= | != | \|\| | ->> | -> | .""", re.X | re.S)
KINDS = {"integer": "int", "bigint": "int", "smallint": "int", "int": "int", "int4": "int", "int8": "int", "boolean": "bool",
         "bool": "bool", "timestamptz": "time", "timestamp": "time", "text": "text", "uuid": "text", "varchar": "text",
         "character": "text", "xid8": "text", "name": "text", "json": "doc", "jsonb": "doc", "bytea": "doc"}
TABLE_CONSTRAINTS = ("constraint", "primary", "unique", "foreign", "check", "exclude", "like")


@dataclass(frozen=True)
class Column:
    """What a column holds.  kind is None when the text does not say."""
    kind: str | None
    item: str | None = None
    nullable: bool = False

    def optional(self, is_nullable=True):
        return replace(self, nullable=self.nullable or is_nullable)


def tokens(text):
    """Words and operators; what stands in parentheses is a list of its own.  Words are lower case, "quoted" ones keep theirs."""
    stack = [[]]
    for match in TOKEN.finditer(text):
        token = match[0]
        if token.isspace() or token.startswith(("--", "/*")):
            continue
        if token == "(":
            stack.append([])
        elif token == ")" and len(stack) > 1:
            group = stack.pop()
            stack[-1].append(group)
        elif match[1] is not None:
            stack[-1].append("''")
        else:
            stack[-1].append(token if token[0] in "'\"" else token.lower())
    return stack[0]


def is_name(token):
    return isinstance(token, str) and re.fullmatch(r'[a-z_]\w*|"[^"]+"', token) is not None


def unquoted(token):
    return token[1:-1] if token.startswith('"') else token


def split(items, separator=","):
    """Lists between the separators of this level."""
    parts = [[]]
    for item in items:
        if item == separator:
            parts.append([])
        else:
            parts[-1].append(item)
    return [part for part in parts if part]


def column_type(words):
    """text[] -> Column("list", "text")"""
    word = words[0] if words and isinstance(words[0], str) else ""
    kind = KINDS.get(word)
    is_list = len(words) > 2 and words[1] == "[" and words[2] == "]"
    return Column("list", kind) if is_list and kind else Column(kind)


def has(items, *words):
    """True when the words follow each other on this level."""
    return any(tuple(items[i:i + len(words)]) == words for i in range(len(items)))


class Schema:
    """Tables of one service: name -> {column: Column}."""

    def __init__(self, read_view):
        self.tables = {}
        self.read_view = read_view # (schema, tokens of a SELECT) -> {column: Column}

    def run(self, text):
        for statement in split(tokens(text), ";"):
            self.run_statement(statement)

    def run_statement(self, words):
        if words[:2] == ["create", "or"]:
            words = ["create", *words[3:]]
        if words[:2] == ["create", "table"]:
            self.create_table(words[5:] if words[2:5] == ["if", "not", "exists"] else words[2:])
        elif words[:2] == ["create", "view"] and "as" in words:
            self.tables[unquoted(words[2])] = self.read_view(self, words[words.index("as") + 1:])
        elif words[:2] == ["alter", "table"]:
            words = [word for word in words[2:] if word not in ("only", "if", "exists", "not")]
            for action in split(words[1:]):
                self.alter_table(unquoted(words[0]), action)

    def create_table(self, words):
        if len(words) < 2 or not isinstance(words[1], list):
            return # a partition
        columns = self.tables[unquoted(words[0])] = {}
        for part in split(words[1]):
            if part[0] not in TABLE_CONSTRAINTS:
                self.add_column(columns, part)
            elif "primary" in part:
                for name in split(part[part.index("primary") + 2]):
                    columns[unquoted(name[0])] = replace(columns[unquoted(name[0])], nullable=False)

    def add_column(self, columns, words):
        is_set = has(words, "not", "null") or has(words, "primary", "key") or has(words, "as", "identity")
        columns[unquoted(words[0])] = column_type(words[1:]).optional(not is_set)

    def alter_table(self, table, words):
        columns = self.tables.get(table)
        if columns is None or len(words) < 2:
            return
        verb, rest = words[0], words[2:] if words[1] == "column" else words[1:]
        name = unquoted(rest[0]) if is_name(rest[0]) else ""
        if verb == "add" and name not in TABLE_CONSTRAINTS:
            # "IF NOT EXISTS" lost its words above, and so did "NOT NULL" its first.
            columns[name] = column_type(rest[1:]).optional("null" not in rest and not has(rest, "primary", "key"))
        elif verb == "drop":
            columns.pop(name, None)
        elif verb == "rename" and words[1] == "to":
            self.tables[words[2]] = self.tables.pop(table)
        elif verb == "rename" and "to" in rest and name in columns:
            columns[unquoted(rest[rest.index("to") + 1])] = columns.pop(name)
        elif verb == "alter" and name in columns:
            self.alter_column(columns, name, rest[1:])

    def alter_column(self, columns, name, words):
        if words[-1:] == ["null"]:
            columns[name] = replace(columns[name], nullable=words[0] == "drop")
        elif "type" in words:
            columns[name] = column_type(words[words.index("type") + 1:]).optional(columns[name].nullable)


def load_schema(migrations, service, read_view):
    """What the platform's and the service's migrations make, in order of their names."""
    schema = Schema(read_view)
    for owner in ("platform", service):
        for path in sorted(Path(migrations).glob(f"{owner}/*.sql")):
            schema.run(path.read_text(encoding="utf-8"))
    return schema
