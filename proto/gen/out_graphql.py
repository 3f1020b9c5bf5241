"""schema.graphql, and graphql_types.h and .c: which struct, list and links are behind each of its object types."""

from ctext import NOTICE, literal
from graphql_model import SCALARS, Schema
from naming import operation_symbol


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

#include "operation.h"

/* A field that asks an operation, with arguments taken from the object it hangs on. */
struct graphql_link {{
	const char *name;
	const struct operation *operation;
	const struct graphql_link_argument {{
		const char *name; /* request field of the operation */
		const char *from; /* field of the object */
	}} *arguments;
	size_t n_arguments;
}};

/* What is behind an object type of schema.graphql; its other fields are called as the members of the struct. */
struct graphql_type {{
	const char *name;
	const struct shape *shape;
	const char *list; /* member shown as "nodes", or NULL */
	const struct graphql_link *links;
	size_t n_links;
}};

extern const struct graphql_type graphql_types[]; /* sorted by name */
extern const size_t graphql_n_types;

#endif
"""


def link_tables(made):
    out, rows = [], []
    for link in made.links:
        pairs = ", ".join(f"{{ {literal(name)}, {literal(source)} }}" for name, source in link.arguments.items())
        out.append(f"static const struct graphql_link_argument {made.name}_{link.name}_arguments[] = {{ {pairs} }};")
        rows.append(f"\t{{ {literal(link.name)}, &{operation_symbol(link.operation.id)}, {made.name}_{link.name}_arguments, {len(link.arguments)} }},\n")
    if rows:
        out.append(f"static const struct graphql_link {made.name}_links[] = {{\n{''.join(rows)}}};")
    return out


def source(contract, schema):
    objects = [schema.objects[name] for name in sorted(schema.objects)]
    includes = [f'#include "{service.name}_proto.h"' for service in contract.services]
    parts = [NOTICE, '#include "graphql_types.h"\n', *includes, ""]
    for made in objects:
        parts += link_tables(made)
    rows = "".join(f"\t{{ {literal(made.name)}, &{made.struct.name}_shape, {literal(made.list_field)}, "
                   f"{made.name + '_links' if made.links else 'NULL'}, {len(made.links)} }},\n" for made in objects)
    parts.append(f"const struct graphql_type graphql_types[] = {{\n{rows}}};\nconst size_t graphql_n_types = {len(objects)};\n")
    return "\n".join(parts)


def outputs(contract):
    schema = Schema(contract)
    return {"schema.graphql": sdl(schema), "graphql_types.h": HEADER, "graphql_types.c": source(contract, schema)}
