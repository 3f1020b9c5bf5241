"""A whole system of its own, started the way users start it (deploy/local/run), in a private directory on a free port.

    with System("journey") as system:
        admin = system.admin()          # a client with the first key
        tenant = system.tenant("acme")  # another tenant and its keys

Ends with everything stopped and nothing left, also when the test is interrupted.
"""
import atexit
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid

from checks import Failure, expect, wait_for
from client import Client

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
START_SECONDS_MAX = 90
STOP_SECONDS_MAX = 15
LOG_LINES_SHOWN = 10
# As root everything runs as the account that tests/lib/cluster.sh uses too.
TEST_USER = "wordclaw-test"

_running = []


def _stop_everything(*_):
    for system in list(_running):
        system.stop()


def _on_signal(number, _frame):
    _stop_everything()
    os._exit(128 + number)


atexit.register(_stop_everything)
for _signal in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(_signal, _on_signal)


def free_port():
    """Below the ports that connections get: one of those could be taken again before anybody listens."""
    while True:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", random.randrange(10000, 30000)))
                return probe.getsockname()[1]
            except OSError:
                continue


def binaries():
    return os.environ.get("WORDCLAW_TEST_BIN") or os.path.join(REPO, "bin")


def scratch_directory():
    # Short, for socket paths hold 107 bytes; walkable, for as root everything runs as somebody else.
    directory = tempfile.mkdtemp(prefix="wce", dir="/tmp")
    os.chmod(directory, 0o755)
    return directory


class Tenant:
    """A tenant and its keys; each is a client."""

    def __init__(self, domain, admin):
        self.domain, self.admin = domain, admin
        self.id = domain["id"]

    def key(self, *scopes, **fields):
        """A new key with these scopes: its description, with the key itself in apiKey."""
        body = {"name": " ".join(scopes), "scopes": list(scopes), **fields}
        return self.admin.post("/api/auth/keys", body).succeeded(201).data

    def client(self, *scopes):
        return self.admin.with_key(self.key(*scopes)["apiKey"])


class System:
    """settings: further WORDCLAW_* settings of every process.  observe: called with every reply a client sees.

    is_durable: leave PostgreSQL's fsync on, for tests that kill it.  tree: sources other than our own (tree.py), built there.
    """

    def __init__(self, name, settings=None, is_durable=False, bin_dir=None, observe=None, home=None, port=None, tree=None):
        self.name, self.settings, self.is_durable = name, settings or {}, is_durable
        self.tree = tree or REPO
        self.bin_dir = bin_dir or (os.path.join(tree, "bin") if tree else binaries())
        self.observe = observe
        self.scratch = None if home else scratch_directory()
        self.home = home or os.path.join(self.scratch, "h")
        self.port = port or int(os.environ.get("WORDCLAW_TEST_PORT", 0)) or free_port()
        # A proxy that a driver put in front of the port it chose; only clients go through it.
        self.client_port = int(os.environ.get("WORDCLAW_TEST_VIA", self.port))
        self.host = "127.0.0.1"
        self.run = None
        self.output_path = tempfile.mktemp(prefix="wceo", suffix=".log", dir="/tmp")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    # ---- start and stop ----

    def environment(self):
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("WORDCLAW_") and name not in ("DATABASE_URL", "DATABASE_URL_FILE", "API_KEYS", "API_KEYS_FILE")}
        return {**kept, "WORDCLAW_USER": TEST_USER, "WORDCLAW_BIN_DIR": self.bin_dir, "WORDCLAW_HOME": self.home,
                "WORDCLAW_PORT": str(self.port), **self.settings}

    def launch(self):
        """Start without waiting."""
        _running.append(self)
        # Should this test be killed, the system ends with it.
        with open(self.output_path, "wb") as output:
            self.run = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", os.path.join(self.tree, "deploy/local/run")], env=self.environment(), cwd="/",
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)

    def start(self):
        """Start and wait until it says that it serves; returns the seconds that took."""
        began = time.monotonic()
        self.launch()
        try:
            wait_for(lambda: "Press Ctrl-C" in self.output() or self.run.poll() is not None, "the system to start",
                     START_SECONDS_MAX, 0.02)
            expect(self.run.poll() is None, f"deploy/local/run ended with {self.run.returncode}")
            seconds = time.monotonic() - began
            if not self.is_durable:
                self.sql("ALTER SYSTEM SET fsync = off")
                self.sql("SELECT pg_reload_conf()")
        except Failure as failure:
            text = self.output()
            self.show_logs()
            self.stop()
            raise Failure(f"{failure}; it said:\n{text}") from None
        return seconds

    def stop(self):
        """Stop as a user would, then remove everything; returns the seconds that stopping took."""
        seconds = self.terminate()
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)
        if os.path.exists(self.output_path):
            os.remove(self.output_path)
        return seconds

    def terminate(self):
        """SIGTERM, and what does not end is killed; the data stays."""
        if self not in _running:
            return 0
        _running.remove(self)
        began = time.monotonic()
        if self.run.poll() is None:
            self.run.send_signal(signal.SIGTERM)
        try:
            self.run.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.run.kill()
            self.run.wait()
        seconds = time.monotonic() - began
        for pid in self.leftovers():
            os.kill(pid, signal.SIGKILL)
        return seconds

    def leftovers(self):
        """Processes that live in this home."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{entry}/cwd").startswith(os.path.realpath(self.home)):
                    found.append(int(entry))
            except OSError:
                pass
        return found

    def output(self):
        with open(self.output_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    # ---- processes ----

    def pid(self, process):
        with open(os.path.join(self.home, "run", f"{process}.pid"), encoding="ascii") as file:
            return int(file.read())

    def try_pid(self, process):
        """The process id, or None while it is between two lives."""
        try:
            pid = self.pid(process)
            os.kill(pid, 0)
            return pid
        except (OSError, ValueError):
            return None

    def processes(self):
        """All that should run, the database first."""
        programs = sorted(name[len("wordclaw-"):] for name in os.listdir(self.bin_dir) if name.startswith("wordclaw-"))
        return ["postgres"] + [name for name in programs if name not in ("migrate", "operate")]

    def services(self):
        return [name for name in self.processes() if name not in ("postgres", "gateway")]

    def pids(self):
        return {name: self.pid(name) for name in self.processes()}

    def signal(self, process, number):
        os.kill(self.pid(process), number)

    def kill(self, process):
        """kill -9; returns the process id that was."""
        pid = self.pid(process)
        os.kill(pid, signal.SIGKILL)
        return pid

    def pause(self, process):
        self.signal(process, signal.SIGSTOP)

    def resume(self, process):
        self.signal(process, signal.SIGCONT)

    def tell_supervisor(self, process, letter):
        """runit's words: d down, u up, t restart."""
        with open(os.path.join(self.home, "service", process, "supervise", "control"), "w", encoding="ascii") as control:
            control.write(letter)

    def wait_ready(self, seconds=15):
        client = self.client()

        def is_ready():
            try:
                return client.get("/ready", timeout=2).status == 200
            except OSError:
                return False
        wait_for(is_ready, "every service to be ready", seconds, 0.05)

    # ---- logs ----

    def log_path(self, process):
        return os.path.join(self.home, "log", f"{process}.log")

    def log(self, process):
        try:
            with open(self.log_path(process), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def show_logs(self):
        for process in [*self.processes(), "supervisor"]:
            lines = [line for line in self.log(process).splitlines() if '"level":"info"' not in line][-LOG_LINES_SHOWN:]
            if lines:
                print(f"--- last warnings of {process}.log", *[line[:400] for line in lines], sep="\n      ")

    # ---- clients ----

    @property
    def base_url(self):
        return f"http://{self.host}:{self.port}"

    def client(self, key=None):
        return Client(self.host, self.client_port, key, self.observe)

    def beside_proxy(self, client):
        """The same client, past whatever WORDCLAW_TEST_VIA put in between."""
        return Client(self.host, self.port, client.key, self.observe)

    def admin_key(self):
        with open(os.path.join(self.home, "admin-key"), encoding="ascii") as file:
            return file.read().strip()

    def admin(self):
        return self.client(self.admin_key())

    def tenant(self, name):
        body = {"tenantName": name, "hostname": f"{name}-{uuid.uuid4().hex[:12]}.example.com"}
        data = self.admin().post("/api/onboard", body).succeeded(201).data
        return Tenant(data["domain"], self.client(data["apiKey"]["apiKey"]))

    # ---- the database, past every wall ----

    def psql_command(self, dsn=None):
        """(command, environment) of a psql that prints unaligned rows, fields separated by |; by default as the superuser."""
        if dsn is None:
            with open(os.path.join(self.home, "secrets", "admin.dsn"), encoding="utf-8") as file:
                dsn = file.read().strip()
        user, password, database, host = re.fullmatch(r"postgresql://([^:]+):([^@]*)@/([^?]+)\?host=(.*)", dsn).groups()
        environment = {**os.environ, "PGPASSWORD": password, "PGOPTIONS": "-c client_min_messages=warning"}
        return ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", host.replace("%20", " "), "-U", user, "-d", database], environment

    def psql(self, text, *arguments, dsn=None):
        """What one psql answers to the text."""
        command, environment = self.psql_command(dsn)
        done = subprocess.run([*command, *arguments], input=text, env=environment, capture_output=True, text=True, check=False, timeout=60)
        expect(done.returncode == 0, f"psql: {done.stderr.strip()} in: {text}")
        return done.stdout

    def sql(self, text):
        """Rows as lists of text."""
        return [line.split("|") for line in self.psql(text).splitlines()]

    def count(self, text):
        return int(self.sql(text)[0][0])

    def tables(self):
        """Every table of every service, partitions aside."""
        return [f'{schema}.{table}' for schema, table in self.sql(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND pg_get_userbyid(c.relowner) = 'wordclaw_owner'"
            "   AND n.nspname <> 'wordclaw_migrations' ORDER BY 1, 2")]

    def row_counts(self):
        tables = self.tables()
        rows = self.sql(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
        return {table: int(count) for table, count in rows}
