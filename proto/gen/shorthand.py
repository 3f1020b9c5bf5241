"""What TOML files may say shortly, written out before anything else reads them.

[operation."a.b.get"]     instead of [[operation]] and id = "a.b.get"
like = "write"            an operation takes the keys of [like.write]; its own win, errors add up
names = { mcp = "x" }     mcp, graphql and cli on one line
audit = "create thing"    is its own event, thing.create, when the operation names no events
request.page = "paging"   the fields of [fields.paging] stand here
request = ["id", "page"]  nothing but the fields of these groups
event_scope = "x:read"    scope of the file's events that name none
"""

from refusal import ContractError

NAMES = ("mcp", "graphql", "cli")


def groups_of(files, section):
    """Groups that a file may use: its own and those of common.toml, which comes first."""
    shared, per_file = {}, {}
    for path, tables in files.items():
        own = tables.pop(section, {})
        if path.stem == "common":
            shared = own
        clash = sorted(set(shared) & set(own)) if path.stem != "common" else []
        if clash:
            raise ContractError(f"{path.name}: [{section}.{clash[0]}] is also declared by common.toml")
        per_file[path] = {**shared, **own}
    return per_file


def fields_of(where, groups, name, inside=()):
    if name not in groups:
        raise ContractError(f"{where}: field group '{name}' is not declared")
    if name in inside:
        raise ContractError(f"{where}: field group '{name}' holds itself")
    return spelled_out(where, groups, groups[name], (*inside, name))


def spelled_out(where, groups, fields, inside=()):
    """A table of fields in which no group's name is left."""
    fields = [fields] if isinstance(fields, str) else fields
    entries = [(None, name) for name in fields] if isinstance(fields, list) else fields.items()
    out = {}
    for key, value in entries:
        more = fields_of(where, groups, value, inside) if isinstance(value, str) else {key: value}
        twice = sorted(set(out) & set(more))
        if twice:
            raise ContractError(f"{where}: field '{twice[0]}' is declared twice")
        out.update(more)
    return out


def merged(where, likes, operation, inside=()):
    """The operation with the keys of the groups it is like."""
    names = operation.get("like", [])
    table, errors = {}, []
    for name in [names] if isinstance(names, str) else names:
        if name not in likes or name in inside:
            raise ContractError(f"{where}: [like.{name}] is not declared" if name not in likes else f"{where}: [like.{name}] is like itself")
        group = merged(where, likes, likes[name], (*inside, name))
        errors += [code for code in group.get("errors", []) if code not in errors]
        table |= group
    errors += [code for code in operation.get("errors", []) if code not in errors]
    table |= {key: value for key, value in operation.items() if key != "like"}
    return table | ({"errors": errors} if errors else {})


def write_out_operation(file, likes, groups, table):
    where = f"{file}: operation '{table.get('id', '?')}'"
    table = merged(where, likes, table)
    surfaces = table.pop("names", {})
    unknown = sorted(set(surfaces) - set(NAMES))
    if unknown:
        raise ContractError(f"{where}: names holds '{unknown[0]}', not one of {', '.join(NAMES)}")
    table |= surfaces
    action, _, entity = table.get("audit", "").partition(" ")
    if entity and "events" not in table:
        table["events"] = [f"{entity}.{action}"]
    if "request" in table:
        table["request"] = spelled_out(where, groups, table["request"])
    if not isinstance(table.get("response", ""), str):
        table["response"] = spelled_out(where, groups, table["response"])
    return table


def write_out(files):
    """Path -> tables, as tomllib reads them; changed in place."""
    likes, groups = groups_of(files, "like"), groups_of(files, "fields")
    for path, tables in files.items():
        if isinstance(tables.get("operation"), dict):
            tables["operation"] = [{"id": name} | table for name, table in tables["operation"].items()]
        if "operation" in tables:
            tables["operation"] = [write_out_operation(path.name, likes[path], groups[path], table) for table in tables["operation"]]
        scope = tables.pop("event_scope", None)
        for event in tables.get("event", {}).values() if scope else ():
            event.setdefault("scope", scope)
        for section, key in (("type", "fields"), ("row", "fields"), ("event", "payload")):
            for name, table in tables.get(section, {}).items():
                if key in table:
                    table[key] = spelled_out(f"{path.name}: {section} '{name}'", groups[path], table[key])
