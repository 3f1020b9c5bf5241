"""What every statement of the product costs on seeded data: buffers touched, measured by EXPLAIN (ANALYZE, BUFFERS).

tests/plans/<service>.sql holds a service's seed and the parameters of its statements, tests/plans/skeleton.sql those of
common/service.  CONTRIBUTING.md, "Measure a statement", says how they are written.
"""
import fnmatch
import json
import os
import re
import subprocess

from checks import Failure, expect
from system import REPO, binaries, scratch_directory

GENERATED = re.compile(r'struct db_statement \w+ = \{\s*\.name = "(\w+)",\s*\.sql =\s*((?:"(?:[^"\\]|\\.)*"\s*)+),')
SKELETON = re.compile(r'struct db_statement \w+ = \{\s*"(\w+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+),')
CASE = re.compile(r"^-- plan: (\S+) (tenant|system|acting)(?: max=(\S+), (.+))?$")
VARIABLE = re.compile(r"(?<![:\w]):([a-z_]+)")
SECONDS_MAX = 300
# Where the skeleton's statements are measured: a schema that has seeded events.
SKELETON_SCHEMA = "content"

# Buffers a statement may touch: so many to find its place in each index it uses, and so many for each row it returns or changes.
# A changed row has an entry in each index of its table.
BASE_READ, ROW_READ = 30, 8
BASE_WRITE, ROW_WRITE = 60, 80


class Case:
    def __init__(self, pattern, scope, most, reason):
        self.pattern, self.scope, self.most, self.reason, self.arguments = pattern, scope, most, reason, ""
        self.is_used = False


class PlanFile:
    """tests/plans/NAME.sql: a seed, variables, and cases."""

    def __init__(self, name):
        self.path = os.path.join(REPO, "tests/plans", f"{name}.sql")
        self.seed, self.variables, self.cases = "", {}, []
        if not os.path.exists(self.path):
            return
        with open(self.path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        for line in lines:
            found = CASE.match(line)
            if found:
                self.cases.append(Case(*found.groups()))
            elif line.startswith("-- plan:"):
                raise Failure(f"{self.path}: cannot read '{line}'")
            elif line.startswith("-- let: "):
                name, query = line[len("-- let: "):].split(" ", 1)
                self.variables[name] = query
            elif line.startswith("--"):
                continue
            elif self.cases:
                self.cases[-1].arguments += line + "\n"
            else:
                self.seed += line + "\n"

    def cases_of(self, statement):
        found = [case for case in self.cases if fnmatch.fnmatchcase(statement, case.pattern)]
        # A name that is spelled out is meant rather than a pattern that happens to fit.
        chosen = [case for case in found if case.pattern == statement] or found
        for case in chosen:
            case.is_used = True
        return chosen


def services():
    directory = os.path.join(REPO, "services")
    return sorted(name for name in os.listdir(directory) if os.path.exists(os.path.join(directory, name, "queries.sql")))


def joined(literals):
    return "".join(json.loads(literal) for literal in re.findall(r'"(?:[^"\\]|\\.)*"', literals))


def statements_of(service):
    """Name -> SQL of a service's queries.sql, as generated: templates are filled in."""
    with open(os.path.join(REPO, "proto/generated", f"{service}_queries.c"), encoding="utf-8") as file:
        return {name.removeprefix(f"{service}_"): joined(literals) for name, literals in GENERATED.findall(file.read())}


def skeleton_statements():
    """Name -> SQL of every struct db_statement of common/service, after the preprocessor."""
    directory, found = os.path.join(REPO, "common/service"), {}
    for path in sorted(os.path.join(at, name) for at, _, names in os.walk(directory) for name in names if name.endswith(".c")):
        done = subprocess.run(["gcc", "-E", "-P", "-std=c11", "-D_GNU_SOURCE", '-DWORDCLAW_VERSION=""', "-isystem", "/usr/include/postgresql",
                               *(f"-iquote{part}" for part in ("common/base", "proto/generated", "common/io", "common/service")),
                               path], cwd=REPO, capture_output=True, text=True, check=False, timeout=SECONDS_MAX)
        expect(done.returncode == 0, done.stderr)
        for statement, literals in SKELETON.findall(done.stdout):
            found[statement] = joined(literals)
    return found


class Session:
    """psql, kept open, so that a plan is kept as a service's connection keeps it."""

    def __init__(self, url):
        self.psql = subprocess.Popen(["psql", "-XqAt", "-d", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True)

    def run(self, sql):
        self.psql.stdin.write(sql + ";\n\\echo =done\n")
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline()) != "=done\n":
            expect(line, f"psql ended at {sql}")
            lines.append(line)
        return "".join(lines)

    def end(self):
        self.psql.stdin.close()
        self.psql.wait()


def buffers(plan):
    return sum(plan[key] for key in ("Shared Hit Blocks", "Shared Read Blocks", "Temp Read Blocks", "Temp Written Blocks"))


def rows(plan):
    """Rows a statement returned, or changed: those that reach the node that writes."""
    if plan["Node Type"] == "ModifyTable":
        return max(plan["Actual Rows"] * plan["Actual Loops"], sum(rows(child) for child in plan.get("Plans", ())
                                                                   if child["Parent Relationship"] == "Outer"))
    return plan["Actual Rows"] * plan["Actual Loops"]


def visited(plan):
    """Rows looked at, those that a filter dropped included."""
    own = 0 if plan.get("Plans") else (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)) * plan["Actual Loops"]
    if plan.get("Plans") and plan["Node Type"] == "Bitmap Heap Scan":
        return (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return own + sum(visited(child) for child in plan.get("Plans", ()))


class Prepared:
    """A statement with parameters, prepared in a session of its role."""

    def __init__(self, session, name, sql, case):
        self.session, self.sql, self.case = session, sql, case
        self.name = f"plan_{id(case)}_{name}"
        self.n_parameters = max(map(int, re.findall(r"\$(\d+)", sql)), default=0)
        self.is_write = re.match(r"\s*(?:--[^\n]*\n|\s)*(INSERT|UPDATE|DELETE)", sql) is not None

    def plan_now(self):
        """Have the server make the plan that it will keep, without running it."""
        nulls = ", ".join(["NULL"] * self.n_parameters)
        said = self.session.run(f"PREPARE {self.name} AS {self.sql}")
        expect("ERROR" not in said, said)
        said = self.session.run(f"SET plan_cache_mode = force_generic_plan; EXPLAIN EXECUTE {self.name}{f'({nulls})' if nulls else ''}")
        expect("ERROR" not in said, said)

    def plan_for_the_smallest(self, values):
        """As plan_now, for the parameters but a tenant that has next to nothing."""
        arguments = VARIABLE.sub(lambda found: values[found.group(1)], self.case.arguments).strip()
        tenant = values["small"] if self.case.scope != "system" else ""
        said = self.session.run(f"SET plan_cache_mode = force_generic_plan; BEGIN; SET LOCAL wordclaw.tenant = '{tenant}'; "
                                f"EXPLAIN EXECUTE {self.name} {arguments}; ROLLBACK")
        expect("ERROR" not in said, said)

    def measure(self, mode, values):
        """(buffers, rows, plan), undone afterwards."""
        substitute = lambda text: VARIABLE.sub(lambda found: values[found.group(1)], text)
        arguments = substitute(self.case.arguments).strip()
        tenant = values["big"] if self.case.scope != "system" else ""
        self.session.run(f"SET plan_cache_mode = {mode}; BEGIN; SET LOCAL wordclaw.tenant = '{tenant}'")
        said = self.session.run(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {self.name} {arguments}")
        self.session.run("ROLLBACK")
        expect(said.lstrip().startswith("["), f"{said}\n      with {arguments}")
        plan = json.loads(said)[0]["Plan"]
        return buffers(plan), rows(plan), plan

    def most(self, n_rows, values):
        if self.case.most:
            return eval(VARIABLE.sub(lambda found: values[found.group(1)], self.case.most), {"__builtins__": {}})  # a number, by our own files
        base, each = (BASE_WRITE, ROW_WRITE) if self.is_write else (BASE_READ, ROW_READ)
        return base + each * n_rows


def outline(plan, depth=0):
    """A plan in few lines."""
    line = "      " + "  " * depth + plan["Node Type"] + (f" {plan['Index Name']}" if "Index Name" in plan else "") + \
        (f" on {plan['Relation Name']}" if "Relation Name" in plan else "") + \
        f" rows={plan['Actual Rows']}x{plan['Actual Loops']} buffers={buffers(plan)}" + \
        (f" filtered={plan['Rows Removed by Filter']}" if "Rows Removed by Filter" in plan else "")
    return "\n".join([line, *(outline(child, depth + 1) for child in plan.get("Plans", ()))])


class Seeded:
    """A cluster with every service's schema, and later its seed; no autovacuum, so that plans change when the test says so."""

    def __init__(self, n_rows):
        self.n_rows = n_rows
        self.sessions = []

    def __enter__(self):
        self.scratch = scratch_directory()
        self.cluster("cluster_start")
        self.url = f"host={self.scratch}/pg dbname=postgres user=postgres"
        self.sql("ALTER SYSTEM SET autovacuum = off; ALTER SYSTEM SET max_wal_size = '8GB'; SELECT pg_reload_conf()")
        environment = {"DATABASE_URL": self.url, "WORDCLAW_HOME": os.path.join(self.scratch, "home"), "PATH": os.environ["PATH"],
                       "WORDCLAW_MIGRATIONS_DIR": os.path.join(REPO, "migrations")}
        done = subprocess.run([os.path.join(binaries(), "wordclaw-migrate")], env=environment, capture_output=True, text=True, check=False, timeout=SECONDS_MAX)
        expect(done.returncode == 0, done.stdout + done.stderr)
        return self

    def __exit__(self, *_):
        for session in self.sessions:
            session.end()
        self.cluster("cluster_stop")
        subprocess.run(["rm", "-rf", self.scratch], check=True, timeout=SECONDS_MAX)

    def cluster(self, action):
        script = f'. tests/lib/cluster.sh; CLUSTER_DIR="{self.scratch}/pg"; {action} "$CLUSTER_DIR"'
        subprocess.run(["bash", "-c", script], cwd=REPO, check=True, timeout=SECONDS_MAX)

    def sql(self, text):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.url], input=text, capture_output=True, text=True,
                              check=False, timeout=SECONDS_MAX)
        expect(done.returncode == 0, done.stderr)
        return done.stdout.strip()

    def session(self, service, scope):
        role = service if scope == "tenant" else f"{service}_system"
        with open(os.path.join(self.scratch, "home/secrets", f"{role}.dsn"), encoding="utf-8") as file:
            session = Session(file.read().strip())
        self.sessions.append(session)
        return session

    def seed(self, service, plans):
        """Triggers and foreign keys are for the product to test, and take most of the time."""
        self.sql(f"SET session_replication_role = replica; SET synchronous_commit = off; SET search_path = {service}, public;\n"
                 f"\\set rows {self.n_rows}\n{plans.seed}")

    def values(self, service, plans):
        values = {"rows": str(self.n_rows), "big": "1", "small": "1000"}
        for name, query in plans.variables.items():
            query = VARIABLE.sub(lambda found: values[found.group(1)], query)
            values[name] = self.sql(f"SET search_path = {service}, public; {query}")
            expect(values[name], f"{plans.path}: '{name}' found nothing")
        return values
