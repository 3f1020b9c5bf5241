"""Row types read from statements and migrations, templates of statements, and what TOML files may say shortly."""

import unittest

import rows
import sql
from sample import COMMON, THINGS, Sample, bent, refusal

TABLES = """
CREATE TABLE things (
    id bigint GENERATED ALWAYS AS IDENTITY, label text NOT NULL, note text, tags text[] NOT NULL, data jsonb NOT NULL,
    made_at timestamptz NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE parts (thing_id bigint NOT NULL, weight integer NOT NULL, gone boolean);
CREATE FUNCTION f() RETURNS void AS $$ CREATE TABLE other (x integer); $$ LANGUAGE sql;
ALTER TABLE things ADD COLUMN IF NOT EXISTS owner_id integer NOT NULL, DROP COLUMN note;
ALTER TABLE parts ALTER COLUMN gone SET NOT NULL;
CREATE VIEW heavy AS SELECT p.thing_id, sum(p.weight)::bigint AS total, t.label FROM parts p JOIN things t ON t.id = p.thing_id GROUP BY 1, 3;
"""

# statement, columns it answers ("?": may be absent)
ANSWERS = [
    ("SELECT id, t.label, tags, data, made_at, owner_id FROM things t", "id int, label text, tags list, data doc, made_at time, owner_id int"),
    ("SELECT count(*) AS total FROM things", "total int"),
    ("SELECT t.id, p.weight, p.gone FROM things t LEFT JOIN parts p ON p.thing_id = t.id", "id int, weight int?, gone bool?"),
    ("SELECT max(weight) AS most FROM parts", "most int?"),
    ("SELECT thing_id, max(weight) AS most FROM parts GROUP BY thing_id", "thing_id int, most int"),
    ("SELECT h.total, h.label FROM heavy h", "total int, label text"),
    ("SELECT CASE WHEN weight > 1 THEN weight END AS some, CASE WHEN gone THEN 1 ELSE 2 END AS n FROM parts", "some int?, n int"),
    ("SELECT coalesce(p.weight, 0) AS weight, p.weight IS NULL AS is_bare FROM things t LEFT JOIN parts p ON true", "weight int, is_bare bool"),
    ("SELECT s.thing_id, s.place FROM (SELECT thing_id, row_number() OVER (ORDER BY weight) AS place FROM parts) s", "thing_id int, place int"),
    ("SELECT (SELECT label FROM things LIMIT 1) AS label, 'x' AS word, weight::text FROM parts", "label text?, word text, weight text"),
    ("WITH gone AS (DELETE FROM parts WHERE gone RETURNING thing_id, weight) SELECT g.weight FROM gone g", "weight int"),
    ("INSERT INTO things (label) VALUES ($1) RETURNING id, made_at", "id int, made_at time"),
    ("UPDATE things t SET label = $1 FROM parts p WHERE p.thing_id = t.id RETURNING t.id, p.weight", "id int, weight int"),
    ("SELECT d.\"thingId\", d.label FROM json_to_recordset($1::json) AS d(\"thingId\" integer, label text)", "thingId int, label text"),
    ("SELECT t.id FROM unnest($1::int[]) WITH ORDINALITY AS w (id, place) CROSS JOIN LATERAL (SELECT id FROM things LIMIT w.id) t", "id int"),
]

QUERIES = """-- template: by(column, direction)
SELECT id, label FROM things ORDER BY {column} {direction} LIMIT $1;

-- name: by_label :list thing_found = by(label | DESC)
-- By label.
-- name: by_id :list thing_found = by(id | ASC)
-- By id.

-- name: thing_sum :find thing_sum
-- row: total int?
-- Of something.
SELECT my_function(id) AS total FROM things LIMIT $1;
"""


def told(columns):
    return ", ".join(f"{name} {column.kind or 'unknown'}{'?' if column.nullable else ''}" for name, column in columns.items())


class Rows(unittest.TestCase):
    def test_columns_of_statements(self):
        schema = sql.Schema(rows.answer)
        schema.run(TABLES)
        for statement, columns in ANSWERS:
            with self.subTest(statement):
                self.assertEqual(told(rows.answer(schema, sql.tokens(statement))), columns)

    def build(self, queries):
        with Sample(queries=queries) as files:
            (files.services.parent / "migrations" / "things").mkdir(parents=True)
            (files.services.parent / "migrations" / "things" / "0001_init.sql").write_text(TABLES, encoding="utf-8")
            return files.build()

    def test_template_and_row_line(self):
        built = self.build(QUERIES)
        self.assertIn("struct thing_found {\n\tint64_t id;\n\tconst char *label;\n};", built["things_proto.h"])
        self.assertIn("struct thing_sum {\n\tconst int64_t *total;\n};", built["things_proto.h"])
        self.assertIn("ORDER BY label DESC LIMIT", built["things_queries.c"])
        self.assertIn("ORDER BY id ASC LIMIT", built["things_queries.c"])

    def test_refusals(self):
        for old, new, words in (("-- row: total int?\n", "", "does not tell the type of column 'total'"),
                                ("total int?", "amount int", "'amount', which is no column"),
                                ("by(id | ASC)", "by(id)", "takes 2 arguments, not 1"),
                                ("= by(id | ASC)", "= bye(id | ASC)", "no template 'bye'"),
                                ("-- name: thing_sum :find thing_sum", "-- name: thing_sum :find thing_found", "columns differ")):
            with self.subTest(new), self.assertRaisesRegex(Exception, words):
                self.build(bent(QUERIES, old, new))




class Shorthand(unittest.TestCase):
    def test_short_and_long_say_the_same(self):
        short = bent(THINGS, 'mcp = "create_thing"\ngraphql = "mutation createThing"\ncli = "things create"\n',
                     'names = { mcp = "create_thing", graphql = "mutation createThing", cli = "things create" }\n')
        short = bent(short, 'policy = "things.write"\nscope = "thing:write"\ntx = "write"\n', 'like = ["write"]\n')
        short = bent(short, 'events = ["thing.create"]\ndry_run', "dry_run")
        short = bent(short, 'summary = "A thing was created."\nscope = "thing:read"\n', 'summary = "A thing was created."\n')
        short = bent(short, 'fields.id = { type = "id", doc = "Id." }\nfields.label = { type = "text", doc = "Label." }', 'fields = ["identity"]')
        short = bent(short, 'summary = "Things."\n', '''summary = "Things."
event_scope = "thing:read"
[like.base]
tx = "write"
[like.write]
like = "base"
policy = "things.write"
scope = "thing:write"
[fields.id]
id = { type = "id", doc = "Id." }
[fields.identity]
id = "id"
label = { type = "text", doc = "Label." }
''')
        with Sample() as long_files, Sample(things=short) as short_files:
            self.assertEqual(long_files.build(), short_files.build())

    def test_groups_of_common_serve_every_file(self):
        common = COMMON + '[fields.asked]\nlimit = { type = "int", min = 1, max = 50, default = 10, doc = "How many." }\n'
        things = bent(THINGS, 'request.limit = { type = "int", min = 1, max = 50, default = 10, doc = "How many." }', 'request.page = "asked"')
        with Sample() as long_files, Sample(things=things, common=common) as short_files:
            self.assertEqual(long_files.build(), short_files.build())

    def test_refusals(self):
        for old, new, words in (('policy = "things.write"\n', 'like = "writes"\n', "[like.writes] is not declared"),
                                ('request.data = {', 'request.page = "asked"\nrequest.data = {', "field group 'asked' is not declared"),
                                ('cli = "things create"', 'names = { cmd = "things create" }', "names holds 'cmd'")):
            with self.subTest(new):
                self.assertIn(words, refusal(things=bent(THINGS, old, new)))


if __name__ == "__main__":
    unittest.main()
