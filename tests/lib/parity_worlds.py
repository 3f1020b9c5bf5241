"""Worlds: a tenant for each surface, all with the same history, so that what one input leaves behind can be compared.

What a row or an answer holds is made comparable by giving rows names (the n-th of their table) and the present one word; what
then still differs between two worlds that are both asked over REST differs by nature and is compared by its type only.
"""
import itertools
import json
import re
import subprocess
from datetime import datetime, timedelta, timezone

from checks import Failure, wait_for
from mcp import STATELESS, Agent
from parity_cases import KEY_PREFIX
from parity_exceptions import BY_NATURE, NOT_STATE, refusal_of_its_own
from parity_registry import plural
from parity_surfaces import Rest
from parity_values import NOBODYS_ID, TOKEN, NextCursor, Ref, SlugOf, VersionOf, json_text

CAUGHT_UP_SECONDS_MAX = 20
MARK = "<end of answer>"
KEYS = {"read": "content:read", "write": "content:write", "audit": "audit:read", "admin": "admin"}
NOW, RESTORABLE = "<now>", "<as long as what was deleted is kept>"
RESTORABLE_DAYS = 30
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:\d\d)?)")


def present(text):
    """One word for a time of the present, or for one that is that far from it; None: another time, or none."""
    match = TIME.fullmatch(text)
    if not match:
        return None
    try:
        time = datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))
    except ValueError:
        return None
    ahead = time.astimezone(timezone.utc) - datetime.now(timezone.utc)
    return NOW if abs(ahead) < timedelta(days=1) else RESTORABLE if abs(ahead - timedelta(days=RESTORABLE_DAYS)) < timedelta(days=1) else None


def differences(a, b, pointer=""):
    """(pointer, one, other) wherever two values differ; nothing and null are the same."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted(a.keys() | b.keys()):
            yield from differences(a.get(name), b.get(name), f"{pointer}/{name}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{pointer}/{i}")
    elif type(a) is not type(b) or a != b:
        yield pointer, a, b


def general(pointer):
    return re.sub(r"/\d+(?=/|$)", "/*", pointer)


class World:
    """Of one surface, with a tenant, a foreign tenant like it, and the keys of both."""

    def __init__(self, ground, index, surface):
        self.ground, self.token = ground, TOKEN[:-1] + "abcdefgh"[index]
        self.scratch, self.base_url, self.bin_dir = ground.scratch, ground.system.base_url, ground.system.bin_dir
        name = f"{self.token}-{ground.generation}"
        self.tenant, self.foreign = ground.system.tenant(name), ground.system.tenant(name + "-foreign")
        made = {who: self.tenant.key(scope) for who, scope in KEYS.items()}
        self.keys = {who: key["apiKey"] for who, key in made.items()}
        self.keys |= {"platform": ground.system.admin_key(), "foreign": self.foreign.admin.key, "unknown": "wcak_" + "0" * 40}
        # Who acts does not saw off its own branch.
        self.own_keys = {key["id"] for key in made.values()} | {int(tenant.admin.get("/api/identity").data["actorId"].split(":")[1])
                                                                for tenant in (self.tenant, self.foreign)}
        self.clients, self.agents, self.cursors = {}, {}, {}
        self.rows, self.foreign_rows, self.names = {}, {}, {}
        self.surface = surface(ground.registry, self)
        self.stand_in = Rest(ground.registry, self)

    def client(self, who):
        if who not in self.clients:
            self.clients[who] = self.ground.system.client(self.keys.get(who))
        return self.clients[who]

    def agent(self, who, version=STATELESS, path="/mcp"):
        if (who, version, path) not in self.agents:
            self.agents[who, version, path] = Agent(self.ground.system, self.keys.get(who), version, path=path)
        return self.agents[who, version, path]

    def request_id(self, case):
        return f"p{self.ground.generation}-{case.n}-{self.token}"

    def idempotency_key(self, case):
        """The platform's principal is the same in all worlds: a key belongs to one of them."""
        is_ours = case.key is not None and case.key.startswith(KEY_PREFIX)
        return f"{case.key}-{self.token}-{self.ground.generation}" if is_ours else case.key

    # ---- placeholders

    def pool(self, table, is_foreign):
        rows = (self.foreign_rows if is_foreign else self.rows).get(table, [])
        return [row for row in rows if table != "api_keys" or row["id"] not in self.own_keys]

    def row(self, ref, is_elsewhere):
        rows = self.pool(ref.table, ref.is_foreign != is_elsewhere)
        return rows[ref.n % len(rows)] if rows else {"id": NOBODYS_ID}

    def singleton(self, ref, is_elsewhere):
        rows = [row for row in self.pool(ref.table, ref.is_foreign != is_elsewhere) if row["kind"] == "singleton"]
        return rows[ref.n % len(rows)] if rows else {}

    def resolve(self, value, is_elsewhere=False):
        """With this world's own ids, versions, cursors and token.  is_elsewhere: own and foreign change places."""
        if isinstance(value, dict):
            return {name: self.resolve(item, is_elsewhere) for name, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item, is_elsewhere) for item in value]
        if isinstance(value, str):
            return value.replace(TOKEN, self.token)
        if isinstance(value, Ref):
            return self.row(value, is_elsewhere)["id"]
        if isinstance(value, VersionOf):
            return self.row(value.ref, is_elsewhere).get("version", 1) + value.plus
        if isinstance(value, SlugOf):
            return self.singleton(value.ref, is_elsewhere).get("slug", "none")
        if isinstance(value, NextCursor):
            return self.cursors.get(value.operation) or "none"
        return value

    # ---- asking

    def play(self, cases, is_elsewhere=False):
        """Every case in its order; what the surface lacks happens over REST, so that this world stays like the others."""
        answers = []
        for is_asked, part in itertools.groupby(cases, lambda case: self.surface.has(case.operation)):
            pairs = [(case, self.resolve(case.arguments, is_elsewhere)) for case in part]
            if is_asked:
                answers += self.ask_those_it_can(pairs)
            else:
                self.keep_up(pairs)
                answers += [None] * len(pairs)
        for case, answer in zip(cases, answers):
            is_page = answer and answer.code is None and isinstance(answer.output, dict) and answer.output.get("nextCursor")
            if is_page and (case.operation.id, "/nextCursor") not in BY_NATURE:
                self.cursors[case.operation.id] = answer.output["nextCursor"]
        return answers

    def ask_those_it_can(self, pairs):
        answers = []
        for can, part in itertools.groupby(pairs, lambda pair: self.surface.can(*pair)):
            part = list(part)
            answers += self.ask_with_care(part) if can else [None] * len(part)
        return answers

    def ask_with_care(self, pairs):
        """What this surface alone refuses is done over REST right behind."""
        answers = []
        for is_gated, part in itertools.groupby(pairs, lambda pair: bool(refusal_of_its_own(self.surface, *pair))):
            for pair in [list(part)] if not is_gated else [[pair] for pair in part]:
                answers += self.surface.run(pair)
                if is_gated:
                    self.keep_up(pair)
        return answers

    def keep_up(self, pairs):
        self.stand_in.run([pair for pair in pairs if self.stand_in.can(*pair)])

    # ---- what is there

    def take(self, rows, foreign_rows):
        self.rows, self.foreign_rows = rows, foreign_rows
        for table, found in [*rows.items(), *foreign_rows.items()]:
            names = self.names.setdefault(table, {})
            for row in found:
                names.setdefault(row.get("id"), f"{table} {len(names)}")

    def named(self, table, number):
        """content_releases are called releases where they are referred to."""
        return self.names.get(table, self.names.get(f"content_{table}", {})).get(number, number)

    def plain(self, value, key="", table=None):
        """Comparable with other worlds: rows by their names, the world's token and the present by one word.

        table: whose row or answer the value is.
        """
        if isinstance(value, dict):
            made = {name: self.plain(item, name) for name, item in value.items() if name not in ("domain_id", "domainId")}
            return {**made, "id": self.named(table, value["id"])} if table and "id" in value else made
        if isinstance(value, list):
            return [self.plain(item, key) for item in value]
        if isinstance(value, str):
            return self.plain_text(value)
        stem = re.sub(r"(_id|Id)$", "", key)
        if type(value) is int and stem != key:
            return self.named(plural(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", stem).lower()), value)
        return value

    def plain_text(self, text):
        word = present(text)
        if word:
            return word
        if text[:1] in ("{", "["):
            try:
                return self.plain(json.loads(text))
            except ValueError:
                pass # a text like any other
        return text.replace(self.token, TOKEN)


class Database:
    """What all worlds have stored, in one look: through one psql that stays."""

    def __init__(self, system):
        command, environment = system.psql_command()
        self.session = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *command], env=environment, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        found = system.sql("SELECT c.table_schema, c.table_name, bool_or(c.column_name = 'id') FROM information_schema.columns c"
                           " JOIN pg_class t ON t.relname = c.table_name AND t.relnamespace = c.table_schema::regnamespace"
                           " WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition"
                           " AND c.table_schema NOT IN ('pg_catalog', 'information_schema', 'wordclaw_migrations')"
                           " GROUP BY 1, 2 HAVING bool_or(c.column_name = 'domain_id') ORDER BY 1, 2")
        self.all = {name for _, name, _ in found}
        self.tables = [(schema, name, has_id == "t") for schema, name, has_id in found
                       if name not in NOT_STATE]
        self.outboxes = [schema for schema, name, _ in found if name == "outbox"]

    def close(self):
        self.session.stdin.close()
        self.session.wait()

    def answer(self, text):
        """The lines that psql answers, up to a mark that it is told to echo."""
        self.session.stdin.write(f"{text};\n\\echo {MARK}\n")
        self.session.stdin.flush()
        lines = []
        for line in self.session.stdout:
            if line == MARK + "\n":
                return lines
            lines.append(line.rstrip("\n"))
        raise Failure(f"psql ended: {lines[-3:]} in: {text}")

    def lines(self, text):
        return [json.loads(line) for line in self.answer(text)]

    def rows(self, domains):
        """{domain: {table: rows in order}}"""
        parts = [f"SELECT json_build_array('{name}', domain_id, replace(json_agg(to_json(t) ORDER BY {'t.id' if has_id else 't::text'})::text, E'\\n', ' ')::json)"
                 f" FROM {schema}.{name} t WHERE domain_id IN ({', '.join(map(str, domains))}) GROUP BY domain_id" for schema, name, has_id in self.tables]
        found = {domain: {} for domain in domains}
        for name, domain, rows in self.lines(";\n".join(parts)):
            found[domain][name] = rows
        return found

    def wait_for_audit(self):
        """Every committed event has its entry."""
        missing = " + ".join(f"(SELECT count(*) FROM {schema}.outbox o WHERE NOT EXISTS (SELECT FROM audit.audit_logs a WHERE a.event_id = o.event_id))"
                             for schema in self.outboxes)
        wait_for(lambda: self.answer(f"SELECT {missing}") == ["0"], "every event to be audited", CAUGHT_UP_SECONDS_MAX)

    def audit(self, request_ids):
        """{request id: entries}"""
        listed = ", ".join(f"'{request_id}'" for request_id in request_ids)
        found = {}
        for entry in self.lines("SELECT json_build_object('request_id', request_id, 'domain', domain_id, 'action', action, 'entity_type', entity_type,"
                                " 'entity_id', entity_id, 'entity_version', entity_version, 'actor_type', actor_type, 'actor_source', actor_source,"
                                f" 'details', details) FROM audit.audit_logs WHERE request_id IN ({listed}) ORDER BY created_at, entity_type, action, entity_id, entity_version"):
            found.setdefault(entry.pop("request_id"), []).append(entry)
        return found


def plain_entry(world, entry):
    """An audit entry, comparable."""
    made = {name: value for name, value in entry.items() if name not in ("domain", "entity_id", "details")}
    made["entity"] = world.named(plural(entry["entity_type"]), entry["entity_id"])
    details = json.loads(entry["details"]) if isinstance(entry["details"], str) else dict(entry["details"] or {})
    details.pop("session", None) # MCP clients have names
    made["details"] = world.plain(details)
    made["is_in_own_tenant"] = entry["domain"] in (world.tenant.id, world.foreign.id)
    return made


def shown(value, chars=900):
    text = value if isinstance(value, str) else json_text(value)
    return text if len(text) <= chars else text[:chars] + f"... ({len(text)} characters)"
