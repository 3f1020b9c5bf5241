"""A copy of the sources with files added, built beside the real one: what the product is with an operation more.

    tree = Tree("toy")                       # build/tree/toy
    tree.add("services/content/handlers_toy.c", text)
    tree.build()
    with System("toy", tree=tree.directory) as system: ...

The copy is the only place where such files meet the product, so none of them can reach a release.
"""
import os
import shutil
import subprocess

from checks import expect
from system import REPO

SOURCES = ("Makefile", "common", "gateway", "services", "operate", "migrations", "proto", "deploy")
BUILD_SECONDS_MAX = 600


class Tree:
    def __init__(self, name):
        self.directory = os.path.join(REPO, "build/tree", name)
        self.bin_dir = os.path.join(self.directory, "bin")
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        self.run("cp", "-a", *(os.path.join(REPO, source) for source in SOURCES), self.directory)
        # Objects of the real build are current here too, but for what the added files change.
        if os.path.isdir(os.path.join(REPO, "build/release")):
            os.mkdir(self.path("build"))
            self.run("cp", "-a", os.path.join(REPO, "build/release"), self.path("build/release"))

    def path(self, name):
        return os.path.join(self.directory, name)

    def add(self, name, text):
        """A file, or a further piece of one."""
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "a", encoding="utf-8") as file:
            file.write(text)

    def add_directory(self, directory):
        """Every file of a directory laid out like the tree."""
        self.run("cp", "-a", directory + "/.", self.directory)

    def build(self):
        self.run("make", "-s", "generate")
        self.run("make", "-s", f"-j{os.cpu_count()}", "all")

    def run(self, *command):
        kept = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        done = subprocess.run(command, cwd=self.directory, env=kept, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS_MAX)
        expect(done.returncode == 0, f"{' '.join(command)[:200]}: {(done.stdout + done.stderr)[-3000:]}")
        return done.stdout
