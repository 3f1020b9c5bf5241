#!/usr/bin/env python3
"""Makes comparison.md: what WordClaw 1.54 has, and what of it is here, as the registry says.

wordclaw-1.54.tsv lists what 1.54 has.  A name that is not in the registry needs a line saying which operation stands for it or why nothing does;
without one this fails, and so it does where the line names an operation that is not there.  --check: fail when comparison.md is not current.
"""
import json
import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
GENERATED = ROOT / "proto/generated"
TITLES = {"rest": "REST routes", "tool": "MCP tools", "graphql": "GraphQL fields", "cli": "Commands"}


def shape(route):
    """The route with a star for each variable."""
    method, path = route.split(" ", 1)
    return f"{method} " + re.sub(r"\{[^}]*\}|:[A-Za-z]+", "*", path)


def registry():
    """Names of each surface, and for each operation its preferred route and its other names."""
    openapi = json.loads((GENERATED / "openapi.json").read_text())
    names = {kind: set() for kind in TITLES}
    operations = {}
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            if "operationId" not in operation:
                continue
            names["rest"].add(shape(f"{method.upper()} {path}"))
            extra = operation.get("x-wordclaw", {})
            operations.setdefault(re.sub(r"\.\d+$", "", operation["operationId"]), {"rest": f"{method.upper()} {path}", "tool": extra.get("mcp"),
                                  "graphql": extra.get("graphql"), "cli": extra.get("cli")})
    for operation in operations.values():
        for kind in ("graphql", "cli"):
            names[kind].add(operation[kind])
    names["tool"] = {tool["name"] for tool in json.loads((GENERATED / "mcp_tools.json").read_text())["tools"]}
    for source in (ROOT / "gateway/cli/builtin").glob("*.c"):
        names["cli"].update(re.findall(r'(?:struct command \w+ = \{ \.name = |GUIDE\(\w+, )"([^"]+)"', source.read_text()))
    for source in (ROOT / "gateway/cli").glob("*/*.c"):
        names["cli"].update(re.findall(r'struct command \w+ = \{ \.name = "([^"]+)"', source.read_text()))
        if source.name == "command.c":
            names["cli"].update(" ".join(words) for words in re.findall(r'\{ \{ "([a-z0-9]+)", "([a-z-]+)" \}, "', source.read_text()))
    return names, operations


def stands_for(kind, name, note, names, operations):
    """Whether it is here, and the words of the last column."""
    if (shape(name) if kind == "rest" else name) in names[kind]:
        return "yes", "the same name"
    if note.startswith("= "):
        operation = operations.get(note[2:])
        if not operation:
            sys.exit(f"{name}: the registry has no operation {note[2:]}")
        there = operation[kind]
        return "yes", f"`{there}`" if there else f"`{operation['rest']}`"
    if note.startswith("! "):
        return "no", note[2:]
    sys.exit(f"{name}: neither is it in the registry nor does wordclaw-1.54.tsv say what stands for it")


def page():
    names, operations = registry()
    rows = {kind: [] for kind in TITLES}
    for line in (DOCS / "wordclaw-1.54.tsv").read_text().splitlines():
        if not line.startswith("#"):
            kind, name, *note = line.split("\t")
            rows[kind].append((name, *stands_for(kind, name, note[0] if note else "", names, operations)))
    out = ["# What WordClaw 1.54 has, and what of it is here", "",
           "Made by `docs/compare.py` from the registry and `wordclaw-1.54.tsv`; a test fails when it is not current. The other way round, what is here and not there",
           "is every operation of [operations.md](../proto/generated/operations.md) that no line below names.", "",
           "| surface | there | of these here | under the same name | operations here |", "|---|---|---|---|---|"]
    for kind, title in TITLES.items():
        here = [row for row in rows[kind] if row[1] == "yes"]
        same = [row for row in here if row[2] == "the same name"]
        out.append(f"| {title} | {len(rows[kind])} | {len(here)} | {len(same)} | {len(names[kind] - {None})} |")
    for kind, title in TITLES.items():
        out += ["", f"## {title}", "", "| 1.54 | here | |", "|---|---|---|"]
        out += [f"| `{name}` | {is_here} | {words} |" for name, is_here, words in rows[kind]]
    return "\n".join(out) + "\n"


def main():
    target, text = DOCS / "comparison.md", page()
    if "--check" in sys.argv:
        sys.exit(0 if target.exists() and target.read_text() == text else f"{target.relative_to(ROOT)} is not current: run docs/compare.py")
    target.write_text(text)


main()
