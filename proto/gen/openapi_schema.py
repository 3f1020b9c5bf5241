"""Fields and structs of the contract as JSON Schema 2020-12."""

SCALARS = {
    "bool": {"type": "boolean"}, "int": {"type": "integer", "format": "int64"},
    "time": {"type": "string", "format": "date-time"}, "text": {"type": "string"}}

# Said by format int64 already; as a number, readers with doubles make 2^63 of it.
INT64_MAX = 2**63 - 1

# additionalProperties is true by itself, but generators of client types read a bare object as an empty one.
ANY_OBJECT = {"type": "object", "additionalProperties": True}


def doc_schema(field):
    """User data.  doc_text: also accepted as a JSON string holding the document's text."""
    if field.doc_object and field.doc_text:
        return {**ANY_OBJECT, "type": ["object", "string"]}
    return dict(ANY_OBJECT) if field.doc_object else {}


def bare_schema(field):
    if field.kind == "struct":
        return {"$ref": f"#/components/schemas/{field.ref}"}
    if field.kind == "list":
        item = {"$ref": f"#/components/schemas/{field.ref}"} if field.item == "struct" else dict(SCALARS.get(field.item, {}))
        return {"type": "array", "items": item}
    if field.slug:
        return {"type": ["integer", "string"]}
    return doc_schema(field) if field.kind == "doc" else dict(SCALARS[field.kind])


def add_limits(schema, field):
    names = {"int": ("minimum", "maximum"), "text": ("minLength", "maxLength"), "list": ("minItems", "maxItems")}.get(field.kind)
    if names is None or field.slug:
        return
    # Text limits are bytes: an upper bound for characters, but only a lower bound of one says something about them.
    if field.min is not None and not (field.kind == "text" and field.min > 1):
        schema[names[0]] = field.min
    if field.max is not None and field.max != INT64_MAX:
        schema[names[1]] = field.max


def nullable(schema):
    if "$ref" in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        schema["type"] = [*kinds, "null"]
    return schema


def field_schema(field):
    schema = bare_schema(field)
    add_limits(schema, field)
    if field.choices and field.kind == "list":
        schema["items"] = {**schema["items"], "enum": list(field.choices)}
    elif field.choices:
        schema["enum"] = list(field.choices)
    if field.pattern:
        schema["pattern"] = f"^(?:{field.pattern})$"
    if field.format:
        schema["format"] = field.format
    if field.nullable:
        schema = nullable(schema)
    if field.doc:
        schema["description"] = field.doc + (" May also come as JSON text in a string." if field.doc_text else "")
    if field.default is not None:
        schema["default"] = field.default
    if field.example is not None:
        schema["examples"] = [field.example]
    return schema


def struct_schema(fields, closed=False, doc=""):
    """Nullable fields are always present, so they count as required in what we send."""
    schema = {"type": "object"}
    if doc:
        schema["description"] = doc
    required = [f.name for f in fields if f.required or f.nullable]
    if required:
        schema["required"] = required
    schema["properties"] = {f.name: field_schema(f) for f in fields if f.place != "cookie"}
    if closed:
        schema["additionalProperties"] = False
    return schema
