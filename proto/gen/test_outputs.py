"""What is generated: deterministic, complete, and C that compiles."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from sample import THINGS, Sample, bent

GEN = Path(__file__).resolve().parent
ROOT = GEN.parents[1]
CC = shutil.which("gcc") or shutil.which("clang")
FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wmissing-prototypes", "-fsyntax-only"]


def run_generator(*arguments):
    return subprocess.run([sys.executable, str(GEN / "generate.py"), *map(str, arguments)], capture_output=True, text=True, check=False)


class Command(unittest.TestCase):
    def test_committed_output_is_current(self):
        done = run_generator("--check")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_check_names_changed_missing_and_surplus_files(self):
        with Sample() as files:
            where = ("--proto", files.proto, "--services", files.services)
            self.assertEqual(run_generator(*where).returncode, 0)
            self.assertEqual(run_generator("--check", *where).returncode, 0)
            out = files.proto / "generated"
            (out / "registry.c").write_text("changed")
            (out / "events.h").unlink()
            (out / "surplus.c").write_text("")
            done = run_generator("--check", *where)
            self.assertEqual(done.returncode, 1)
            for name in ("registry.c", "events.h", "surplus.c"):
                self.assertIn(name, done.stderr)
            self.assertNotIn("registry.h", done.stderr)
            run_generator(*where)
            self.assertFalse((out / "surplus.c").exists())
            self.assertEqual(run_generator("--check", *where).returncode, 0)

    def test_unchanged_files_are_not_written_again(self):
        with Sample() as files:
            where = ("--proto", files.proto, "--services", files.services)
            run_generator(*where)
            before = {p.name: p.stat().st_mtime_ns for p in (files.proto / "generated").iterdir()}
            run_generator(*where)
            self.assertEqual(before, {p.name: p.stat().st_mtime_ns for p in (files.proto / "generated").iterdir()})

    def test_refusal_exits_2_and_says_why(self):
        with Sample(things=bent(THINGS, 'tx = "write"', 'tx = "maybe"')) as files:
            done = run_generator("--proto", files.proto, "--services", files.services)
            self.assertEqual(done.returncode, 2)
            self.assertIn("operation 'things.create'", done.stderr)

    def test_output_is_the_same_every_time(self):
        with Sample() as files:
            self.assertEqual(files.build(), files.build())


class Placement(unittest.TestCase):
    def build(self, old, new):
        with Sample(things=bent(THINGS, old, new)) as files:
            return files.build()["things_proto.c"]

    def field(self, source, table, name):
        rows = re.search(rf"{table}_fields\[\] = {{(.*?)\n}};", source, re.S)[1].splitlines()
        return next(row for row in rows if f'.name = "{name}"' in row)

    def test_path_variable_is_a_required_path_field(self):
        with Sample() as files:
            row = self.field(files.build()["things_proto.c"], "things_get_request", "id")
        self.assertIn("SHAPE_IN_PATH", row)
        self.assertIn("SHAPE_REQUIRED", row)

    def test_get_defaults_to_query_and_post_to_body(self):
        with Sample() as files:
            source = files.build()["things_proto.c"]
        self.assertIn("SHAPE_IN_QUERY", self.field(source, "things_list_request", "limit"))
        self.assertIn("SHAPE_IN_BODY", self.field(source, "things_create_request", "label"))

    def test_variable_of_one_route_only_stays_in_the_body(self):
        source = self.build('rest = "POST /api/things"', 'rest = "POST /api/racks/{label}/things"\naliases = [{ rest = "POST /api/things", deprecated = true }]')
        self.assertIn("SHAPE_IN_BODY", self.field(source, "things_create_request", "label"))

    def test_header_beside_the_body_keeps_the_field_in_the_body(self):
        source = self.build("min = 1, max = 20", 'header = "if-match", max = 20')
        row = self.field(source, "things_create_request", "label")
        self.assertIn("SHAPE_IN_BODY", row)
        self.assertIn('.header = "if-match"', row)


@unittest.skipUnless(CC, "no C compiler")
class Compiles(unittest.TestCase):
    def compile(self, directory, pattern):
        layers = [ROOT / "common/base", directory, ROOT / "common/io", ROOT / "common/service"]
        includes = [text for layer in layers for text in ("-iquote", str(layer))]
        for path in sorted(directory.glob(pattern)):
            done = subprocess.run([CC, *FLAGS, *includes, str(path)], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, f"{path.name}:\n{done.stderr}")

    def test_every_generated_file_of_the_sample_compiles(self):
        queries = '-- name: thing_get :find thing_row\n-- "One" /* thing \\.\nSELECT id -- why\nFROM things WHERE id = $1 AND label <> \';\';\n'
        with Sample(queries=queries) as files, tempfile.TemporaryDirectory() as scratch:
            for name, text in files.build().items():
                (Path(scratch) / name).write_text(text, encoding="utf-8")
            self.compile(Path(scratch), "*.c")

    def test_service_tables_compile(self):
        self.compile(ROOT / "proto/generated", "*_service.c")


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = json.loads((ROOT / "proto/generated/openapi.json").read_text(encoding="utf-8"))
        cls.operations = [(path, method, op) for path, methods in cls.document["paths"].items() for method, op in methods.items()]

    def references(self, node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for value in node.values():
                yield from self.references(value)
        elif isinstance(node, list):
            for value in node:
                yield from self.references(value)

    def test_every_reference_resolves_and_every_component_is_used(self):
        used = set(self.references(self.document))
        for reference in used:
            node = self.document
            for step in reference.removeprefix("#/").split("/"):
                self.assertIn(step, node, reference)
                node = node[step]
        for section in ("schemas", "responses", "parameters", "headers"):
            for name in self.document["components"][section]:
                self.assertIn(f"#/components/{section}/{name}", used)

    def test_operation_ids_are_unique(self):
        ids = [op["operationId"] for _, _, op in self.operations]
        self.assertEqual(len(ids), len(set(ids)))

    def test_path_variables_and_path_parameters_agree(self):
        for path, method, op in self.operations:
            declared = {p["name"] for p in op.get("parameters", []) if p.get("in") == "path"}
            self.assertEqual(declared, set(re.findall(r"{(\w+)}", path)), f"{method} {path}")

    def test_deprecated_route_is_marked_and_takes_the_variable_in_the_body(self):
        op = self.document["paths"]["/api/content-items"]["post"]
        self.assertTrue(op["deprecated"])
        schema = op["requestBody"]["content"]["application/json"]["schema"]
        self.assertIn("contentTypeId", schema["required"])
        preferred = self.document["paths"]["/api/content-types/{contentTypeId}/items"]["post"]
        self.assertNotIn("contentTypeId", preferred["requestBody"]["content"]["application/json"]["schema"]["properties"])

    def test_every_operation_answers_errors_in_the_envelope(self):
        for path, method, op in self.operations:
            if op["tags"] == ["gateway"]:
                continue
            with self.subTest(f"{method} {path}"):
                self.assertIn("500", op["responses"])
                self.assertIn("503", op["responses"])
                self.assertIn("429", op["responses"])

    def test_internal_operations_are_not_published(self):
        text = json.dumps(self.document)
        for name in ("events.pull", "health.ping", "identity.keys.authenticate"):
            self.assertNotIn(f'"{name}"', text)


class GraphQl(unittest.TestCase):
    """Of the sample; that graphql-js accepts the whole schema is tests/e2e/test_graphql's."""

    def build(self, old=None, new=None):
        with Sample(things=bent(THINGS, old, new) if old else THINGS) as files:
            return files.build()

    def block(self, schema, head):
        return re.search(rf"^{re.escape(head)} {{\n(.*?)^}}", schema, re.S | re.M)[1]

    def fields(self, schema, head):
        return [line.strip() for line in self.block(schema, head).splitlines() if not line.strip().startswith('"""')]

    def test_operations_become_root_fields_and_what_fails_is_null(self):
        schema = self.build()["schema.graphql"]
        self.assertIn("): ThingsPage", self.fields(schema, "type Query"))
        self.assertIn("): Thing", self.fields(schema, "type Mutation"))
        self.assertIn("Needs the scope thing:read.", self.block(schema, "type Query"))

    def test_list_is_nodes_of_a_page(self):
        self.assertEqual(self.fields(self.build()["schema.graphql"], "type ThingsPage"), ["nodes: [Thing!]!"])
        self.assertIn('{ .name = "nodes", .kind = GRAPHQL_OBJECT, .is_required = true, .member = "things", .type = &graphql_type_thing }', self.build()["graphql_types.c"])

    def test_arguments_have_types_defaults_and_the_dry_run(self):
        files = self.build()
        query, mutation = (self.fields(files["schema.graphql"], f"type {root}") for root in ("Query", "Mutation"))
        for wanted in ("limit: Int = 10", "order: ThingsOrder = old", "id: ID!"):
            self.assertIn(wanted, query)
        for wanted in ("label: String!", "data: JSON", "dryRun: Boolean! = false"):
            self.assertIn(wanted, mutation)

    def test_choices_become_legal_names(self):
        self.assertEqual(self.fields(self.build()["schema.graphql"], "enum ThingsOrder"), ["new_est", "old"])

    def test_integers_that_may_need_64_bits_are_long(self):
        schema = self.build('fields.label = {', 'fields.n = { type = "int", min = 0, max = 2147483648, doc = "x" }\nfields.m = { type = "int", min = 0, max = 2147483647, doc = "x" }\nfields.label = {')["schema.graphql"]
        self.assertIn("n: Long!", self.fields(schema, "type Thing"))
        self.assertIn("m: Int!", self.fields(schema, "type Thing"))

    def test_optional_is_nullable_and_text_of_json_is_json(self):
        schema = self.build('fields.label = {', 'fields.note = { type = "text", optional = true, json = true, doc = "x" }\nfields.label = {')["schema.graphql"]
        self.assertIn("note: JSON", self.fields(schema, "type Thing"))

    def test_link_asks_its_operation_with_what_is_not_bound(self):
        files = self.build('doc = "A thing."', 'doc = "A thing."\nlinks.twin = { operation = "things.get", arguments = { id = "id" }, doc = "Its twin." }')
        self.assertIn("twin: Thing", self.fields(files["schema.graphql"], "type Thing"))
        self.assertIn('{ .name = "twin", .kind = GRAPHQL_CALL, .type = &graphql_type_thing, .operation = &operation_things_get, .bound = graphql_type_thing_twin_bound, .n_bound = 1 }', files["graphql_types.c"])

    def test_types_and_responses_can_be_named(self):
        schema = self.build('"query things"', '"query things: Shelf"')["schema.graphql"]
        self.assertIn("): Shelf", self.fields(schema, "type Query"))
        schema = self.build('doc = "A thing."', 'doc = "A thing."\ngraphql = "Ding"')["schema.graphql"]
        self.assertIn("nodes: [Ding!]!", self.fields(schema, "type ThingsPage"))

    def test_every_operation_of_the_registry_with_a_name_is_there(self):
        schema = (ROOT / "proto/generated/schema.graphql").read_text(encoding="utf-8")
        document = json.loads((ROOT / "proto/generated/openapi.json").read_text(encoding="utf-8"))
        names = {op["x-wordclaw"]["graphql"] for methods in document["paths"].values() for op in methods.values() if "graphql" in op.get("x-wordclaw", {})}
        self.assertGreater(len(names), 20)
        for name in names:
            kind, _, field = name.partition(" ")
            self.assertRegex(self.block(schema, f"type {kind.capitalize()}"), rf"(?m)^  {field}[(:]")


if __name__ == "__main__":
    unittest.main()
