"""Closed sets that the registry itself has, by name: choices = "event entities" instead of a list that would fall behind.

event types     every event, "content_item.update"
event entities  what they happen to, "content_item"
event actions   what happens, "update"
policies        what operations ask the policy engine, "content.write"
job kinds       what jobs do, "content_status_transition"
key scopes      key_scopes of [policy] in common.toml
"""

from refusal import ContractError


def events_of(files):
    return {name for tables in files.values() for name in tables.get("event", {})}


def operations_of(files):
    return [operation for tables in files.values() for operation in tables.get("operation", []) if isinstance(operation, dict)]


def vocabularies(files):
    events, operations = events_of(files), operations_of(files)
    policy = next((tables["policy"] for tables in files.values() if "policy" in tables), {})
    return {"event types": sorted(events), "event entities": sorted({name.rpartition(".")[0] for name in events}),
            "event actions": sorted({name.rpartition(".")[2] for name in events}),
            "policies": sorted({operation["policy"] for operation in operations if "policy" in operation}),
            "job kinds": sorted({operation["job"]["kind"] for operation in operations if isinstance(operation.get("job"), dict) and "kind" in operation["job"]}),
            "key scopes": policy.get("key_scopes", [])}


def tables_in(value):
    """Every table inside a value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from tables_in(inner)


def write_out(files):
    """Afterwards every `choices` is a list."""
    known = vocabularies(files)
    for path, tables in files.items():
        for table in tables_in(tables):
            name = table.get("choices")
            if not isinstance(name, str) or "type" not in table:
                continue
            if not known.get(name):
                raise ContractError(f"{path.name}: choices '{name}' is no vocabulary; there are {', '.join(known)}")
            table["choices"] = known[name]
