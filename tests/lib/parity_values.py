"""Values by a field's declaration: ones that fit, and ones that break exactly one rule.  Everything comes from one generator.

Ids and versions of rows are not known before the moment of sending and differ from world to world, so they stand as
placeholders: the n-th row of a table, in each world its own.
"""
import json
import re
from dataclasses import dataclass

try:
    from re import _parser as pattern_parser # Python 3.11 and later
except ImportError:
    import sre_parse as pattern_parser

TOKEN = "zqw0" # becomes the world's own: what must be unique among tenants carries it
TEXT_BYTES_MAX = 5000
REPEAT_MAX = 4
NOBODYS_ID = 2147483600
LONG_TEXT = "x" * 64


# Arguments of which an operation takes one.
ONE_OF = (("schema", "schemaManifest"),)


@dataclass(frozen=True)
class Ref:
    """The id of the n-th row of a table, of the world's own tenant or of a foreign one."""
    table: str
    n: int
    is_foreign: bool = False


@dataclass(frozen=True)
class VersionOf:
    """The version that row had when the batch began, plus some."""
    ref: Ref
    plus: int = 0


@dataclass(frozen=True)
class SlugOf:
    """The slug of that row, or of the next behind it that is a singleton."""
    ref: Ref


@dataclass(frozen=True)
class NextCursor:
    """What the operation answered last as nextCursor."""
    operation: str


def json_text(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def matching(rng, pattern):
    """A text that the pattern matches."""
    return "".join(_sample(rng, pattern_parser.parse(pattern)))


def _sample(rng, parsed):
    for kind, given in parsed:
        name = str(kind)
        if name == "LITERAL":
            yield chr(given)
        elif name == "NOT_LITERAL":
            yield rng.choice([c for c in "abc" if ord(c) != given])
        elif name == "ANY":
            yield rng.choice("abcxyz")
        elif name == "IN":
            yield _sample_class(rng, given)
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = given
            for _ in range(rng.randint(low, min(int(high), low + REPEAT_MAX))):
                yield from _sample(rng, inner)
        elif name == "SUBPATTERN":
            yield from _sample(rng, given[3])
        elif name == "BRANCH":
            yield from _sample(rng, rng.choice(given[1]))
        elif name != "AT":
            raise ValueError(f"no sample for {name} in a pattern")


def _sample_class(rng, parts):
    allowed = [c for c in map(chr, range(33, 127)) if any(_holds(part, c) for part in parts if str(part[0]) != "NEGATE")]
    if str(parts[0][0]) == "NEGATE":
        allowed = [c for c in map(chr, range(33, 127)) if c not in allowed]
    return rng.choice(allowed)


def _holds(part, char):
    name, given = str(part[0]), part[1]
    if name == "LITERAL":
        return ord(char) == given
    if name == "RANGE":
        return given[0] <= ord(char) <= given[1]
    categories = {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w",
                  "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_NOT_WORD": r"\W"}
    return bool(re.match(categories[str(given)], char))


def text_of_bytes(rng, n):
    """A text of exactly n bytes, often with characters of several."""
    text = ""
    while len(text.encode()) < n:
        text += rng.choice(["a", "Z", "7", " ", "-", "\u00e9", "\u4e16", "\U0001f600", '"', "\\", "%", "&", "\n"])
    while len(text.encode()) > n:
        text = text[:-1]
    return text + "a" * (n - len(text.encode()))


class Values:
    """rng: the only source of chance."""

    def __init__(self, registry, rng):
        self.registry, self.rng = registry, rng

    # ---- what fits

    def input(self, operation, has_all=False):
        """Arguments that keep every rule the registry states; what it does not state may still be refused, everywhere alike."""
        arguments = {}
        for field in self.registry.fields(operation):
            is_version = field.name == "expectedVersion"
            if field.required or field.agent_required or is_version or has_all or self.rng.random() < 0.4:
                arguments[field.name] = self.fitting(operation, field)
        for names in ONE_OF:
            if all(name in arguments for name in names):
                del arguments[self.rng.choice(names)]
        for field in self.registry.fields(operation):
            if field.name == "expectedVersion":
                arguments[field.name] = self.version(operation, arguments)
        return arguments

    def version(self, operation, arguments, plus=0):
        field, table = self.registry.target(operation)
        ref = arguments.get(field.name) if field else None
        return VersionOf(ref, plus) if table and isinstance(ref, Ref) else 1

    def fitting(self, operation, field):
        value = self._fitting(operation, field)
        return self.unique(field, value) if operation.scope == "platform" else value

    def _fitting(self, operation, field):
        rng, kind = self.rng, field.kind
        if kind == "text":
            return self.text(operation, field)
        if kind == "int":
            return self.integer(operation, field)
        if kind == "bool":
            return rng.random() < 0.5
        if kind == "time":
            return rng.choice([field.example or "2031-05-06T07:08:09.000Z", "2040-02-29T23:59:59Z", "2033-01-01T00:00:00+02:00", "1999-12-31T23:59:59.999Z"])
        if kind == "doc":
            return self.document(field)
        if kind == "struct":
            return {member.name: self._fitting(operation, member) for member in self.registry.members(field)
                    if member.required or rng.random() < 0.5}
        return self.list(operation, field)

    def unique(self, field, value):
        """Platform operations write where every tenant is: their texts carry the world's token where they may."""
        if field.kind != "text" or field.choices or field.pattern and not re.fullmatch(field.pattern, TOKEN + "7" + str(value)):
            return value
        made = f"{TOKEN}{self.rng.randrange(10**6)}{value}"
        return made if len(made.encode()) <= (field.max or len(made)) else value

    def text(self, operation, field):
        rng = self.rng
        if field.choices:
            return rng.choice(field.choices)
        if field.name == "cursor":
            return NextCursor(operation.id)
        if operation.id.startswith("content.globals.") and field.name == "slug":
            return SlugOf(Ref("content_types", rng.randrange(1000)))
        if field.pattern:
            made = matching(rng, field.pattern)
            fits = (field.min or 0) <= len(made) <= (field.max or TEXT_BYTES_MAX) and rng.random() < 0.7
            return made if fits or not field.example else field.example
        if field.example is not None and rng.random() < 0.5:
            return field.example
        low, high = field.min or 0, min(field.max or 64, TEXT_BYTES_MAX)
        return text_of_bytes(rng, rng.choice([low, high, rng.randint(low, min(high, 40)), rng.randint(low, high)]))

    def integer(self, operation, field):
        rng, table = self.rng, self.registry.table(operation, field)
        if table:
            return Ref(table, rng.randrange(1000))
        if (field.is_id or field.name.endswith("Id")) and not self.registry.is_of_no_row(operation): # of a row of no certain table: only what is nobody's is the same in every world
            return rng.choice([NOBODYS_ID, field.max or NOBODYS_ID])
        if field.name == "basePrice": # where a price is asked nothing is stored: not of most
            return rng.choice([0, 0, 0, 0, 0, 0, 0, 1])
        if field.name in ("version", "from", "to"):
            return rng.choice([1, 1, 1, 2, 3])
        low = field.min if field.min is not None else 0
        high = field.max if field.max is not None else 10**9
        return rng.choice([low, high, low + 1, field.default if field.default is not None else low, rng.randint(low, min(high, low + 100))])

    def list(self, operation, field):
        rng = self.rng
        table = self.registry.table(operation, field) if field.is_id else None
        if field.example and not field.is_id and field.item != "struct" and rng.random() < 0.6:
            return list(field.example)
        n = rng.randint(field.min or 1, min(field.max or 3, (field.min or 1) + 2))
        if field.item == "struct":
            return [self._fitting(operation, model_item(field, "struct")) for _ in range(n)]
        if field.item == "text":
            return [rng.choice(field.choices) if field.choices else rng.choice(["content:read", "audit:read", "b", "\u4e16"]) for _ in range(n)]
        if field.is_id:
            return [Ref(table, rng.randrange(1000)) if table else NOBODYS_ID for _ in range(n)]
        return [rng.randint(1, 50) for _ in range(n)] if field.item == "int" else [{"a": i} for i in range(n)]

    def document(self, field):
        rng = self.rng
        if field.example is not None and rng.random() < 0.7:
            return with_nobodys_ids(field.example)
        return {"title": text_of_bytes(rng, rng.randint(1, 60)), "n": rng.choice([0, -1, 2**53, 1.5, 1e21, 0.1, True, None]),
                "nested": {"list": [1, "2", {"deep": []}], "\u00fc": ""}} if rng.random() < 0.7 else {}


def with_nobodys_ids(value):
    """An example's id may be one that a row has in one world and none has in another."""
    if isinstance(value, list):
        return [with_nobodys_ids(item) for item in value]
    if isinstance(value, dict):
        return {name: NOBODYS_ID if name.endswith("Id") and isinstance(item, int) else with_nobodys_ids(item) for name, item in value.items()}
    return value


def model_item(field, kind):
    """An item of a list as a field of its own."""
    from model import Field
    return Field(field.name, kind, ref=field.ref, required=True, choices=field.choices, pattern=field.pattern)


# ---- what breaks one rule

WRONG = {
    "int": ["seven", 1.5, True, {}, [], "007"],
    "bool": ["maybe", 7, {}],
    "text": [7, True, {}, ["x"]],
    "time": ["yesterday", 7, {}, "2026-02-30T00:00:00Z", True],
    "list": [7, {}, True],
    "struct": [7, "x", [], True],
    "doc": [],
}
WRONG_OBJECT = [7, [], True, "{", "[1]", "text"]


def wrong_types(field):
    if field.kind == "doc":
        return [value for value in WRONG_OBJECT if field.doc_object or isinstance(value, str)]
    if field.slug: # a word, true among them where everything is text, would be the slug of nothing
        return [1.5, {}, [], "007", "No Slug"]
    return WRONG[field.kind]


def out_of_bounds(rng, field):
    """(what, value) beyond a limit the field states."""
    low, high = field.min, field.max
    if field.kind == "int":
        yield from ((f"below {low}", v) for v in {low - 1, -1, -2**31} if low is not None and v < low)
        yield from ((f"above {high}", v) for v in {high + 1, 2**31, 2**62} if high is not None and high < v < 2**63)
    elif field.kind == "text":
        if low:
            yield "too short", text_of_bytes(rng, low - 1)
        if high and high <= TEXT_BYTES_MAX:
            yield "too long", "a" * (high + 1)
            yield "too long in bytes", "\u4e16" * (high // 3 + 1)
        if field.pattern:
            yield "off the pattern", "\u00e4 \u00f6/"
        if field.choices:
            yield "no choice", "neither"
            yield "no choice", field.choices[0].upper()
    elif field.kind == "list":
        item = {"text": "content:read", "int": 1, "struct": {}, "doc": {}}[field.item]
        if low:
            yield "too few", [item] * (low - 1)
        if high and high <= 1000:
            yield "too many", [item] * (high + 1)
        yield "wrong item", [{"text": 7, "int": "x", "struct": "x", "doc": item}[field.item]] if field.item != "doc" else 7
