"""Another gateway of a running system, on a port of its own."""
import os
import pwd
import signal
import subprocess

from checks import wait_for
from client import Client
from system import TEST_USER, binaries, free_port


class SecondGateway:
    def __init__(self, system, settings=None):
        self.system, self.host, self.port = system, system.host, free_port()
        self.settings = settings or {}

    def __enter__(self):
        environment = {"PATH": os.environ["PATH"], "WORDCLAW_HOME": self.system.home, "WORDCLAW_PORT": str(self.port), **self.settings}
        command = [os.path.join(binaries(), "wordclaw-gateway")]
        if os.getuid() == 0:
            user = pwd.getpwnam(TEST_USER)
            command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--pdeathsig=TERM", *command]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.is_ready, "the second gateway", 10)
        return self

    def is_ready(self):
        try:
            return self.client(None).get("/ready").status == 200
        except OSError:
            return False

    def client(self, key):
        return Client(self.host, self.port, key)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
