"""Writers and readers that keep a journal of everything they were told, while a test breaks things under them."""
import http.client
import random
import threading
import time
import uuid

from checks import Failure

# Limits guard against loops; these tests are loops.
WITHOUT_LIMITS = {"WORDCLAW_RATE_LIMIT_MAX": "0", "WORDCLAW_ADDRESS_RATE_LIMIT_MAX": "0"}
# What a client may see while processes die.  Anything else is a fault of ours.
REFUSALS = {503: ("SERVICE_UNAVAILABLE", "SERVICE_OVERLOADED")}
TRANSPORT_ERRORS = (http.client.HTTPException, OSError)
# Every operation used here has the registry's default deadline.
DEADLINE_SECONDS = 2.0
# The client is Python, shares two cores with everything it loads, and waits its turn for both.
TRANSPORT_SECONDS = 0.5
KEYED_TRIES_SECONDS = 12
TEXT_BYTES = 700
ITEM_SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string", "minLength": 1}, "token": {"type": "string"}, "body": {"type": "string"},
                   "count": {"type": "integer"}},
    "required": ["title", "token"],
}


class Sent:
    """One request's outcome, for what is judged at the end."""
    __slots__ = ("began", "seconds", "status", "what")

    def __init__(self, began, seconds, status, what):
        self.began, self.seconds, self.status, self.what = began, seconds, status, what


class Acknowledged:
    """A mutation that was answered with success."""
    __slots__ = ("tenant", "kind", "item", "version", "token", "request_id", "is_replayed", "status")

    def __init__(self, tenant, kind, item, version, token, reply, status):
        self.tenant, self.kind, self.item, self.version, self.token = tenant, kind, item, version, token
        self.request_id, self.status = reply.request_id, status
        self.is_replayed = "x-idempotent-replayed" in reply.headers


class Board:
    """Items of one tenant and the newest version that anybody was told of."""

    def __init__(self, tenant_id, client, type_id):
        self.tenant, self.client, self.type_id = tenant_id, client, type_id
        self.versions = {}
        self.doomed = set()  # a deletion was asked for: absent or not is the ledger's matter
        self.lock = threading.Lock()

    def learn(self, item, version):
        with self.lock:
            if version > self.versions.get(item, 0):
                self.versions[item] = version

    def pick(self, chooser):
        with self.lock:
            return chooser.choice(list(self.versions.items())) if self.versions else (None, None)

    def forget(self, item):
        with self.lock:
            self.doomed.add(item)
            return self.versions.pop(item, None)

    def known(self, item):
        with self.lock:
            return self.versions.get(item)


class Worker(threading.Thread):
    def __init__(self, load, board, seed):
        super().__init__(daemon=True)
        self.load, self.board, self.chooser = load, board, random.Random(seed)
        self.sent, self.problems = [], []

    def run(self):
        while not self.load.is_over.is_set():
            try:
                self.turn()
            except Failure as failure:
                self.problems.append(str(failure))
            if self.load.pause_seconds:
                time.sleep(self.load.pause_seconds)

    def ask(self, method, path, body=None, headers=None):
        """The reply, or None where the connection broke."""
        began = time.monotonic()
        status = 0
        try:
            reply = self.exchange(method, path, body, headers)
            status = reply.status
            if status >= 500 and reply.code not in REFUSALS.get(status, ()):
                self.problems.append(f"unexpected answer: {reply}")
            if status == 503 and not reply.headers.get("retry-after", "").isdigit():
                self.problems.append(f"503 without Retry-After: {reply}")
            return reply
        except TRANSPORT_ERRORS:
            if self.load.may_disconnect is None or not self.load.may_disconnect.is_set():
                self.problems.append(f"connection broke: {method} {path}")
            time.sleep(0.02)  # refused at once: no need to spin
            return None
        finally:
            self.sent.append(Sent(began, time.monotonic() - began, status, f"{method} {path}"))

    def exchange(self, method, path, body, headers):
        # The client repeats on a kept connection that was closed under it; for a mutation that is not ours to decide.
        may_repeat = method == "GET" or bool(headers)
        return self.board.client.request(method, path, body, headers, may_repeat=may_repeat)


class Reader(Worker):
    """A read never shows less than what was acknowledged before it began."""

    def turn(self):
        item, version = self.board.pick(self.chooser)
        if item is None:
            time.sleep(0.01)
            return
        if self.chooser.random() < 0.1:
            self.ask("GET", f"/api/content-items?contentTypeId={self.board.type_id}&limit=20&draft=true")
            return
        reply = self.ask("GET", f"/api/content-items/{item}?draft=true")
        if reply is None or reply.status == 503 or item in self.board.doomed:
            return
        if reply.status != 200:
            self.problems.append(f"item {item} was acknowledged with version {version}: {reply}")
        elif reply.data["version"] < version:
            self.problems.append(f"item {item} went back from version {version}: {reply}")
        else:
            self.board.learn(item, reply.data["version"])


class Writer(Worker):
    def __init__(self, load, board, seed):
        super().__init__(load, board, seed)
        self.acknowledged, self.intents = [], []
        self.own = []  # items that only this writer deletes

    def turn(self):
        act = self.chooser.choices((self.create, self.replace, self.patch, self.publish, self.delete), (15, 30, 30, 20, 5))[0]
        act()

    def data(self, token):
        return {"title": f"item {token[:8]}", "token": token, "count": self.chooser.randrange(1000),
                "body": "x" * self.chooser.randrange(TEXT_BYTES)}

    def create(self):
        token = uuid.uuid4().hex
        reply = self.mutate("create", "POST", "/api/content-items", token,
                            {"contentTypeId": self.board.type_id, "data": self.data(token)})
        if reply is not None and reply.status == 201:
            self.own.append(reply.data["id"])

    def replace(self):
        self.change("PUT", lambda token: {"data": self.data(token)})

    def patch(self):
        self.change("PATCH", lambda token: {"data": {"token": token, "count": self.chooser.randrange(1000)}})

    def publish(self):
        self.change("PATCH", lambda token: {"data": {"token": token}, "status": self.chooser.choice(("published", "draft"))})

    def change(self, method, body_of):
        item, version = self.board.pick(self.chooser)
        if item is None:
            return
        token = uuid.uuid4().hex
        body = {**body_of(token), "expectedVersion": version}
        self.mutate("update", method, f"/api/content-items/{item}", token, body, item)

    def delete(self):
        if len(self.own) < 4:
            return
        item = self.own.pop(0)
        version = self.board.forget(item)
        if version is not None:
            self.mutate("delete", "DELETE", f"/api/content-items/{item}", uuid.uuid4().hex, None, item)

    def mutate(self, kind, method, path, token, body, item=None):
        """With a key, again and again until it is known what happened; without one, once."""
        is_keyed = self.chooser.random() < 0.3
        headers = {"idempotency-key": token} if is_keyed else None
        deadline = time.monotonic() + KEYED_TRIES_SECONDS
        reply = self.ask(method, path, body, headers)
        while is_keyed and (reply is None or reply.status == 503) and time.monotonic() < deadline:
            time.sleep(0.05)
            reply = self.ask(method, path, body, headers)
        status = reply.status if reply is not None else 0
        self.intents.append((self.board.tenant, kind, token, status, is_keyed))
        if reply is not None and status < 300:
            self.note(kind, token, reply, body)
        elif status not in (0, 409, 503) and not (status == 404 and item in self.board.doomed):
            self.problems.append(f"refused: {reply}")
        if status == 409 and reply.code == "VERSION_CONFLICT":
            self.board.learn(item, reply.context["currentVersion"])
        elif status in (0, 503) and kind == "update":
            self.refresh(item)
        return reply

    def note(self, kind, token, reply, body):
        data = reply.data
        version = data.get("version") if kind != "delete" else None
        status = (body or {}).get("status")
        self.acknowledged.append(Acknowledged(self.board.tenant, kind, data["id"], version, token, reply, status))
        if version and data["id"] not in self.board.doomed:
            self.board.learn(data["id"], version)

    def refresh(self, item):
        """What happened is not known: look."""
        reply = self.ask("GET", f"/api/content-items/{item}?draft=true")
        if reply is not None and reply.status == 200:
            self.board.learn(item, reply.data["version"])


class Load:
    """Everything that runs while things break.

    may_disconnect: an Event that is set while connections may break (the gateway dies).
    """

    def __init__(self, tenants, n_writers, n_readers, may_disconnect=None, pause_seconds=0.0):
        self.is_over = threading.Event()
        self.may_disconnect, self.pause_seconds = may_disconnect, pause_seconds
        self.boards = [self.board(tenant) for tenant in tenants]
        self.writers = [Writer(self, self.boards[i % len(self.boards)], i) for i in range(n_writers)]
        self.readers = [Reader(self, self.boards[i % len(self.boards)], 1000 + i) for i in range(n_readers)]

    def board(self, tenant):
        body = {"name": "Note", "slug": f"note-{uuid.uuid4().hex[:8]}", "schema": ITEM_SCHEMA}
        made = tenant.admin.post("/api/content-types", body).succeeded(201)
        return Board(tenant.id, tenant.admin, made.data["id"])

    def __enter__(self):
        for worker in self.workers():
            worker.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for worker in self.workers():
            worker.join(KEYED_TRIES_SECONDS + 10)

    def workers(self):
        return [*self.writers, *self.readers]

    def sent(self, workers=None):
        return [one for worker in (workers or self.workers()) for one in worker.sent]

    def problems(self):
        return [problem for worker in self.workers() for problem in worker.problems]

    def acknowledged(self):
        return [one for writer in self.writers for one in writer.acknowledged]

    def intents(self):
        return [one for writer in self.writers for one in writer.intents]

    def failures_between(self, began, ended):
        return sum(1 for one in self.sent() if one.status in (0, 503) and began <= one.began <= ended)
