"""A database of its own in the suite's cluster, brought up by wordclaw-migrate, with one service besides the platform's files."""
import os
import shutil
import subprocess
import uuid

from checks import equal, expect
from system import REPO, binaries, scratch_directory

SECONDS_MAX = 60


class Installation:
    def __init__(self, service, first_file):
        self.service, self.first_file = service, first_file

    def __enter__(self):
        self.scratch = scratch_directory()
        self.is_own_cluster = "WORDCLAW_TEST_DATABASE_URL" not in os.environ
        if self.is_own_cluster:
            self.cluster("cluster_start")
            os.environ["WORDCLAW_TEST_DATABASE_URL"] = f"host={self.scratch}/pg dbname=postgres user=postgres"
        self.admin = os.environ["WORDCLAW_TEST_DATABASE_URL"]
        self.database = "migrate_" + uuid.uuid4().hex[:12]
        self.sql(f"CREATE DATABASE {self.database}", self.admin)
        self.url = self.admin.replace("dbname=postgres", f"dbname={self.database}")
        self.files = os.path.join(self.scratch, "migrations")
        os.makedirs(os.path.join(self.files, self.service))
        for name in os.listdir(os.path.join(REPO, "migrations")):
            if name.endswith(".sql"):
                shutil.copy(os.path.join(REPO, "migrations", name), self.files)
        shutil.copytree(os.path.join(REPO, "migrations", "platform"), os.path.join(self.files, "platform"))
        self.write("0001_init.sql", self.first_file)
        return self

    def __exit__(self, *_):
        self.sql(f"DROP DATABASE {self.database} WITH (FORCE)", self.admin)
        self.sql(f"DROP ROLE wordclaw_{self.service}, wordclaw_{self.service}_system", self.admin)
        if self.is_own_cluster:
            self.cluster("cluster_stop")
            del os.environ["WORDCLAW_TEST_DATABASE_URL"]
        shutil.rmtree(self.scratch)

    def cluster(self, action):
        script = f'. tests/lib/cluster.sh; CLUSTER_DIR="{self.scratch}/pg"; {action} "$CLUSTER_DIR"'
        subprocess.run(["bash", "-c", script], cwd=REPO, check=True, timeout=SECONDS_MAX)

    def write(self, name, text):
        with open(os.path.join(self.files, self.service, name), "w", encoding="utf-8") as file:
            file.write(text)

    def remove(self, name):
        os.remove(os.path.join(self.files, self.service, name))

    def sql(self, text, url=None):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url or self.url], input=text,
                              capture_output=True, text=True, check=False, timeout=SECONDS_MAX)
        expect(done.returncode == 0, done.stderr)
        return done.stdout.strip()

    def sql_fails(self, text, url):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url], input=text,
                              capture_output=True, text=True, check=False, timeout=SECONDS_MAX)
        expect(done.returncode != 0, f"{text} succeeded: {done.stdout}")
        return done.stderr

    def migrate(self, *arguments, status=0):
        environment = {"DATABASE_URL": self.url, "WORDCLAW_HOME": os.path.join(self.scratch, "home"),
                       "WORDCLAW_MIGRATIONS_DIR": self.files, "PATH": os.environ["PATH"]}
        done = subprocess.run([os.path.join(binaries(), "wordclaw-migrate"), *arguments], env=environment,
                              capture_output=True, text=True, check=False, timeout=SECONDS_MAX)
        said = done.stdout + done.stderr
        equal(done.returncode, status, f"exit status of {arguments}, which said {said}")
        return said
