"""What proto/generated/openapi.json promises, and whether the replies that were seen keep it.

Every driver hands its replies to Conformance.observe and checks at the end: any reply that its operation does not declare
(status, code, shape, headers) is a failure, wherever it was seen.
"""
import gzip
import json
import os
import re
import subprocess

from checks import expect
from system import REPO, binaries

# Answered before an operation is known, so no operation lists them.
ROUTELESS = {404: ["NOT_FOUND"], 405: ["METHOD_NOT_ALLOWED"], 414: ["URI_TOO_LONG"], 431: ["HEADERS_TOO_LARGE"],
             # The target or the framing is unclear: nobody knows which operation was meant.
             400: ["VALIDATION_ERROR"], 429: ["RATE_LIMIT_EXCEEDED"], 413: ["PAYLOAD_TOO_LARGE"]}
# Everything else a description may name without its being a declared member.
OPEN_SCHEMAS = ("Error", "Meta", "Violation")
ALWAYS = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer", "x-xss-protection": "0"}
# No line break of a JSON text is inside a string.
ONE_LINE = {10: " ", 13: " "}
BREACHES_SHOWN_MAX = 10


class Operation:
    def __init__(self, method, path, entry):
        self.method, self.path, self.entry = method, path, entry
        self.is_gateway = "x-wordclaw" not in entry
        hints = entry.get("x-wordclaw", {})
        self.id = hints.get("operation", entry["operationId"])
        self.scope = hints.get("scope")
        self.pattern = re.compile(re.sub(r"\{[^}]+\}", "([^/]+)", path))
        self.variables = re.findall(r"\{([^}]+)\}", path)

    def __repr__(self):
        return f"{self.method} {self.path}"

    @property
    def is_alias(self):
        return bool(re.search(r"\.\d+$", self.entry["operationId"]))

    @property
    def writes(self):
        return self.method != "GET" and self.id != "identity.policy.evaluate"


class Openapi:
    def __init__(self, path=os.path.join(REPO, "proto/generated/openapi.json")):
        with open(path, encoding="utf-8") as file:
            self.document = json.load(file)
        self.operations = [Operation(method.upper(), path, entry) for path, methods in self.document["paths"].items()
                           for method, entry in methods.items()]
        self.components = self.document["components"]

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].lstrip("#/").split("/"):
                target = target[part]
            node = target
        return node

    def find(self, method, target):
        """The operation of a request, literal paths before patterns; None when there is none."""
        path = target.split("?")[0]
        matching = [o for o in self.operations if o.method == method and o.pattern.fullmatch(path)]
        return min(matching, key=lambda o: len(o.variables), default=None)

    def response(self, operation, status):
        node = operation.entry["responses"].get(str(status))
        return self.resolve(node) if node else None

    def codes(self, operation):
        """Declared error codes: {code: status}."""
        found = {}
        for status in operation.entry["responses"]:
            for code in self.codes_of_status(operation, status):
                found[code] = int(status)
        return found

    def codes_of_status(self, operation, status):
        schema = (self.response(operation, status) or {}).get("content", {}).get("application/json", {}).get("schema", {})
        for part in schema.get("allOf", []):
            if "code" in part.get("properties", {}):
                return part["properties"]["code"]["enum"]
        return []

    def closed_schemas(self):
        """The component schemas, refusing members they do not declare."""
        return {name: schema if name in OPEN_SCHEMAS or "properties" not in schema else {**schema, "additionalProperties": False}
                for name, schema in self.components["schemas"].items()}


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def proxys_findings(reply):
    """What a validating proxy between us and the system says about the reply (it speaks of requests too)."""
    said = reply.headers.get("sl-violations", "[]")
    if not said.startswith("["):
        return [f"the proxy found {said} in {reply}"]
    return [f"the proxy found {violation} in {reply}" for violation in json.loads(said) if violation["location"][0] == "response"]


class Conformance:
    def __init__(self):
        self.openapi = Openapi()
        self.schemas = self.openapi.closed_schemas()
        self.seen = {}      # (schema text, body) -> the reply that showed it first
        self.breaches = []
        self.statuses = {}  # operation id -> statuses seen
        self.codes = {}     # operation id -> codes seen
        self.n_replies = 0

    def observe(self, reply, _headers):
        self.n_replies += 1
        for name, value in ALWAYS.items():
            if reply.headers.get(name) != value:
                self.breaches.append(f"header {name} is not {value}: {reply}")
        if not reply.request_id:
            self.breaches.append(f"no x-request-id: {reply}")
        self.breaches += proxys_findings(reply)
        operation = self.openapi.find(reply.method, reply.path)
        if operation:
            self.statuses.setdefault(operation.id, set()).add(reply.status)
            if reply.status >= 400:
                self.codes.setdefault(operation.id, set()).add(reply.code)
        self._note(reply, operation)

    def _note(self, reply, operation):
        response = self.openapi.response(operation, reply.status) if operation else None
        if reply.status >= 400 and reply.code in ROUTELESS.get(reply.status, []) and (
                response is None or reply.code not in self.openapi.codes_of_status(operation, reply.status)):
            self._note_body(reply, {"$ref": "#/components/schemas/Error"})
            return
        if response is None:
            if reply.method != "OPTIONS":
                self.breaches.append(f"status {reply.status} is not declared by {operation or 'any operation'}: {reply}")
            return
        content = response.get("content", {})
        if not content:
            if reply.body:
                self.breaches.append(f"{reply.status} has a body: {reply}")
            return
        if "application/json" in content:
            self._note_body(reply, content["application/json"].get("schema", {}))

    def _note_body(self, reply, schema):
        body = gzip.decompress(reply.body) if reply.headers.get("content-encoding") == "gzip" else reply.body
        self.seen.setdefault((json.dumps(self._standalone(schema)), bytes(body)), reply)

    def _standalone(self, schema):
        """With the components it refers to, and no others: a document of its own."""
        needed, queue = {}, [schema]
        while queue:
            for reference in references(queue.pop()):
                name = reference.rsplit("/", 1)[1]
                if name not in needed:
                    needed[name] = self.schemas[name]
                    queue.append(self.schemas[name])
        return {**schema, "components": {"schemas": needed}}

    def validate(self):
        """Hold every body against its schema with the program users have for it."""
        pairs = list(self.seen.items())
        lines = "".join(f'{{"schema":{schema},"data":{body.decode().translate(ONE_LINE) or "null"}}}\n' for (schema, body), _ in pairs)
        done = subprocess.run([os.path.join(binaries(), "wordclaw"), "schema", "check", "--ndjson"], input=lines,
                              capture_output=True, text=True, check=False, timeout=120)
        verdicts = [json.loads(line) for line in done.stdout.splitlines()]
        expect(len(verdicts) == len(pairs), f"schema check answered {len(verdicts)} of {len(pairs)} lines: {done.stderr}")
        for (_, reply), verdict in zip(pairs, verdicts):
            if not verdict.get("valid"):
                self.breaches.append(f"{verdict.get('errors') or verdict} in {reply}")

    def check(self, *_):
        self.validate()
        listed = sorted(set(self.breaches), key=self.breaches.index)
        expect(self.n_replies > 0, "no reply was seen")
        expect(not listed, f"{len(listed)} breaches:\n      " + "\n      ".join(line[:500] for line in listed[:BREACHES_SHOWN_MAX]))


def every_reply_conforms(conformance):
    """The closing check of a driver."""
    def every_reply_conforms_to_its_schema(_):
        conformance.check()
    return every_reply_conforms_to_its_schema
