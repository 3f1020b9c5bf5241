"""Plays cases in all worlds and judges: one verdict, one effect, one audit trail, whatever the surface."""
import concurrent.futures
import random
import re
import shutil
import tempfile

from checks import Failure, expect
from parity_cases import UNKNOWN, Case, Cases
from parity_exceptions import (BY_NATURE, COLUMNS_BY_NATURE, ENDPOINT, GRAPHQL_TYPES, NO_OPTION, NOT_COMPARED, NOT_SENT, NOT_STATE,
                               UNREADABLE, agent_fields, refusal_of_its_own)
from parity_registry import Registry
from parity_surfaces import SURFACES, Cli, Graphql, is_unreadable
from parity_values import json_text
from parity_worlds import Database, World, differences, general, plain_entry, shown

BATCH_CASES = 60
SEED_ROUNDS = 3
LEARN_ROUNDS_MAX = 12
FINDINGS_MAX = 25


class Parity:
    """A running system with a world per surface.  Findings are kept, each kind once.

    registry: of that system, by default the repository's.
    """

    def __init__(self, system, registry=None):
        self.system = system
        self.registry = registry or Registry()
        self.generation = 0
        self.findings, self.n_cases, self.n_asked = {}, 0, 0
        self.succeeded = {}   # (operation id, surface) -> times
        self.worlds, self.seed, self.matrix = [], None, {}

    def __enter__(self):
        self.scratch = tempfile.mkdtemp(prefix="wcp", dir="/tmp")
        self.database = Database(self.system)
        return self

    def __exit__(self, *_):
        self.database.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def show_logs(self):
        self.system.show_logs()

    # ---- worlds

    def begin(self):
        """Fresh worlds, all with the same things in them."""
        self.generation += 1
        self.worlds = [World(self, i, surface) for i, surface in enumerate(SURFACES)]
        cases = Cases(self.registry, random.Random(f"worlds {self.seed} {self.generation}"))
        self.look()
        for _ in range(SEED_ROUNDS):
            batch = [cases.fitting(op) for op in self.makers() for _ in range(4)]
            for case in batch:
                self.number(case)
            for world in self.worlds:
                for case in batch:
                    world.stand_in.run([(case, world.resolve(case.arguments))])
                    elsewhere = Case(**{**vars(case), "who": "foreign", "arguments": world.resolve(case.arguments, True)})
                    world.stand_in.run([(elsewhere, elsewhere.arguments)])
            self.look()
        problem = self.state_problem()
        if problem:
            raise Failure(f"worlds made alike are not alike: {problem}")

    def makers(self):
        return [op for op in self.registry.compared if (op.audit or "").startswith("create ") and op.scope != "platform"]

    def number(self, case):
        self.n_cases += 1
        case.n = self.n_cases

    def look(self):
        rows = self.database.rows([tenant.id for world in self.worlds for tenant in (world.tenant, world.foreign)])
        for world in self.worlds:
            world.take(rows[world.tenant.id], rows[world.foreign.id])

    # ---- playing

    def play_keys(self, whos):
        """Every operation with every key; {operation id: {who: {surface: verdict}}}.  The first one's commands are processes of their own."""
        self.seed = "keys"
        cases = Cases(self.registry, random.Random(self.seed))
        self.begin()
        self.matrix = {}
        for i, who in enumerate([*whos, "platform"]):
            for world in self.worlds:
                world.surface.is_apart = i == 0
            self.play([cases.fitting(op, who=who) for op in self.registry.compared if who != "platform" or op.scope == "platform"])
        return self.matrix

    def play_seed(self, seed, operations=None):
        """operations: all by default."""
        self.seed, operations = seed, operations or self.registry.compared
        cases = Cases(self.registry, random.Random(seed))
        self.begin()
        groups = cases.run(operations)
        while groups:
            batch = []
            while groups and len(batch) < BATCH_CASES:
                batch += groups.pop()
            self.play(batch)
        for _ in range(LEARN_ROUNDS_MAX):
            missing = self.never_succeeded(operations)
            if not missing:
                break
            services = {op.service for op in missing}
            makers = [op for op in self.makers() if op.service in services] # all that there was may have been deleted
            self.play([cases.fitting(op) for op in makers] + [case for op in missing for case in [cases.fitting(op), cases.fitting(op), cases.least(op)]])

    def never_succeeded(self, operations):
        return [op for op in operations if any(
            world.surface.has(op) and not self.succeeded.get((op.id, world.surface.name)) for world in self.worlds)]

    def play(self, batch):
        """Mutations first, then, when everything has settled, reads."""
        for part in ([case for case in batch if case.writes], [case for case in batch if not case.writes]):
            if part and not self.play_part(part):
                self.begin()

    def play_part(self, part):
        """False: the worlds are no longer alike."""
        for case in part:
            self.number(case)
        given = [[world.resolve(case.arguments) for case in part] for world in self.worlds]
        with concurrent.futures.ThreadPoolExecutor(len(self.worlds)) as pool:
            answers = list(pool.map(lambda world: world.play(part), self.worlds))
        self.n_asked += sum(answer is not None for answered in answers for answer in answered)
        self.database.wait_for_audit()
        audit = self.database.audit([world.request_id(case) for world in self.worlds for case in part])
        self.look()
        is_alike = True
        for i, case in enumerate(part):
            turn = Turn(self, case, [arguments[i] for arguments in given], [answered[i] for answered in answers],
                        [audit.get(world.request_id(case), []) for world in self.worlds])
            is_alike &= turn.judge()
            if not is_alike:
                return False # what comes after stands on it
        problem = self.state_problem()
        if problem:
            self.find("state", "the batch", f"{problem}\n        after: " + "\n               ".join(str(case) for case in part if case.writes))
        return not problem

    def find(self, kind, where, text):
        if len(self.findings) < FINDINGS_MAX:
            self.findings.setdefault((kind, where), f"{where}: {kind}: {text}\n        again: PARITY_SEED={self.seed} PARITY_ROUNDS=1 tests/contract/test_parity")

    # ---- stored rows

    def state_problem(self):
        """The first difference between the rows of the worlds, or None."""
        stored = [{table: in_order([world.plain(self.columns(table, row), table=table) for row in rows]) for table, rows in world.rows.items()}
                  for world in self.worlds]
        by_nature = {pointer for pointer, a, b in differences(stored[0], stored[1]) if type(a) is type(b) and not isinstance(a, list)}
        for world, rows in zip(self.worlds[1:], stored[1:]):
            for pointer, a, b in differences(stored[0], rows):
                if pointer not in by_nature or type(a) is not type(b):
                    return f"{world.surface.name}: rows differ at {pointer}: REST {shown(a)}, {world.surface.name} {shown(b)}"
        return None

    @staticmethod
    def columns(table, row):
        return {name: value for name, value in row.items() if (table, name) not in COLUMNS_BY_NATURE}

    def expect_nothing_found(self):
        found = list(self.findings.values())
        expect(not found, f"{len(found)} disagreements\n      " + "\n      ".join(found))

    def stale_exceptions(self):
        """Entries of the tables of exceptions that no longer except anything."""
        operations = {op.id: op for op in self.registry.operations}
        for (operation, pointer), _ in BY_NATURE.items():
            names = pointer.strip("/").split("/")
            field = operations[operation].response.field(names[0]) if operation in operations else None
            inner = [f.name for f in self.registry.members(field)] if field and field.ref else []
            if field is None or len(names) == 3 and names[2] not in inner:
                yield f"BY_NATURE: {operation} {pointer}"
        yield from (f"NOT_STATE: {table}" for table in NOT_STATE if table not in self.database.all)
        yield from (f"NOT_SENT: {name}" for name in NOT_SENT if not any(op.request.field(name) for op in operations.values()))
        yield from (f"NOT_COMPARED: {start}" for start in NOT_COMPARED if not any(name.startswith(start) for name in operations))
        columns = {(table, name) for world in self.worlds for table, rows in world.rows.items() for row in rows for name in row}
        yield from (f"COLUMNS_BY_NATURE: {entry}" for entry in COLUMNS_BY_NATURE if entry not in columns)


def in_order(rows):
    """Those without an id of their own are ordered by what they say."""
    return rows if rows and "id" in rows[0] else sorted(rows, key=json_text)


def is_idle(output, named):
    """It says itself that nothing was to be changed; entries of a batch do not say it."""
    if "results" in output and not named:
        return True
    return output.get("isUnchanged") is True or (output.get("item") or {}).get("isUnchanged") is True


def declared(operation, output):
    """The event that a success leaves; what was written where nothing was is created."""
    action, entity = operation.audit.split()
    return f"{entity}.{'create' if output.get('isCreated') else action}"


class Turn:
    """One case in all worlds."""

    def __init__(self, parity, case, given, answers, audit):
        self.parity, self.case, self.given, self.answers, self.audit = parity, case, given, answers, audit
        self.worlds = parity.worlds
        self.is_alike = True

    def judge(self):
        """False: what was stored differs."""
        answered = [i for i, answer in enumerate(self.answers) if answer is not None]
        if not answered:
            return True
        self.base = next((i for i in answered if not self.gate(i)), answered[0])
        for i in range(len(self.worlds)):
            if self.answers[i] is not None:
                self.note(i)
                self.judge_verdict(i)
        self.judge_base()
        self.judge_audit()
        if self.is_alike:
            self.judge_members("output", lambda i: self.world_output(i))
            self.judge_members("effects", lambda i: self.worlds[i].plain(self.answers[i].effects) if self.case.dry_run else None)
        return self.is_alike

    def surface(self, i):
        return self.worlds[i].surface

    def note(self, i):
        cell = self.parity.matrix.setdefault(self.case.operation.id, {}).setdefault(self.case.who, {})
        cell[self.surface(i).name] = self.answers[i].code or "ok"
        if self.answers[i].code is None and not self.case.dry_run:
            key = (self.case.operation.id, self.surface(i).name)
            self.parity.succeeded[key] = self.parity.succeeded.get(key, 0) + 1

    # ---- verdicts

    def gate(self, i):
        """The class of refusals a surface has of its own for this input, before any operation is asked; None: none."""
        surface, arguments = self.surface(i), self.given[i]
        if is_unreadable(arguments):
            return "syntax"
        if isinstance(surface, Graphql) and surface.refuses(self.case, arguments):
            return "types"
        own = refusal_of_its_own(surface, self.case, arguments)
        if own:
            return own
        if isinstance(surface, Cli) and surface.has_no_option(self.case, arguments):
            return "option"
        return None

    def judge_verdict(self, i):
        gate, answer, base = self.gate(i), self.answers[i], self.answers[self.base]
        if gate == "syntax":
            is_right = answer.code in UNREADABLE or self.is_bad_request(answer)
        elif gate == "types":
            is_right = answer.code in GRAPHQL_TYPES and self.is_bad_request(base)
        elif gate == "endpoint":
            is_right = answer.code in ENDPOINT
        elif gate == "option":
            is_right = answer.code == NO_OPTION and base.code is not None
        elif gate == "agent":
            is_right = self.is_bad_request(answer) and (
                answer.code == base.code or answer.pointer.strip("/").split("/")[0] in agent_fields(self.case, self.given[i]))
        else:
            is_right = (answer.code, answer.is_replayed) == (base.code, base.is_replayed) and self.words(i) == self.words(self.base)
        if not is_right:
            self.find(i, "verdict", f"{answer} ({answer.message}), where {self.surface(self.base).name} says {base} ({base.message})")
            self.is_alike &= (answer.code is None) == (base.code is None) or gate is not None and base.code is not None

    def is_bad_request(self, answer):
        return answer.code is not None and self.parity.registry.error_status(answer.code) == 400

    def words(self, i):
        """Where and what a refusal says is wrong.  How dry runs and unknown fields are named is a matter of the surface."""
        answer = self.answers[i]
        if answer.code is None or answer.pointer in ("/mode", "/dryRun") or UNKNOWN in self.given[i]:
            return None
        return answer.pointer, re.sub(r"\d+", "N", self.worlds[i].plain_text(answer.message or ""))

    def judge_base(self):
        """What the registry says of any surface."""
        case, answer, entries = self.case, self.answers[self.base], self.audit[self.base]
        named = [f"{entry['entity_type']}.{entry['action']}" for entry in entries]
        if answer.code == "PAYMENT_REQUIRED" and named == ["payment.create"]:
            return # the invoice that it demands
        wanted = case.writes and answer.code is None and not case.dry_run and not answer.is_replayed and not is_idle(answer.output, named)
        if not wanted and named:
            self.find(self.base, "audit", f"{named} although nothing was to happen: {answer}")
        if wanted and (set(named) - set(case.operation.events) or declared(case.operation, answer.output) not in named):
            self.find(self.base, "audit", f"{named}, where {case.operation.audit} is declared")
        if answer.code is not None and answer.code not in case.operation.errors:
            self.find(self.base, "verdict", f"{answer.code} is not declared")
        if self.answers[0] is None and answer.code is None:
            self.find(self.base, "verdict", "succeeds with what cannot be said over REST")
            self.is_alike = False

    # ---- what it left, what it answered

    def judge_audit(self):
        entries = [[plain_entry(world, entry) for entry in found] for world, found in zip(self.worlds, self.audit)]
        by_nature = {pointer for pointer, a, b in differences(entries[0], entries[1]) if not isinstance(a, list)}
        for i in range(1, len(self.worlds)):
            for pointer, a, b in differences(entries[0], entries[i]):
                if pointer not in by_nature or type(a) is not type(b):
                    self.find(i, "audit", f"entries differ at {pointer or '/'}: REST {shown(a)}, {self.surface(i).name} {shown(b)}")
                    self.is_alike = False
                    return

    def world_output(self, i):
        return self.worlds[i].plain(self.answers[i].output, table=self.parity.registry.answered(self.case.operation))

    def judge_members(self, what, member):
        if any(answer is None or answer.code for answer in self.answers[:2]):
            return
        base, control = member(0), member(1)
        by_nature = {pointer for pointer, a, b in differences(base, control) if not isinstance(a, list)}
        for i in range(1, len(self.worlds)):
            if self.answers[i] is not None and self.answers[i].code is None:
                for pointer, a, b in differences(base, member(i)):
                    is_excepted = any(operation == self.case.operation.id and (general(pointer) + "/").startswith(excepted + "/")
                                      for operation, excepted in BY_NATURE)
                    if not is_excepted and (pointer not in by_nature or type(a) is not type(b)):
                        self.find(i, what, f"differs at {pointer or '/'}: REST {shown(a)}, {self.surface(i).name} {shown(b)}")
                        return

    def find(self, i, kind, text):
        base = self.answers[self.base]
        lines = [f"{self.case.kind}: {text}", f"case: {shown(str(self.case))}"]
        for name, answer in ((self.surface(self.base).name, base), (self.surface(i).name, self.answers[i])):
            if answer is not None:
                lines += [f"{name} was sent: {shown(answer.sent, 2500)}", f"{name} said: {shown(answer.said)}"]
        self.parity.find(f"{kind} ({self.case.kind})", f"{self.surface(i).name} {self.case.operation.id}", "\n        ".join(lines))
