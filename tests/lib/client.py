"""A small HTTP client: keep-alive, deadlines, and replies that explain themselves in failures."""
import http.client
import json
import socket
import threading
import time

from checks import Failure, compact, equal, expect, shown

REPLY_SECONDS_MAX = 15


class Reply:
    def __init__(self, method, path, status, headers, body, seconds):
        self.method, self.path, self.status, self.body, self.seconds = method, path, status, body, seconds
        self.headers = {name.lower(): value for name, value in headers}
        self._json = None

    def __str__(self):
        return f"{self.method} {self.path} -> {self.status} {shown(self.body.decode('utf-8', 'backslashreplace'))}"

    @property
    def json(self):
        if self._json is None:
            try:
                self._json = json.loads(self.body)
            except ValueError:
                raise Failure(f"no JSON: {self}") from None
        return self._json

    @property
    def data(self):
        expect(isinstance(self.json, dict) and "data" in self.json, f"no data: {self}")
        return self.json["data"]

    @property
    def meta(self):
        expect(isinstance(self.json, dict) and "meta" in self.json, f"no meta: {self}")
        return self.json["meta"]

    @property
    def code(self):
        return self.json.get("code") if self.body and isinstance(self.json, dict) else None

    @property
    def context(self):
        expect("context" in self.json, f"no context: {self}")
        return self.json["context"]

    @property
    def request_id(self):
        return self.headers.get("x-request-id")

    def succeeded(self, status=None):
        """This reply, or a failure when it is an error (or not of this status)."""
        expect(self.status == status if status else 200 <= self.status < 300, f"wanted {status or 'success'}: {self}")
        return self

    def refused(self, status, code):
        """This reply, which must be a complete error envelope of this status and code."""
        expect(self.status == status, f"wanted {status} {code}: {self}")
        check_envelope(self)
        equal(self.code, code, f"code of {self}")
        return self


def check_envelope(reply):
    body = reply.json
    expect(isinstance(body, dict), f"no error envelope: {reply}")
    for member in ("error", "code", "remediation"):
        expect(isinstance(body.get(member), str) and body[member], f"no {member} in the error envelope: {reply}")
    expect(isinstance(body.get("context"), dict), f"no context in the error envelope: {reply}")
    equal(body["context"].get("requestId"), reply.request_id, f"request id in the envelope of {reply}")
    expect(reply.headers.get("content-type", "").startswith("application/json"), f"content type of {reply}")


class Client:
    """Speaks to one system with one key; every thread has a connection of its own.

    observe: called with (reply, request headers) of every reply, or None.
    """

    def __init__(self, host, port, key=None, observe=None):
        self.host, self.port, self.key, self.observe = host, port, key, observe
        self._local = threading.local()

    def with_key(self, key):
        return Client(self.host, self.port, key, self.observe)

    def _connection(self, timeout):
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._local.connection = connection
        connection.sock.settimeout(timeout)
        return connection

    def close(self):
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local.connection = None

    def request(self, method, path, body=None, headers=None, timeout=REPLY_SECONDS_MAX, may_repeat=True):
        """body: bytes as they are; anything else but None as JSON.  A header of None is left out.

        may_repeat: send again on a fresh connection when a kept one turns out to be closed.
        """
        sent = {"x-api-key": self.key, **(headers or {})}
        if body is not None and not isinstance(body, bytes):
            body = compact(body).encode()
        if body is not None and not any(name.lower() == "content-type" for name in sent):
            sent["content-type"] = "application/json"
        sent = {name: value for name, value in sent.items() if value is not None}
        began = time.monotonic()
        reply = self._exchange(method, path, body, sent, timeout, began, may_repeat)
        if self.observe:
            self.observe(reply, sent)
        return reply

    def _exchange(self, method, path, body, headers, timeout, began, may_repeat):
        for is_last in (not may_repeat, True):
            is_reused = getattr(self._local, "connection", None) is not None
            try:
                connection = self._connection(timeout)
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                reply = Reply(method, path, response.status, response.getheaders(), response.read(), time.monotonic() - began)
                if connection.sock is None:
                    self.close()
                return reply
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.close()
                # A kept connection may be closed by the other side at any moment; a fresh one may not.
                if is_last or not is_reused:
                    raise
            except Exception:
                self.close()
                raise

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def raw(self, data, timeout=REPLY_SECONDS_MAX, half_close=False):
        """Send bytes as they are; everything that comes back until the other side closes or pauses for good."""
        with socket.create_connection((self.host, self.port), timeout=timeout) as connection:
            try:
                connection.sendall(data)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass # refused before all was sent: what came back is still to be read
            return read_to_end(connection)


def read_to_end(connection):
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except OSError:
        pass # cut off or silent: what came until then counts
    return received


def split_replies(received):
    """The replies of one connection, as (status, headers, body)."""
    replies = []
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        expect(lines[0].startswith("HTTP/1.1 "), f"no status line: {lines[0]}")
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        length = int(dict((name.lower(), value) for name, value in headers).get("content-length", 0))
        replies.append(Reply("RAW", "", int(lines[0].split()[1]), headers, rest[:length], 0))
        received = rest[length:]
    return replies
