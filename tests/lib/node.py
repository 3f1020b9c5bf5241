"""Programs of the pinned Node 22 and of the packages in tests/node, installed when they are not there yet."""
import os
import subprocess

from checks import expect
from system import REPO

HOME = os.path.join(REPO, "tests/node")
BIN = os.path.join(HOME, "node_modules/.bin")
INSTALL_SECONDS_MAX = 900
RUN_SECONDS_MAX = 300

_is_installed = False


def _install():
    global _is_installed
    if _is_installed:
        return
    done = subprocess.run([os.path.join(HOME, "install")], capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS_MAX)
    expect(done.returncode == 0, f"Node's packages cannot be installed: {done.stdout}{done.stderr}")
    _is_installed = True


def environment(settings=None):
    # Packages start `node` by name and like to phone home: they meet the pinned one, and a switch.
    return {**os.environ, "PATH": BIN + os.pathsep + os.environ["PATH"], "NO_COLOR": "1", "CI": "1", "DO_NOT_TRACK": "1",
            "REDOCLY_TELEMETRY": "off", **(settings or {})}


def command(name):
    """What starts the command `name` of an installed package under the pinned Node."""
    _install()
    return [os.path.join(BIN, "node"), os.path.join(BIN, name)]


def tool(name, *arguments, settings=None, cwd=REPO, seconds=RUN_SECONDS_MAX):
    """Run a package's command to its end; the finished process with its output as text."""
    return subprocess.run([*command(name), *arguments], env=environment(settings), cwd=cwd, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=seconds)


def node(script, *arguments, settings=None, cwd=REPO, seconds=RUN_SECONDS_MAX):
    """Run a script of tests/node to its end."""
    _install()
    return subprocess.run([os.path.join(BIN, "node"), os.path.join(HOME, script), *arguments], env=environment(settings), cwd=cwd,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=seconds)


def start(script, *arguments):
    """Start a script of tests/node; its standard output is there to be read, and it ends with us."""
    _install()
    return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", os.path.join(BIN, "node"), os.path.join(HOME, script), *arguments],
                            env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
