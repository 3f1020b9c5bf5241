"""One case through one surface: how its input is written there, and what the answer says in the registry's own terms."""
import json
import os
import re
import subprocess
import urllib.parse
from dataclasses import dataclass

import mcp
from naming import snake
from parity_cases import UNKNOWN
from parity_values import json_text

COMMAND_SECONDS_MAX = 120
LITERAL_CHARS_MAX = 2000
DRY_RUN = "dryRun"
INT32 = (-2**31, 2**31 - 1)


def is_enum(field):
    """In GraphQL; of a list, choices are told by the other surfaces, and judged by the service."""
    return bool(field.choices) and field.kind != "list"


@dataclass
class Answer:
    """code: None when it succeeded.  sent: the request as one could repeat it by hand."""
    sent: str
    code: str | None = None
    pointer: str | None = None
    message: str | None = None
    output: object = None
    is_replayed: bool = False
    effects: object = None
    said: str = ""

    def refuse(self, error):
        """error: {code, message, context: {pointer}}."""
        self.code, self.message, self.pointer = error["code"], error.get("message"), error.get("context", {}).get("pointer")

    def __str__(self):
        return f"{self.code or 'ok'}{' at ' + self.pointer if self.pointer else ''}{' (replayed)' if self.is_replayed else ''}"


def is_unreadable(value):
    """What no surface's JSON may hold: a number beyond 64 bits, the character U+0000."""
    if isinstance(value, (dict, list)):
        return any(map(is_unreadable, value.values() if isinstance(value, dict) else value))
    return "\0" in value if isinstance(value, str) else type(value) is int and not -2**63 <= value < 2**63


def spelled(value):
    """A value where everything is text: in a path, a query, an option."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, (str, int)) and not isinstance(item, bool) for item in value):
        return ",".join(map(str, value))
    return "" if value == [] else json_text(value)


def is_list_text(field, value):
    """May stand as items between commas."""
    return field.kind == "list" and field.item in ("text", "int") and isinstance(value, list) and all(
        isinstance(item, (str, int)) and not isinstance(item, bool) and (item == 0 or item) and str(item) == str(item).strip(" ") and "," not in str(item)
        and isinstance(item, str) == (field.item == "text") for item in value)


def is_spellable(field, value):
    """As text it still means the same: text of a wrong type would be right, null and an empty segment would be nothing."""
    if value is None:
        return False
    if field.kind == "list" and field.item == "struct":
        return isinstance(value, list) and value != [] and all(isinstance(item, dict) for item in value)
    if field.kind == "list":
        return is_list_text(field, value)
    return isinstance(value, str) or field.kind not in ("text", "time", "doc")


def sorted_answer(operation, body):
    """The response of a REST envelope as the registry declares it."""
    if operation.has("bare"):
        return body
    if not operation.list_field:
        beside = {field.name: body["meta"][field.name] for field in operation.response.fields if field.meta and field.name in body["meta"]}
        return {**body["data"], **beside}
    extras = {field.name: body["meta"].get(field.name) for field in operation.response.fields if field.name != operation.list_field}
    return {operation.list_field: body["data"], **extras}


class Surface:
    """In one world.  has: the operation is there.  can: the case can be written down there.

    needs_key: its endpoint answers nobody without one, also where the operation is public.
    """
    name = None
    needs_key = False

    def __init__(self, registry, world):
        self.registry, self.world = registry, world

    def has(self, _operation):
        return True

    def can(self, _case, _arguments):
        return True

    def fields(self, case):
        return {field.name: field for field in self.registry.fields(case.operation)}

    def run(self, cases):
        """[(case, arguments)] -> answers."""
        return [self.ask(case, arguments) for case, arguments in cases]


# ---------------------------------------------------------------- REST

class Rest(Surface):
    name = "REST"

    def route(self, case):
        return case.operation.routes[case.style["route"]]

    def place(self, case, field):
        route = self.route(case)
        return "path" if field.name in route.variables else "body" if field.place == "path" else field.place

    def can(self, case, arguments):
        for name, field in self.fields(case).items():
            place = self.place(case, field)
            if place == "path" and (not is_spellable(field, arguments.get(name)) or spelled(arguments[name]) == ""):
                return False
            if place == "query" and arguments.get(name) is not None and not is_spellable(field, arguments[name]):
                return False
            if place == "query" and name in arguments and arguments[name] is None and field.required:
                return False
        return True

    def ask(self, case, arguments):
        route, fields, headers = self.route(case), self.fields(case), {"x-request-id": self.world.request_id(case), "idempotency-key": self.world.idempotency_key(case)}
        path, query, body = route.path, [], {}
        takes_body = any(self.place(case, field) == "body" for field in fields.values())
        for name, value in arguments.items():
            place = self.place(case, fields[name]) if name in fields else "body" if takes_body else "query"
            if place == "path":
                path = path.replace("{" + name + "}", urllib.parse.quote(spelled(value), safe=""))
            elif name in fields and fields[name].header and case.style["if_match"] and type(value) is int and 0 < value <= fields[name].max:
                headers[fields[name].header] = f'"{value}"'
            elif place == "query" and value is not None:
                query.append((name, spelled(value)))
            elif place == "body":
                body[name] = value
        if case.dry_run:
            query.append(("mode", "dry_run"))
        target = path + ("?" + urllib.parse.urlencode(query, quote_via=urllib.parse.quote) if query else "")
        reply = self.world.client(case.who).request(route.method, target, body if takes_body else None, headers=headers)
        answer = Answer(f"{route.method} {target} {json_text(body) if takes_body else ''} {headers}", said=str(reply))
        if reply.status >= 400:
            answer.refuse(reply.json)
            return answer
        answer.output = sorted_answer(case.operation, reply.json)
        answer.effects = reply.json.get("meta", {}).get("effects")
        answer.is_replayed = "x-idempotent-replayed" in reply.headers
        return answer


class Control(Rest):
    """REST once more: what differs between two worlds of one surface differs by nature."""
    name = "REST again"


# ---------------------------------------------------------------- MCP

class Mcp(Surface):
    name = "MCP"
    needs_key = True

    def has(self, operation):
        return bool(operation.mcp)

    def agent(self, case):
        version = mcp.SESSION if case.style["session"] and case.who in self.world.keys and case.who != "unknown" else mcp.STATELESS
        path = "/mcp?profile=registry" if case.style["profile"] else "/mcp"
        return self.world.agent(case.who, version, path)

    def ask(self, case, arguments):
        given = {**arguments, DRY_RUN: True} if case.dry_run else arguments
        params = {"name": case.operation.mcp, "arguments": given}
        if case.style["profile"]:
            params = {"name": "execute_operation", "arguments": {"operation": case.operation.id, "arguments": given}}
        headers, meta = {"x-request-id": self.world.request_id(case)}, None
        if case.key is not None and case.style["meta_key"]:
            meta = {"wordclaw/idempotencyKey": self.world.idempotency_key(case)}
        elif case.key is not None:
            headers["idempotency-key"] = self.world.idempotency_key(case)
        reply = self.agent(case).reply("tools/call", params, meta, headers)
        answer = Answer(f"tools/call {json_text(params)} {meta or ''} {headers}", said=str(reply))
        result = reply.json.get("result")
        if result is None:
            error = reply.json["error"] # a protocol error, or the envelope of the endpoint itself
            answer.refuse({**error, "code": f"JSON-RPC {error['code']}"} if isinstance(error, dict) else reply.json)
        elif result.get("isError"):
            error = result["structuredContent"]["error"]
            answer.refuse({**error, "context": {"pointer": error.get("pointer")}})
        else:
            output = dict(result["structuredContent"])
            answer.effects, answer.is_replayed = output.pop("effects", None), output.pop("replayed", False)
            output.pop(DRY_RUN, None)
            answer.output = output
        return answer


# ---------------------------------------------------------------- GraphQL

def is_literal(value):
    """Every name in it is one of GraphQL's, and it is no larger than a document may be."""
    if len(json_text(value)) > LITERAL_CHARS_MAX:
        return False
    if isinstance(value, dict):
        return all(re.fullmatch(r"[_A-Za-z]\w*", name, re.A) and is_literal(item) for name, item in value.items())
    return all(map(is_literal, value)) if isinstance(value, list) else not is_unreadable(value)


class Graphql(Surface):
    name = "GraphQL"
    needs_key = True

    def has(self, operation):
        return bool(operation.graphql)

    def can(self, case, arguments):
        """A lone value is a list of one there (specification, 3.11), which the others refuse."""
        fields = self.fields(case)
        return all(name not in fields or fields[name].kind != "list" or value is None or isinstance(value, list) or not self.fits_item(fields[name], value)
                   for name, value in arguments.items())

    def value(self, case, field, value):
        """An id may be text, a choice has a name."""
        if isinstance(value, list):
            return [self.value(case, field, item) for item in value]
        if isinstance(value, dict) and field.ref:
            inner = {f.name: f for f in self.registry.members(field)}
            return {name: self.value(case, inner[name], item) if name in inner else item for name, item in value.items()}
        if field.is_id and type(value) is int and case.style["text_ids"]:
            return str(value)
        return self.registry.enum_name(value) if is_enum(field) and value in field.choices else value

    def literal(self, case, field, value):
        """In GraphQL's own syntax; an enum's value is a bare name."""
        if isinstance(value, list):
            return "[" + ", ".join(self.literal(case, field, item) for item in value) + "]"
        if isinstance(value, dict):
            inner = {f.name: f for f in self.registry.members(field)} if field and field.ref else {}
            return "{" + ", ".join(f"{name}: {self.literal(case, inner.get(name), item)}" for name, item in value.items()) + "}"
        if field and is_enum(field) and value in field.choices:
            return self.registry.enum_name(value)
        return json_text(self.value(case, field, value) if field else value)

    def ask(self, case, arguments):
        kind, _, root = case.operation.graphql.partition(" ")
        fields, types = self.fields(case), self.registry.argument_types(case.operation)
        variables = {name: self.value(case, fields[name], value) for name, value in arguments.items()
                     if name in types and not (case.style["literals"] and is_literal(value))}
        declared = [f"${name}: {types[name]}" for name in variables]
        given = [f"{name}: {f'${name}' if name in variables else self.literal(case, fields.get(name), value)}" for name, value in arguments.items()]
        given += [f"{DRY_RUN}: true"] if case.dry_run else []
        head = f"{kind} P({', '.join(declared)})" if declared else kind
        document = f"{head} {{ {root}{'(' + ', '.join(given) + ')' if given else ''} {self.registry.selection(self.registry.roots[case.operation.graphql].type)} }}"
        headers = {"x-request-id": self.world.request_id(case), "idempotency-key": self.world.idempotency_key(case)}
        reply = self.world.client(case.who).post("/graphql", {"query": document, "variables": variables}, headers=headers)
        answer = Answer(f"{document} {json_text(variables)} {headers}", said=str(reply))
        if reply.json.get("errors"):
            first = reply.json["errors"][0]
            answer.refuse({**first["extensions"], "message": first["message"]})
            return answer
        answer.output = self.plain(case.operation.response.fields, reply.json["data"][root], case.operation.list_field)
        answer.is_replayed = "x-idempotent-replayed" in reply.headers
        tried = reply.json.get("extensions", {}).get(DRY_RUN)
        answer.effects = tried[root] if isinstance(tried, dict) and root in tried else tried
        return answer

    def plain(self, fields, value, list_field=None):
        """From GraphQL's names and types to the registry's."""
        made = {}
        for field in fields:
            made[field.name] = self.plain_value(field, value["nodes" if field.name == list_field else field.name])
        return made

    def plain_value(self, field, value):
        if value is None:
            return None
        if field.kind == "list":
            inner = self.registry.members(field) if field.ref else None
            return [self.plain(inner, item) if inner else int(item) if field.is_id else item for item in value]
        if field.ref:
            return self.plain(self.registry.members(field), value)
        if field.choices:
            return next((choice for choice in field.choices if self.registry.enum_name(choice) == value), value)
        return int(value) if field.is_id else value

    def refuses(self, case, arguments):
        """GraphQL's own type system refuses it, before any operation is asked."""
        fields = self.fields(case)
        if any(name not in fields for name in arguments) or case.dry_run and not case.operation.has("dry_run"):
            return True
        missing = [f for f in fields.values() if f.required and f.default is None and f.name not in arguments]
        return bool(missing) or any(not self.fits(fields[name], value, fields[name].required) for name, value in arguments.items())

    def fits(self, field, value, is_required):
        """The value is of the field's GraphQL type (specification, 3.5 to 3.11)."""
        if value is None:
            return not is_required
        if field.kind == "list":
            return all(self.fits_item(field, item) for item in (value if isinstance(value, list) else [value]))
        return self.fits_item(field, value)

    def fits_item(self, field, value):
        kind = field.item if field.kind == "list" else field.kind
        if value is None:
            return False
        if kind == "struct":
            inner = {f.name: f for f in self.registry.members(field)}
            return isinstance(value, dict) and all(name in inner for name in value) and all(
                self.fits(f, value[f.name], f.required) if f.name in value else not f.required for f in inner.values())
        if is_enum(field):
            return value in field.choices
        return self.fits_scalar(field, kind, value)

    def fits_scalar(self, field, kind, value):
        is_int = type(value) is int
        if field.is_id:
            return is_int or isinstance(value, str)
        if kind == "int":
            is_short = field.kind != "list" and None not in (field.min, field.max) and INT32[0] <= field.min and field.max <= INT32[1]
            return not is_short or is_int and INT32[0] <= value <= INT32[1]
        if kind == "bool":
            return isinstance(value, bool)
        return kind != "text" or isinstance(value, str)


# ---------------------------------------------------------------- command line

class Cli(Surface):
    """A batch is one script: each step is a command line of its own.  is_apart: a process for each instead."""
    name = "CLI"

    def __init__(self, registry, world, is_apart=False):
        super().__init__(registry, world)
        self.is_apart = is_apart

    def has(self, operation):
        return bool(operation.cli)

    def uses_flags(self, case, arguments):
        """Otherwise the input is one JSON document."""
        fields = self.fields(case)
        return case.style["flags"] and all(name not in fields or self.is_flag_text(fields[name], value) for name, value in arguments.items())

    @staticmethod
    def is_flag_text(field, value):
        if field.kind in ("doc", "struct") or field.kind == "list" and field.item not in ("text", "int"):
            return value is not None and not (isinstance(value, str) and field.kind != "doc")
        return is_spellable(field, value) and not (isinstance(value, str) and "\0" in value)

    def flag(self, case, field, value):
        name = field.name if case.style["camel"] else snake(field.name).replace("_", "-")
        is_document = field.kind in ("doc", "struct") or field.kind == "list" and field.item not in ("text", "int")
        return f"--{name}={json_text(value) if is_document else spelled(value)}"

    def words(self, case, arguments):
        key = self.world.keys.get(case.who)
        words = ["--output", "json", "--request-id", self.world.request_id(case), *(["--api-key", key] if key else []), *case.operation.cli.split()]
        fields = self.fields(case)
        if self.uses_flags(case, arguments):
            words += [self.flag(case, fields[name], value) if name in fields else f"--{name}={spelled(value)}" for name, value in arguments.items()]
        elif arguments:
            words.append(f"--input={json_text(arguments)}")
        return words + (["--dry-run"] if case.dry_run else []) + ([f"--idempotency-key={self.world.idempotency_key(case)}"] if case.key is not None else [])

    def run(self, cases):
        lines = [self.words(case, arguments) for case, arguments in cases]
        ended = [self.process(words) for words in lines] if self.is_apart else self.script(lines)
        return [self.judge(case, words, *end) for (case, _), words, end in zip(cases, lines, ended)]

    def execute(self, words, text=""):
        environment = {**{name: value for name, value in os.environ.items() if not name.startswith("WORDCLAW_")},
                       "HOME": self.world.scratch, "WORDCLAW_BASE_URL": self.world.base_url}
        return subprocess.run([os.path.join(self.world.bin_dir, "wordclaw"), *words], input=text, env=environment, cwd=self.world.scratch, capture_output=True,
                              text=True, check=False, timeout=COMMAND_SECONDS_MAX)

    def process(self, words):
        done = self.execute(words)
        return done.returncode, done.stdout, done.stderr

    def script(self, lines):
        steps = {"continueOnError": True, "steps": [{"name": f"s{i}", "args": words} for i, words in enumerate(lines)]}
        done = self.execute(["--output", "json", "script", "run", "-"], json_text(steps))
        if not done.stdout.startswith("{"):
            raise RuntimeError(f"script run ended with {done.returncode}: {done.stderr[:500]}")
        return [(step["exitCode"], step["stdout"], step["stderr"]) for step in json.loads(done.stdout)["steps"]]

    def judge(self, case, words, status, out, err):
        answer = Answer("wordclaw " + json_text(words), said=f"exit status {status} {out[:600]} {err[:600]}")
        if status == 0:
            body = json.loads(out)
            answer.output = sorted_answer(case.operation, body)
            answer.effects = body.get("meta", {}).get("effects")
            answer.is_replayed = "nothing was done again" in err
            return answer
        answer.refuse(json.loads(re.search(r"\{.*\}", err, re.S)[0]))
        return answer

    def has_no_option(self, case, arguments):
        """Named on the command line although the command has no such option: a matter of usage."""
        is_unknown = UNKNOWN in arguments and (self.uses_flags(case, arguments) or not self.fields(case))
        return is_unknown or case.dry_run and not case.operation.has("dry_run")


SURFACES = (Rest, Control, Mcp, Graphql, Cli)
