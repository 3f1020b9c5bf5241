"""What an operator does: wordclaw backup, restore, doctor, rotate, and clusters to restore into."""
import os
import pwd
import subprocess

from checks import equal, expect, wait_for
from system import TEST_USER, System, scratch_directory

PG_BIN = "/usr/lib/postgresql/15/bin"
# As deploy/local/database.sh makes it, so that deploy/local/run goes on with it.
MAKE_CLUSTER = """
set -eu
umask 077
mkdir -p secrets run log service
: >.wordclaw-home
printf secret >secrets/admin.password
"$1/initdb" -D postgres -U wordclaw_admin --pwfile=secrets/admin.password --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-instructions --no-sync
printf "include 'wordclaw.conf'\\n" >>postgres/postgresql.conf
printf "local all all scram-sha-256\\nlocal replication all scram-sha-256\\n" >postgres/pg_hba.conf
"""
CONFIGURE = "listen_addresses = ''\nunix_socket_directories = '{home}/run'\nfsync = off\nmax_connections = 200\n"


def as_user(*command):
    if os.getuid() != 0:
        return list(command)
    user = pwd.getpwnam(TEST_USER)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]


def give_to_user(*paths):
    if os.getuid() == 0:
        user = pwd.getpwnam(TEST_USER)
        for path in paths:
            os.chown(path, user.pw_uid, user.pw_gid)


def operate(system, *words, status=0, url=None, **settings):
    """What `wordclaw WORDS` says when it works on this system, or on another database."""
    environment = {"PATH": os.environ["PATH"], "WORDCLAW_HOME": system.home, "WORDCLAW_PG_BIN": PG_BIN, **settings}
    if url:
        environment["DATABASE_URL"] = url
    done = subprocess.run([os.path.join(system.bin_dir, "wordclaw"), *words], env=environment, capture_output=True, text=True, timeout=120, check=False)
    equal(done.returncode, status, f"exit status of {words}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


class Home:
    """A home with an empty cluster, or with one that pg_basebackup left; start() makes a system of it."""

    def __init__(self, name):
        self.scratch = scratch_directory()
        self.system = System(name, home=os.path.join(self.scratch, "h"))
        self.home = self.system.home
        os.mkdir(self.home, 0o700)
        give_to_user(self.home)

    def shell(self, script, *arguments):
        done = subprocess.run(as_user("sh", "-c", script, "sh", PG_BIN, *arguments), cwd=self.home, capture_output=True, text=True, timeout=120, check=False)
        expect(done.returncode == 0, f"{script}: {done.stdout}{done.stderr}")
        return done.stdout

    def make_cluster(self):
        self.shell(MAKE_CLUSTER)
        self.configure()
        self.start_database()
        self.shell('PGPASSWORD=secret "$1/createdb" -h "$2" -U wordclaw_admin wordclaw', f"{self.home}/run")
        return self.url

    def configure(self, more=""):
        path = os.path.join(self.home, "postgres", "wordclaw.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(CONFIGURE.format(home=self.home) + more)
        give_to_user(path)

    @property
    def url(self):
        with open(os.path.join(self.home, "secrets/admin.password"), encoding="utf-8") as file:
            return f"postgresql://wordclaw_admin:{file.read().strip()}@/wordclaw?host={self.home}/run"

    def start_database(self):
        self.shell('"$1/pg_ctl" -D postgres -l log/start -w -t 60 start')

    def stop_database(self):
        self.shell('"$1/pg_ctl" -D postgres -w -m fast stop')

    def sql(self, text):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.url], input=text, capture_output=True, text=True, timeout=60, check=False)
        expect(done.returncode == 0, f"psql: {done.stderr} in {text}")
        return done.stdout.strip()

    def remove(self):
        self.system.stop()
        if os.path.exists(os.path.join(self.home, "postgres/postmaster.pid")):
            self.stop_database()
        subprocess.run(["rm", "-rf", self.scratch], check=True)


def wait_read(system, seconds=20):
    """Every event is in the trail: nothing is under way any more."""
    missing = " UNION ALL ".join(f"SELECT event_id FROM {service}.outbox" for service in system.services())
    wait_for(lambda: system.count(f"SELECT count(*) FROM ({missing}) o WHERE NOT EXISTS"
                                  " (SELECT FROM audit.audit_logs a WHERE a.event_id = o.event_id)") == 0, "every event in the trail", seconds, 0.1)
