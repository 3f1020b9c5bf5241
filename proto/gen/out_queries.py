"""<service>_queries.h and .c: the named statements of services/<service>/queries.sql."""

import re
from dataclasses import dataclass
from pathlib import Path

from ctext import NOTICE, comment, literal
from model import COMMON, ContractError

NAME_LINE = re.compile(r"^--\s*name:\s*(\S+)\s+:(\w+)(?:\s+([^\s=]+))?(?:\s*=\s*(\w+)\((.*)\))?\s*$")
TEMPLATE_LINE = re.compile(r"^--\s*template:\s*(\w+)\((.*)\)\s*$")
ROW_LINE = re.compile(r"^--\s*row:\s*(.*?)\s*$")
KINDS = ("find", "list", "exec")


@dataclass
class Statement:
    name: str
    kind: str
    row: str | None
    comment: list
    sql: str
    where: str
    row_line: str = ""             # of "-- row:": types of columns that the text does not tell
    template: str | None = None    # of "= template(a | b)"
    arguments: list | None = None
    parameters: list | None = None # of "-- template:": this is one


def strip_literals(sql):
    """SQL with string literals and comments blanked, so that words in them are not mistaken for syntax."""
    return re.sub(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", " ", sql, flags=re.S)


def filled(template, arguments, where):
    """The template's SQL with {parameter} replaced by the arguments of a name line, which stand between bars."""
    if len(arguments) != len(template.parameters):
        raise ContractError(f"{where}: template '{template.name}' takes {len(template.parameters)} arguments, not {len(arguments)}")
    sql = template.sql
    for parameter, argument in zip(template.parameters, arguments):
        sql = sql.replace("{" + parameter + "}", argument)
    return sql


class Reader:
    """Line by line through one queries.sql."""

    def __init__(self, path):
        self.file = f"{path.parent.name}/{path.name}"
        self.statements, self.templates, self.current = [], {}, None

    def begin(self, statement):
        if self.current and self.current.arguments is not None:
            self.end()
        if self.current:
            raise ContractError(f"{self.current.where} does not end with ';'")
        self.current = statement

    def end(self):
        statement, self.current = self.current, None
        if statement.arguments is not None:
            if statement.template not in self.templates:
                raise ContractError(f"{statement.where}: no template '{statement.template}' above it")
            statement.sql = filled(self.templates[statement.template], statement.arguments, statement.where)
        statement.sql = statement.sql.strip().removesuffix(";")
        if statement.parameters is not None:
            self.templates[statement.name] = statement
        else:
            self.statements.append(statement)

    def take_comment(self, line):
        row = ROW_LINE.match(line)
        if row:
            self.current.row_line = row[1]
        else:
            self.current.comment.append(line.lstrip("- ").rstrip())

    def take(self, number, line):
        where = f"{self.file}:{number}"
        name, template = NAME_LINE.match(line), TEMPLATE_LINE.match(line)
        if name:
            arguments = [part.strip() for part in name[5].split(" | ")] if name[4] else None
            self.begin(Statement(name[1], name[2], name[3], [], "", f"{where}: statement '{name[1]}'", template=name[4], arguments=arguments))
        elif template:
            parameters = [part.strip() for part in template[2].split(",")]
            self.begin(Statement(template[1], "", None, [], "", f"{where}: template '{template[1]}'", parameters=parameters))
        elif self.current and line.lstrip().startswith("--") and not self.current.sql:
            self.take_comment(line)
        elif self.current and self.current.arguments is not None:
            self.end()
            self.take(number, line)
        elif self.current is None:
            if line.strip() and not line.lstrip().startswith("--"):
                raise ContractError(f"{where}: SQL without a '-- name:' line")
        else:
            self.current.sql += line.rstrip() + "\n"
            if strip_literals(line).rstrip().endswith(";"):
                self.end()


def parse(path):
    """The statements of one file, templates filled in."""
    reader = Reader(path)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        reader.take(number, line)
    reader.begin(None)
    return reader.statements


def check(statement, contract, names):
    """What a statement must not be."""
    bare = strip_literals(statement.sql)
    problem = None
    if statement.name in names:
        problem = "is declared twice"
    elif not re.fullmatch(r"[a-z][a-z0-9_]*", statement.name):
        problem = "has a name that is not snake_case"
    elif statement.kind not in KINDS:
        problem = f"has unknown kind ':{statement.kind}' (one of :find :list :exec)"
    elif not "".join(statement.comment).strip():
        problem = "has no comment line saying what it is for"
    elif re.search(r"\bselect\s+(distinct\s+)?(\w+\.)?\*|\breturning\s+(\w+\.)?\*|,\s*(\w+\.)?\*\s*(,|\bfrom\b)", bare, re.I):
        problem = "selects *: name the columns"
    elif statement.kind == "exec" and statement.row:
        problem = "is :exec and has a row type"
    elif statement.kind != "exec" and not statement.row:
        problem = f"is :{statement.kind} and has no row type"
    elif statement.row and statement.row not in contract.types:
        problem = f"has unknown row type '{statement.row}'"
    elif statement.kind == "list" and not re.search(r"\blimit\b", bare, re.I):
        problem = "is :list without LIMIT"
    if problem:
        raise ContractError(f"{statement.where} {problem}")


def n_params(statement):
    """Parameters are $1..$n without a hole."""
    used = {int(number) for number in re.findall(r"\$(\d+)", strip_literals(statement.sql))}
    if used != set(range(1, len(used) + 1)):
        raise ContractError(f"{statement.where} skips a parameter: it uses {sorted(used)}")
    return len(used)


def header(service, statements):
    guard = f"{service.upper()}_QUERIES_H"
    rows = []
    for s in statements:
        purpose = comment(" ".join(s.comment).strip())
        row = f"; rows: struct {s.row}" if s.row else ""
        rows.append(f"/* {purpose} :{s.kind}{row} */\nextern const struct db_statement {service}_{s.name}_query;")
    body = "\n".join(rows)
    return f'{NOTICE}\n#ifndef {guard}\n#define {guard}\n\n#include "db/db.h"\n\n{body}\n\n#endif\n'


def source(service, statements):
    out = [NOTICE, f'#include "{service}_queries.h"', f'#include "{service}_proto.h"\n']
    for s in statements:
        sql = "\n".join("\t    " + literal(line + "\n") for line in s.sql.splitlines())
        row = f"&{s.row}_shape" if s.row else "NULL"
        out.append(f"const struct db_statement {service}_{s.name}_query = {{ .name = {literal(service + '_' + s.name)},\n"
                   f"\t.sql =\n{sql},\n\t.kind = DB_{s.kind.upper()}, .n_params = {n_params(s)}, .row = {row} }};\n")
    return "\n".join(out)


def outputs(contract, services_dir):
    files = {}
    for service in contract.services:
        path = Path(services_dir) / service.name / "queries.sql"
        if service.name == COMMON or not path.is_file():
            continue
        statements, names = parse(path), set()
        for statement in statements:
            check(statement, contract, names)
            names.add(statement.name)
        files[f"{service.name}_queries.h"] = header(service.name, statements)
        files[f"{service.name}_queries.c"] = source(service.name, statements)
    return files
