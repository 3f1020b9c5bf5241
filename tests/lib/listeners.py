"""Many readers of GET /api/events at once, which only wait."""
import re
import selectors
import socket
import time

from checks import Failure, expect

READY_SECONDS_MAX = 60
READY = b": ready\n\n"


class Listeners:
    """Streams, spread over the clients' keys; open once the gateway has said on each that it is ready."""

    def __init__(self, clients):
        self.clients = clients
        self.sockets = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.sockets:
            connection.close()

    def open(self, n):
        fresh = [self.ask(self.clients[i % len(self.clients)]) for i in range(n)]
        self.sockets += fresh
        wait_ready(fresh)

    @staticmethod
    def ask(client):
        connection = socket.create_connection((client.host, client.port), timeout=READY_SECONDS_MAX)
        connection.sendall(f"GET /api/events HTTP/1.1\r\nHost: test\r\nx-api-key: {client.key}\r\n\r\n".encode())
        return connection


def wait_ready(sockets):
    deadline = time.monotonic() + READY_SECONDS_MAX
    received = dict.fromkeys(sockets, b"")
    with selectors.DefaultSelector() as selector:
        for connection in sockets:
            selector.register(connection, selectors.EVENT_READ)
        while selector.get_map():
            expect(time.monotonic() < deadline, f"{len(selector.get_map())} listeners of {len(sockets)} are not ready")
            for key, _ in selector.select(1):
                data = key.fileobj.recv(4096)
                received[key.fileobj] += data
                if not data:
                    raise Failure(f"a listener was sent away: {received[key.fileobj][:400]}")
                if READY in received[key.fileobj]:
                    selector.unregister(key.fileobj)


def memory_mb(pid):
    """(RSS, PSS) of a process."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        sizes = dict(re.findall(r"^(Rss|Pss):\s+(\d+) kB", file.read(), re.M))
    return int(sizes["Rss"]) / 1024, int(sizes["Pss"]) / 1024


def is_sanitized(pid):
    """Then its memory says nothing about the product's."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        return "libasan" in file.read()
