"""A small contract in a temporary directory, which tests bend in one place each."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import generate
import model

COMMON = '''
[info]
title = "Sample"
version = "1"
description = "A sample."
[defaults]
timeout_ms = 1000
body_max_bytes = 1000
[codes]
every = ["BROKEN"]
surface = []
body = []
authenticated = []
idempotent = []
priced = []
gateway = []
[policy]
version = "1"
admin = ["admin"]
[[policy_rule]]
operations = ["*.read"]
scope = "thing:read"
code = "DENIED"
[[policy_rule]]
operations = ["*"]
scope = "thing:write"
code = "DENIED"
[error.BROKEN]
status = 500
title = "Broken"
remediation = "Report it."
[error.DENIED]
status = 403
title = "Denied"
remediation = "Use another key."
'''

THINGS = '''
summary = "Things."
[type.thing]
doc = "A thing."
fields.id = { type = "id", doc = "Id." }
fields.label = { type = "text", doc = "Label." }
[row.thing_row]
doc = "A stored thing."
fields.id = { type = "id", doc = "Id." }
[error.THING_NOT_FOUND]
status = 404
title = "Thing Not Found"
remediation = "Use an id listed by GET /api/things."
[event."thing.create"]
summary = "A thing was created."
scope = "thing:read"
payload.label = { type = "text", doc = "Label." }
[[operation]]
id = "things.list"
summary = "List things."
rest = "GET /api/things"
mcp = "list_things"
graphql = "query things"
cli = "things list"
policy = "things.read"
scope = "thing:read"
tx = "read"
list = "things"
next_action = "Read one."
request.limit = { type = "int", min = 1, max = 50, default = 10, doc = "How many." }
request.order = { type = "text", max = 8, choices = ["new:est", "old"], default = "old", doc = "Order." }
response.things = { type = "list of struct thing", doc = "Things." }
[[operation]]
id = "things.get"
summary = "Read a thing."
rest = "GET /api/things/{id}"
graphql = "query thing"
policy = "things.read"
scope = "thing:read"
tx = "read"
batch = true
errors = ["THING_NOT_FOUND"]
next_action = "Nothing."
request.id = { type = "id", required = true, doc = "Id." }
response = "thing"
[[operation]]
id = "things.create"
summary = "Create a thing."
rest = "POST /api/things"
mcp = "create_thing"
graphql = "mutation createThing"
cli = "things create"
policy = "things.write"
scope = "thing:write"
tx = "write"
status = 201
audit = "create thing"
events = ["thing.create"]
dry_run = true
next_action = "List things."
actions = ["GET /api/things"]
request.label = { type = "text", required = true, min = 1, max = 20, doc = "Label.", example = "lamp" }
request.data = { type = "doc", max = 1000, doc = "Anything." }
response = "thing"
'''


class Sample:
    """The sample's three inputs as files; use as context manager."""

    def __init__(self, things=THINGS, common=COMMON, queries=None):
        self.directory = tempfile.TemporaryDirectory()
        self.proto = Path(self.directory.name) / "proto"
        self.services = Path(self.directory.name) / "services"
        (self.services / "things").mkdir(parents=True)
        self.proto.mkdir()
        (self.proto / "common.toml").write_text(common, encoding="utf-8")
        (self.proto / "things.toml").write_text(things, encoding="utf-8")
        if queries is not None:
            (self.services / "things" / "queries.sql").write_text(queries, encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.directory.cleanup()

    def build(self):
        return generate.build(self.proto, self.services)


def bent(text, old, new):
    """The text with one passage replaced, which must be there."""
    if old not in text:
        raise ValueError(f"sample has no passage {old!r}")
    return text.replace(old, new, 1)


def refusal(**sample):
    """What the generator says to a contract it must refuse; '' when it does not."""
    with Sample(**sample) as files:
        try:
            files.build()
        except model.ContractError as problem:
            return str(problem)
    return ""
