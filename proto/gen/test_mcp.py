"""MCP: what the generator refuses, and the tools, resources and prompts it makes."""

import json
import unittest

from sample import THINGS, Sample, bent, refusal

CATALOGUE = '''
[[resource]]
uri = "thing://all"
name = "things"
title = "Things"
description = "All things."
operation = "things.list"
request = { limit = 20 }
events = ["thing.*"]
[[resource]]
uri = "thing://one/{id}"
name = "thing"
title = "Thing"
description = "One thing."
operation = "things.get"
events = ["thing.create"]
entity = "id"
complete.id = { operation = "things.list", value = "id" }
[[prompt]]
name = "praise"
title = "Praise"
description = "Praises a thing."
arguments.id = { required = true, doc = "Thing.", complete = { operation = "things.list", value = "id" } }
arguments.tone = { required = true, doc = "Tone.", choices = ["loud", "soft"] }
read.thing = { operation = "things.get", request = { id = "{id}" } }
by = "tone"
texts.loud = "PRAISE {thing.label}"
texts.soft = "praise {thing.label}, number {id}"
'''
WITH = THINGS + CATALOGUE
ALL, ONE, PRAISE = "things.toml: resource 'thing://all'", "things.toml: resource 'thing://one/{id}'", "things.toml: prompt 'praise'"
LABEL = 'request.label = {'

BENDS = [
    ("resource of nothing", 'operation = "things.list"\nrequest', 'operation = "things.lost"\nrequest', ALL, "'things.lost' is not declared"),
    ("resource that writes", 'operation = "things.list"\nrequest', 'operation = "things.create"\nrequest', ALL, "writes"),
    ("fixed input that is no field", "{ limit = 20 }", "{ most = 20 }", ALL, "'most'"),
    ("variable that is no field", 'thing://one/{id}', 'thing://one/{key}', "things.toml: resource 'thing://one/{key}'", "'key'"),
    ("required input left out", 'thing://one/{id}', 'thing://one', "things.toml: resource 'thing://one'", "leaves out 'id'"),
    ("uri without scheme", '"thing://all"', '"things"', "things.toml: resource 'things'", "scheme"),
    ("uri taken twice", '"thing://all"', '"thing://one/{limit}"', ONE, "declared twice"),
    ("resource name taken twice", 'name = "thing"', 'name = "things"', ONE, "name 'things' is declared twice"),
    ("resource without title", 'title = "Things"\n', "", ALL, "no title"),
    ("undeclared event of a resource", '["thing.*"]', '["thing.grow"]', ALL, "thing.grow"),
    ("entity that is no variable", 'entity = "id"', 'entity = "key"', ONE, "'key'"),
    ("completion of no variable", "complete.id", "complete.key", ONE, "'key'"),
    ("completion without a list", 'complete.id = { operation = "things.list"', 'complete.id = { operation = "things.get"', ONE, "'things.get' lists"),
    ("completion by a field that is none", 'value = "id" }\n[[prompt', 'value = "key" }\n[[prompt', ONE, "'key'"),
    ("unknown key of a resource", 'name = "things"', 'name = "things"\ncolour = 1', ALL, "'colour'"),
    ("unknown key of a prompt", 'name = "praise"', 'name = "praise"\ncolour = 1', PRAISE, "'colour'"),
    ("argument without doc", 'doc = "Tone.", ', "", PRAISE, "'tone' has no doc"),
    ("text naming no argument", "number {id}", "number {number}", PRAISE, "{number}"),
    ("text naming nothing read", "PRAISE {thing.label}", "PRAISE {thing.size}", PRAISE, "{thing.size}"),
    ("text of no choice", "texts.loud", "texts.harsh", PRAISE, "choices of 'tone'"),
    ("chooser that may be missing", 'arguments.tone = { required = true,', "arguments.tone = {", PRAISE, "no required argument"),
    ("prompt without text", CATALOGUE[CATALOGUE.index('by = '):], "", PRAISE, "needs either"),
    ("prompt that writes", 'read.thing = { operation = "things.get"', 'read.thing = { operation = "things.create"', PRAISE, "writes"),
    ("read with a field that is none", 'request = { id = "{id}" }', 'request = { key = "{id}" }', PRAISE, "'key'"),
    ("read with an argument that is none", 'request = { id = "{id}" }', 'request = { id = "{key}" }', PRAISE, "{key}"),
    ("prompt of an operation without messages", CATALOGUE[CATALOGUE.index('read.thing'):], 'operation = "things.get"\n', PRAISE, "answers no messages"),
    ("tool name with capitals", '"create_thing"', '"createThing"', "things.toml: operation 'things.create'", "snake_case"),
    ("destructive read", 'mcp = "list_things"', 'mcp = "list_things"\ndestructive = true', "things.toml: operation 'things.list'", "destructive"),
    ("field MCP does not know", LABEL, 'request.answers = { type = "doc", in = "mcp", max = 9, doc = "x" }\n' + LABEL, "things.toml: operation 'things.create'", "no such field"),
    ("MCP field of another type", LABEL, 'request.requestState = { type = "int", in = "mcp", doc = "x" }\n' + LABEL, "things.toml: operation 'things.create'", "no such field"),
    ("MCP field that is required", LABEL, 'request.requestState = { type = "text", in = "mcp", max = 9, required = true, doc = "x" }\n' + LABEL,
     "things.toml: operation 'things.create'", "is required"),
]


class Refusals(unittest.TestCase):
    def test_the_catalogue_itself_is_accepted(self):
        self.assertEqual(refusal(things=WITH), "")

    def test_each_bend_is_refused_by_place(self):
        for label, old, new, where, words in BENDS:
            with self.subTest(label):
                said = refusal(things=bent(WITH, old, new))
                self.assertIn(where, said, label)
                self.assertIn(words, said, label)

    def test_a_tool_beyond_its_budget_is_refused(self):
        fields = "".join(f'request.field{n} = {{ type = "int", doc = "{"long " * 20}" }}\n' for n in range(40))
        self.assertIn("at most 4095", refusal(things=bent(WITH, LABEL, fields + LABEL)))


class Tools(unittest.TestCase):
    def tools(self, *bends):
        things = WITH
        for old, new in bends:
            things = bent(things, old, new)
        with Sample(things=things) as files:
            return {tool["name"]: tool for tool in json.loads(files.build()["mcp_tools.json"])["tools"]}

    def test_every_operation_with_a_name_is_a_tool(self):
        self.assertEqual(sorted(self.tools()), ["create_thing", "list_things"])

    def test_input_says_what_is_required_and_nothing_else_is_taken(self):
        schema = self.tools()["create_thing"]["inputSchema"]
        self.assertEqual(schema["required"], ["label"])
        self.assertIs(schema["additionalProperties"], False)
        self.assertEqual(schema["properties"]["label"], {"type": "string", "maxLength": 20, "description": "Label."})

    def test_agents_must_send_version_tokens(self):
        field = 'request.expectedVersion = { type = "int", agent_required = true, doc = "x" }\n'
        self.assertEqual(self.tools((LABEL, field + LABEL))["create_thing"]["inputSchema"]["required"], ["expectedVersion", "label"])

    def test_documents_have_one_shape(self):
        tools = self.tools(('type = "doc", max = 1000', 'type = "doc", doc_text = true, max = 1000'))
        self.assertEqual(tools["create_thing"]["inputSchema"]["properties"]["data"]["type"], "object")

    def test_dry_run_is_an_argument(self):
        tools = self.tools()
        self.assertEqual(tools["create_thing"]["inputSchema"]["properties"]["dryRun"]["type"], "boolean")
        self.assertNotIn("dryRun", tools["list_things"]["inputSchema"]["properties"])

    def test_output_has_the_response_s_members(self):
        self.assertEqual(self.tools()["create_thing"]["outputSchema"],
                         {"type": "object", "properties": {"id": {"type": "integer"}, "label": {"type": "string"}}})

    def test_fields_between_mcp_and_operation_are_not_shown(self):
        answer = 'response.content = { type = "list of doc", in = "mcp", doc = "x" }\n'
        asked = 'request.inputResponses = { type = "doc", in = "mcp", max = 9, doc = "x" }\n'
        tool = self.tools(('response = "thing"\n\n[[resource', answer + "[[resource"), (LABEL, asked + LABEL))
        self.assertNotIn("inputResponses", tool["create_thing"]["inputSchema"]["properties"])
        self.assertNotIn("outputSchema", tool["create_thing"])

    def test_hints_follow_route_and_transaction(self):
        tools = self.tools()
        self.assertEqual(tools["list_things"]["annotations"], {"readOnlyHint": True})
        self.assertEqual(tools["create_thing"]["annotations"], {"destructiveHint": False})
        deleting = self.tools(('"POST /api/things"', '"DELETE /api/labels/{label}"'),
                              ('request.data = { type = "doc", max = 1000', 'request.data = { type = "text", max = 1000'))["create_thing"]
        self.assertEqual(deleting["annotations"], {"destructiveHint": True})


class Catalogue(unittest.TestCase):
    def test_resources_and_prompts_are_rows(self):
        with Sample(things=WITH) as files:
            source = files.build()["mcp_catalogue.c"]
        for words in ('.uri = "thing://one/{id}"', '.request = "{\\"limit\\":20}"', '.events = (const char *const[]){ "thing.*", NULL }',
                      '.entity = "id"', '.by = "tone"', '{ "soft", "praise {thing.label}, number {id}" }', "mcp_n_prompts = 1;"):
            self.assertIn(words, source)


if __name__ == "__main__":
    unittest.main()
