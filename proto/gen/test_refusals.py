"""Each thing a contract must not say is refused, naming file and place."""

import unittest

from sample import COMMON, THINGS, Sample, bent, refusal

CREATE = "things.toml: operation 'things.create'"
LIST = "things.toml: operation 'things.list'"

TWIN = "things.toml: type 'thing': link 'twin'"


def link(text):
    """The sample's type with a link: a passage and what replaces it."""
    return 'doc = "A thing."', f'doc = "A thing."\nlinks.twin = {{ {text} }}'


# label, passage of the sample, what replaces it, where the refusal points, words it holds
BENDS = [
    ("undeclared error", 'errors = ["THING_NOT_FOUND"]', 'errors = ["THING_LOST"]', "things.toml: operation 'things.get'", "THING_LOST"),
    ("undeclared event", 'events = ["thing.create"]', 'events = ["thing.create", "thing.grow"]', CREATE, "event thing.grow"),
    ("path variable that is no field", "/api/things/{id}", "/api/things/{key}", "things.toml: operation 'things.get'", "{key}"),
    ("operation without scope", 'scope = "thing:write"\n', "", CREATE, "no scope"),
    ("operation without policy", 'policy = "things.write"\n', "", CREATE, "no policy"),
    ("scope that the policy does not ask for", 'scope = "thing:write"', 'scope = "thing:read"', CREATE, "asks for thing:write"),
    ("operation without route", 'rest = "POST /api/things"\n', "", CREATE, "no route"),
    ("route taken twice", '"GET /api/things/{id}"', '"GET /api/things"', "things.toml: operation", "route 'GET /api/things'"),
    ("route of an alias taken twice", 'mcp = "create_thing"', 'aliases = [{ rest = "POST /api/things" }]', CREATE, "route"),
    ("path with other variables", 'rest = "POST /api/things"', 'rest = "POST /api/things/{label}"', CREATE, "'/api/things/{id}' with other names"),
    ("tool taken twice", '"create_thing"', '"list_things"', CREATE, "mcp 'list_things' is also that of operation 'things.list'"),
    ("graphql field taken twice", '"mutation createThing"', '"query things"', CREATE, "graphql"),
    ("graphql name without kind", '"mutation createThing"', '"createThing"', CREATE, "graphql 'createThing'"),
    ("graphql query that writes", '"mutation createThing"', '"query createThing"', CREATE, "a query that writes"),
    ("graphql type named twice", '"query things"', '"query things: Thing"', "things.toml: type 'thing'", "'Thing' is also that of"),
    ("graphql type of a shared response", '"query thing"', '"query thing: Other"', "things.toml: operation 'things.get'", "answers the type 'thing'"),
    ("graphql type that is no name", 'doc = "A thing."', 'doc = "A thing."\ngraphql = "a thing"', "things.toml: type 'thing'", "'a thing' is not PascalCase"),
    ("graphql scalar as type", 'doc = "A thing."', 'doc = "A thing."\ngraphql = "JSON"', "things.toml: type 'thing'", "also that of a scalar"),
    ("graphql argument of its own", 'request.label = {', 'request.dryRun = { type = "bool", doc = "x" }\nrequest.label = {', CREATE, "'dryRun'"),
    ("graphql nodes twice", 'response.things = {', 'response.nodes = { type = "int", doc = "x" }\nresponse.things = {', LIST, "'nodes' of 'ThingsPage' is declared twice"),
    ("choices with one graphql name", '"new:est", "old"', '"new:est", "old", "new_est"', LIST, "have one GraphQL name"),
    ("link to nowhere", *link('operation = "things.find", arguments = { id = "id" }, doc = "x"'), TWIN, "'things.find' is not declared"),
    ("link that would cost a statement a row", *link('operation = "things.list", arguments = { limit = "id" }, doc = "x"'), TWIN, "is not batch"),
    ("link to a mutation", *link('operation = "things.create", arguments = { label = "label" }, doc = "x"'), TWIN, "no GraphQL query"),
    ("link without arguments", *link('operation = "things.get", doc = "x"'), TWIN, "nothing ties it"),
    ("link from a field that is none", *link('operation = "things.get", arguments = { id = "key" }, doc = "x"'), TWIN, "'key' no field of the type"),
    ("link to a field that is none", *link('operation = "things.get", arguments = { key = "id" }, doc = "x"'), TWIN, "'key' is no request field"),
    ("link between different types", *link('operation = "things.get", arguments = { id = "label" }, doc = "x"'), TWIN, "not both ids"),
    ("link without doc", *link('operation = "things.get", arguments = { id = "id" }'), TWIN, "needs a doc"),
    ("link named as a field", 'doc = "A thing."', 'doc = "A thing."\nlinks.label = { operation = "things.get", arguments = { id = "id" }, doc = "x" }', "things.toml: type 'thing'", "'label' of 'Thing' is declared twice"),
    ("unknown key of a link", *link('operation = "things.get", args = { id = "id" }, doc = "x"'), TWIN, "'args'"),
    ("verb taken twice", '"things create"', '"things list"', CREATE, "cli"),
    ("free-form field without size limit", 'type = "doc", max = 1000,', 'type = "doc",', CREATE, "'data': is free-form"),
    ("text without max in a request", "min = 1, max = 20", "min = 1", CREATE, "'label': is a text and has no max"),
    ("text without max inside a type of a request", 'type = "doc", max = 1000,', 'type = "struct thing",', CREATE, "'label': is a text"),
    ("list without max in a request", 'type = "doc", max = 1000,', 'type = "list of int",', CREATE, "is a list and has no max"),
    ("error without remediation", 'remediation = "Use an id listed by GET /api/things."', 'remediation = ""', "things.toml: error 'THING_NOT_FOUND'", "no remediation"),
    ("error with a status of success", "status = 404", "status = 204", "things.toml: error 'THING_NOT_FOUND'", "no error"),
    ("error no operation declares", 'errors = ["THING_NOT_FOUND"]', "", "things.toml: error 'THING_NOT_FOUND'", "no operation"),
    ("remediation naming no route", "listed by GET /api/things.", "listed by GET /api/thinks.", "things.toml: error 'THING_NOT_FOUND'", "GET /api/thinks"),
    ("action naming no route", 'actions = ["GET /api/things"]', 'actions = ["PUT /api/things"]', CREATE, "PUT /api/things"),
    ("GET that writes", '"POST /api/things"', '"GET /api/stuff"', CREATE, "GET that writes"),
    ("unknown key of an operation", 'tx = "write"', 'tx = "write"\ncolour = 1', CREATE, "unknown key 'colour'"),
    ("unknown key of a field", 'min = 1, max = 20', 'min = 1, maximum = 20', CREATE, "'label': unknown key 'maximum'"),
    ("unknown key of an error", "status = 404", "status = 404\ncolour = 1", "things.toml: error 'THING_NOT_FOUND'", "'colour'"),
    ("unknown key of a type", 'doc = "A thing."', 'docs = "A thing."', "things.toml: type 'thing'", "'docs'"),
    ("unknown key of an event", 'summary = "A thing was created."', 'text = "x"', "things.toml: event 'thing.create'", "'text'"),
    ("unknown key of the file", 'summary = "Things."', 'about = "Things."', "things.toml", "'about'"),
    ("unknown type", 'type = "doc", max', 'type = "blob", max', CREATE, "unknown type 'blob'"),
    ("undeclared struct", "list of struct thing", "list of struct thingy", LIST, "'thingy' is not declared"),
    ("undeclared response", 'response = "thing"', 'response = "thingy"', "things.toml: operation 'things.get'", "'thingy'"),
    ("row on the wire", 'response = "thing"', 'response = "thing_row"', "things.toml: operation 'things.get'", "rows never leave"),
    ("field without doc", 'doc = "How many."', 'doc = ""', LIST, "'limit'"),
    ("default outside its limits", "default = 10", "default = 51", LIST, "default 51"),
    ("example outside its limits", 'example = "lamp"', 'example = ""', CREATE, "example ''"),
    ("min above max", "min = 1, max = 50", "min = 60, max = 50", LIST, "min is above max"),
    ("pattern that does not compile", "min = 1, max = 20", 'pattern = "(", max = 20', CREATE, "pattern"),
    ("required and nullable", "required = true, min = 1", "required = true, nullable = true, min = 1", CREATE, "nullable"),
    ("mutation without audit", 'audit = "create thing"\n', "", CREATE, "audit"),
    ("mutation without events", 'events = ["thing.create"]\n', "events = []\n", CREATE, "events"),
    ("audit that is none of the events", '"create thing"', '"grow thing"', CREATE, "grow thing"),
    ("event nobody emits", '[event."thing.create"]', '[event."thing.grow"]\nsummary = "It grew."\nscope = "thing:read"\n[event."thing.create"]', "things.toml: event 'thing.grow'", "no operation"),
    ("event nobody may receive", 'scope = "thing:read"\npayload', 'payload', "things.toml: event 'thing.create'", "who may receive it"),
    ("agent_required where all must send it", "required = true, min = 1", "required = true, agent_required = true, min = 1", CREATE, "adds nothing"),
    ("agent_required of no tool", 'request.id = { type = "id", required = true, doc', 'request.n = { type = "int", agent_required = true, doc = "n" }\nrequest.id = { type = "id", required = true, doc', "things.toml: operation 'things.get'", "no tool"),
    ("event with a secret", 'payload.label = { type = "text",', 'payload.label = { type = "text", secret = true,', "things.toml: event 'thing.create'", "secret"),
    ("dry run of a read", 'list = "things"', 'list = "things"\ndry_run = true', LIST, "dry_run"),
    ("list that is no list", 'list = "things"', 'list = "thing"', LIST, "no list"),
    ("entity that is no field", 'tx = "write"', 'tx = "write"\nentity = "id"', CREATE, "entity 'id'"),
    ("unknown transaction mode", 'tx = "write"', 'tx = "maybe"', CREATE, "tx"),
    ("timeout beyond reason", 'tx = "write"', 'tx = "write"\ntimeout_ms = 600000', CREATE, "timeout_ms"),
    ("operation of another service", 'id = "things.create"', 'id = "stuff.create"', "things.toml: operation 'stuff.create'", "'things.'"),
    ("internal operation with a route", 'scope = "thing:write"\n', "internal = true\n", CREATE, "no surface"),
    ("example that lacks a field", 'tx = "write"', 'tx = "write"\nexamples = [{ title = "Lamp", request = {} }]', CREATE, "lacks 'label'"),
    ("example of another type", 'tx = "write"', 'tx = "write"\nexamples = [{ title = "Lamp", request = { label = 1 } }]', CREATE, "'label' is no value"),
    ("example without title", 'tx = "write"', 'tx = "write"\nexamples = [{ request = { label = "x" } }]', CREATE, "needs a title"),
    ("bad TOML", "[type.thing]", "[type.thing", "things.toml", "line"),
]


class Refusals(unittest.TestCase):
    def test_the_sample_itself_is_accepted(self):
        self.assertEqual(refusal(), "")

    def test_each_bend_is_refused_by_name(self):
        for label, old, new, where, words in BENDS:
            with self.subTest(label):
                said = refusal(things=bent(THINGS, old, new))
                self.assertTrue(said.startswith(where), f"{label}: {said!r}")
                self.assertIn(words, said, label)

    def test_same_id_twice_is_refused(self):
        said = refusal(things=bent(THINGS, 'id = "things.create"', 'id = "things.list"'))
        self.assertIn("things_list_request", said)

    def test_document_in_a_query_is_refused(self):
        said = refusal(things=bent(THINGS, 'type = "int", min = 1, max = 50, default = 10', 'type = "doc", max = 50'))
        self.assertIn("cannot travel in query", said)

    def test_undeclared_common_code_is_refused(self):
        said = refusal(common=bent(COMMON, 'every = ["BROKEN"]', 'every = ["BROKEN", "MISSING"]'))
        self.assertIn("MISSING", said)

    def test_name_declared_in_two_files_is_refused(self):
        said = refusal(common=COMMON + '[error.THING_NOT_FOUND]\nstatus = 404\ntitle = "x"\nremediation = "x"\n')
        self.assertIn("'THING_NOT_FOUND' is declared twice", said)

    def test_missing_common_file_is_refused(self):
        with Sample() as files:
            (files.proto / "common.toml").unlink()
            with self.assertRaisesRegex(Exception, "common.toml is missing"):
                files.build()


QUERY = "-- name: thing_get :find thing_row\n-- One thing.\nSELECT id FROM things WHERE id = $1;\n"

QUERY_BENDS = [
    ("select star", "SELECT id", "SELECT *", "selects *"),
    ("select table star", "SELECT id", "SELECT t.*", "selects *"),
    ("star after a column", "SELECT id", "SELECT id, t.*", "selects *"),
    ("returning star", "SELECT id FROM things WHERE id = $1", "UPDATE things SET id = $1 RETURNING *", "selects *"),
    ("missing row type", ":find thing_row", ":find", "no row type"),
    ("row type that cannot be read", ":find thing_row", ":find thingy", "does not tell the type of column 'id'"),
    ("list without limit", ":find", ":list", "without LIMIT"),
    ("limit in a comment only", ":find thing_row\n-- One thing.\nSELECT id", ":list thing_row\n-- One thing.\nSELECT /* LIMIT */ id", "without LIMIT"),
    ("row type of an exec", ":find", ":exec", "has a row type"),
    ("unknown kind", ":find", ":first", "unknown kind"),
    ("no comment", "-- One thing.\n", "", "no comment"),
    ("skipped parameter", "$1", "$2", "skips a parameter"),
    ("no semicolon", "$1;", "$1", "does not end"),
    ("bad name", "thing_get", "ThingGet", "snake_case"),
    ("SQL before any name", "-- name", "SELECT 1;\n-- name", "without a '-- name:'"),
]


class QueryRefusals(unittest.TestCase):
    def test_the_query_itself_is_accepted(self):
        self.assertEqual(refusal(queries=QUERY), "")

    def test_each_bend_is_refused_by_line(self):
        for label, old, new, words in QUERY_BENDS:
            with self.subTest(label):
                said = refusal(queries=bent(QUERY, old, new))
                self.assertTrue(said.startswith("things/queries.sql:"), f"{label}: {said!r}")
                self.assertIn(words, said)

    def test_same_name_twice_is_refused(self):
        self.assertIn("declared twice", refusal(queries=QUERY + QUERY))


if __name__ == "__main__":
    unittest.main()
