"""schema.graphql, and graphql_types.h and .c: what is behind each of its object types and fields."""

from ctext import NOTICE, literal
from graphql_model import SCALARS, Schema
from naming import operation_symbol, snake


# ---- the schema as text, laid out as graphql-js prints it

def description(text, indent=""):
    lines = text.replace('"""', '\\"""').split("\n")
    if len(lines) == 1 and len(text) <= 70:
        return f'{indent}"""{lines[0]}"""\n'
    body = "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
    return f'{indent}"""\n{body}{indent}"""\n'


def argument(arg, indent):
    default = f" = {arg.default}" if arg.default is not None else ""
    return f"{description(arg.doc, indent)}{indent}{arg.name}: {arg.type}{default}\n"


def output(field):
    arguments = "\n".join(argument(arg, "    ") for arg in field.arguments)
    call = f"(\n{arguments}  )" if arguments else ""
    return f"{description(field.doc, '  ')}  {field.name}{call}: {field.type}\n"


def block(keyword, name, doc, members):
    return f"{description(doc) if doc else ''}{keyword} {name} {{\n" + "\n".join(members) + "}\n"


def sdl(schema):
    named = {name: description(doc) + f"scalar {name}\n" for name, doc in SCALARS.items()}
    for enum in schema.enums.values():
        named[enum.name] = block("enum", enum.name, enum.doc, ["".join(f"  {value}\n" for value in enum.values)])
    for made in schema.inputs.values():
        named[made.name] = block("input", made.name, made.doc, [argument(arg, "  ") for arg in made.arguments])
    for made in schema.objects.values():
        named[made.name] = block("type", made.name, made.doc, [output(field) for field in made.outputs])
    roots = [block("type", kind.capitalize(), "", [output(field) for field in fields]) for kind, fields in schema.roots.items() if fields]
    return "\n".join(roots + [named[name] for name in sorted(named)])


# ---- the tables

HEADER = f"""{NOTICE}
#ifndef GRAPHQL_TYPES_H
#define GRAPHQL_TYPES_H

#include "contract/operation.h"

/* How a value of a member is written. */
enum graphql_kind {{
	GRAPHQL_PLAIN,  /* as in REST */
	GRAPHQL_ID,     /* an int as a string */
	GRAPHQL_INT,    /* within 32 bits, or it is no value */
	GRAPHQL_JSON,   /* a doc, or text that is a JSON document */
	GRAPHQL_ENUM,   /* text, one of the member's choices by its GraphQL name */
	GRAPHQL_OBJECT, /* a struct or a list of them */
	GRAPHQL_CALL,   /* what an operation answers */
}};

/* An argument taken from the object that the field hangs on. */
struct graphql_bound {{
	const char *name; /* request field of the operation */
	const char *from; /* member of the object */
}};

struct graphql_field {{
	const char *name;
	enum graphql_kind kind;
	bool is_required;          /* not null, or the object is not */
	const char *member;        /* of the type's shape; NULL for a CALL */
	const struct graphql_type *type; /* of OBJECT and CALL */
	const struct operation *operation; /* of CALL, and what is bound */
	const struct graphql_bound *bound;
	size_t n_bound;
}};

/* An object type of schema.graphql; its fields in the order of the schema. */
struct graphql_type {{
	const char *name;
	const struct shape *shape; /* NULL for the roots */
	const struct graphql_field *fields;
	size_t n_fields;
}};

extern const struct graphql_type *const graphql_types[]; /* NULL-terminated */
extern const struct graphql_type graphql_type_query, graphql_type_mutation;

#endif
"""


def symbol(name):
    return "graphql_type_" + snake(name)


def kind_of(field, text):
    """The member's row kind, from its GraphQL type."""
    name = text.strip("[]!")
    if field.ref:
        return "OBJECT"
    return {"ID": "ID", "Int": "INT", "JSON": "JSON"}.get(name, "ENUM" if field.choices and field.kind != "list" else "PLAIN")


def member_row(schema, field, shown):
    kind = kind_of(field, shown.type)
    ref = f", .type = &{symbol(schema.object(schema.contract.types[field.ref]).name)}" if field.ref else ""
    required = ", .is_required = true" if shown.type.endswith("!") else ""
    return f"\t{{ .name = {literal(shown.name)}, .kind = GRAPHQL_{kind}{required}, .member = {literal(field.name)}{ref} }},\n"


def call_row(shown, operation, bound=""):
    return (f"\t{{ .name = {literal(shown.name)}, .kind = GRAPHQL_CALL, .type = &{symbol(shown.type)}, "
            f".operation = &{operation_symbol(operation.id)}{bound} }},\n")


def type_tables(name, shape, rows):
    return [f"static const struct graphql_field {symbol(name)}_fields[] = {{\n{''.join(rows)}}};",
            f"const struct graphql_type {symbol(name)} = {{ {literal(name)}, {shape}, {symbol(name)}_fields, {len(rows)} }};\n"]


def object_tables(schema, made):
    out, rows = [], [member_row(schema, field, shown) for field, shown in zip(made.struct.fields, made.outputs)]
    for link, shown in zip(made.links, made.outputs[len(made.struct.fields):]):
        table = f"{symbol(made.name)}_{snake(link.name)}_bound"
        pairs = ", ".join(f"{{ {literal(name)}, {literal(source)} }}" for name, source in link.arguments.items())
        out.append(f"static const struct graphql_bound {table}[] = {{ {pairs} }};")
        rows.append(call_row(shown, link.operation, f", .bound = {table}, .n_bound = {len(link.arguments)}"))
    return out + type_tables(made.name, f"&{made.struct.name}_shape", rows)


def root_tables(schema, kind):
    operations = [op for op in schema.operations if op.graphql.startswith(kind + " ")]
    return type_tables(kind.capitalize(), "NULL", [call_row(shown, op) for shown, op in zip(schema.roots[kind], operations)])


def source(contract, schema):
    objects = [schema.objects[name] for name in sorted(schema.objects)]
    names = [made.name for made in objects]
    parts = [NOTICE, '#include "graphql_types.h"\n', *(f'#include "{service.name}_proto.h"' for service in contract.services), ""]
    parts += [f"extern const struct graphql_type {symbol(name)};" for name in names]
    parts.append("")
    for made in objects:
        parts += object_tables(schema, made)
    parts += root_tables(schema, "query") + root_tables(schema, "mutation")
    rows = "".join(f"\t&{symbol(name)},\n" for name in ["Query", "Mutation", *names])
    parts.append(f"const struct graphql_type *const graphql_types[] = {{\n{rows}\tNULL\n}};\n")
    return "\n".join(parts)


def outputs(contract):
    schema = Schema(contract)
    return {"schema.graphql": sdl(schema), "graphql_types.h": HEADER, "graphql_types.c": source(contract, schema)}
