"""MCP over plain HTTP, in both protocol generations: every header and every byte is the test's own."""
import contextlib
import http.client
import json
import socket
import time

from checks import Failure, equal, expect

STATELESS = "2026-07-28"
SESSION = "2025-11-25"
WAIT_SECONDS_MAX = 5
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
ABLE = {"elicitation": {}, "sampling": {}, "roots": {}}


class Stream:
    """An answer of events, read as it comes."""

    def __init__(self, system, method, key, headers, body=None, path="/mcp"):
        self.connection = http.client.HTTPConnection(system.host, system.port, timeout=WAIT_SECONDS_MAX)
        self.connection.request(method, path, body, {"x-api-key": key, "accept": "application/json, text/event-stream", **headers})
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.headers = {name.lower(): value for name, value in self.response.getheaders()}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.connection.sock and self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.response.close()
        self.connection.close()

    def event(self):
        """The next event as (id or None, message); None at the end of the stream.  Comments are signs of life."""
        number, data = None, []
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("data: "):
                data.append(line[6:])
            elif data and not line:
                return number, json.loads("\n".join(data))
            elif not line and self.response.isclosed():
                return None

    def next(self):
        event = self.event()
        expect(event is not None, "the stream ended")
        return event[1]

    def heard(self, method):
        """The next message of this method."""
        while True:
            message = self.next()
            if message.get("method") == method:
                return message

    def is_quiet(self, seconds=0.5):
        self.connection.sock.settimeout(seconds)
        try:
            return self.event() is None
        except TimeoutError:
            return True


class Agent:
    """Speaks to one system with one key.  version: STATELESS, or one of a session, which it opens."""

    def __init__(self, system, key, version=STATELESS, abilities=None, path="/mcp"):
        self.system, self.key, self.version, self.path = system, key, version, path
        self.abilities = abilities or {}
        self.http = system.client(key)
        self.n = 0
        self.session = None
        if version != STATELESS:
            params = {"protocolVersion": version, "capabilities": self.abilities, "clientInfo": {"name": "test", "version": "1"}}
            reply = self.post({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).succeeded(200)
            self.session = reply.headers["mcp-session-id"]
            self.greeting = reply.json["result"]
            equal(self.post({"jsonrpc": "2.0", "method": "notifications/initialized"}).status, 202, "status of a notification")

    def headers(self, method=None, params=None):
        if self.version != STATELESS:
            return {"mcp-session-id": self.session, "mcp-protocol-version": self.version if self.session else None}
        name = (params or {}).get(NAMED.get(method))
        return {"mcp-protocol-version": STATELESS, "mcp-method": method, "mcp-name": name}

    def message(self, method, params=None, meta=None):
        self.n += 1
        params = dict(params or {})
        if self.version == STATELESS:
            params["_meta"] = {"io.modelcontextprotocol/protocolVersion": STATELESS, "io.modelcontextprotocol/clientCapabilities": self.abilities,
                               "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"}, **(meta or {})}
        elif meta:
            params["_meta"] = meta
        return {"jsonrpc": "2.0", "id": self.n, "method": method, "params": params}

    def post(self, message, headers=None):
        sent = {"accept": "application/json, text/event-stream", **self.headers(message.get("method") if isinstance(message, dict) else None,
                message.get("params") if isinstance(message, dict) else None), **(headers or {})}
        return self.http.post(self.path, message, headers=sent)

    def reply(self, method, params=None, meta=None, headers=None):
        """The whole HTTP reply."""
        return self.post(self.message(method, params, meta), headers)

    def ask(self, method, params=None, meta=None):
        """The result, which must be one."""
        reply = self.reply(method, params, meta)
        expect(reply.status == 200 and "result" in reply.json, f"{method}: wanted a result: {reply}")
        equal(reply.json["id"], self.n, "id of the answer")
        return reply.json["result"]

    def error(self, method, params=None, meta=None, headers=None, status=None):
        """The JSON-RPC error, which must be one."""
        reply = self.reply(method, params, meta, headers)
        expect("error" in reply.json, f"{method}: wanted an error: {reply}")
        if status:
            equal(reply.status, status, f"status of {reply}")
        return reply.json["error"]

    def call(self, name, arguments=None, meta=None, /, **more):
        """What a tool answers when it succeeds."""
        result = self.ask("tools/call", {"name": name, "arguments": {**(arguments or {}), **more}}, meta)
        expect(not result.get("isError"), f"{name}: {result}")
        content = result["content"]
        if "structuredContent" in result:
            equal(json.loads(content[0]["text"]), result["structuredContent"], f"text beside the structured content of {name}")
        return result.get("structuredContent", content)

    def refused(self, code, name, arguments=None, /, **more):
        """What a tool answers when it refuses, with this code."""
        result = self.ask("tools/call", {"name": name, "arguments": {**(arguments or {}), **more}})
        expect(result.get("isError"), f"{name} succeeded: {result}")
        error = result["structuredContent"]["error"]
        equal(error["code"], code, f"code of {error}")
        for member in ("message", "remediation"):
            expect(error.get(member), f"no {member} in {error}")
        expect(error["context"]["requestId"], f"no request id in {error}")
        return error

    def stream(self, message):
        """The answer to a message, as a stream."""
        headers = {k: v for k, v in self.headers(message["method"], message["params"]).items() if v}
        return Stream(self.system, "POST", self.key, {"content-type": "application/json", **headers}, json.dumps(message).encode())

    def listen(self, **notifications):
        """subscriptions/listen, acknowledged."""
        stream = self.stream(self.message("subscriptions/listen", {"notifications": notifications}))
        stream.acknowledged = stream.next()
        equal(stream.acknowledged["method"], "notifications/subscriptions/acknowledged", "first message of the stream")
        return stream

    def get(self, path="/mcp", **headers):
        """The session's stream."""
        return Stream(self.system, "GET", self.key, {**{k: v for k, v in self.headers().items() if v}, **headers}, path=path)


def until(condition, what, seconds=WAIT_SECONDS_MAX):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
    raise Failure(f"waited {seconds} s in vain for: {what}")
