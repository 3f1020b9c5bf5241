"""How long after a change was answered its event reaches a subscriber of GET /api/events, while wrk writes.

From the moment wrk had the writer's answer until the subscriber had read the event, both by this machine's clock.  Answers
and events are noted as they come and matched afterwards, so that neither waits for the other's work.
"""
import http.client
import json
import threading
import time

from checks import expect, wait_for

READ_BYTES = 256 * 1024
QUIET_SECONDS_MAX = 60


class EventLatency:
    """Inside of `with` a subscriber listens to one tenant's updates, and wrk notes answers in `path`; then latencies_ms is sorted."""

    def __init__(self, client, path):
        self.path, self.pieces, self.latencies_ms, self.is_over = path, [], [], False
        self.connection = http.client.HTTPConnection(client.host, client.port, timeout=QUIET_SECONDS_MAX)
        self.connection.request("GET", "/api/events?types=content_item.update", headers={"x-api-key": client.key})
        self.answer = self.connection.getresponse()
        expect(self.answer.status == 200, f"the stream answered {self.answer.status}")
        self.reader = threading.Thread(target=self.read, daemon=True)

    def read(self):
        try:
            while piece := self.answer.read1(READ_BYTES):
                self.pieces.append((time.time(), piece))
        except (OSError, http.client.IncompleteRead):
            expect(self.is_over, "the stream broke off")

    def __enter__(self):
        self.reader.start()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.latencies_ms = sorted(wait_for(self.measure, "every answered update's event", QUIET_SECONDS_MAX, 1))
        self.is_over = True
        self.connection.sock.shutdown(2)
        self.reader.join()
        self.connection.close()

    def events(self):
        """A piece may end within an event, which has arrived when its last byte has."""
        waiting = b""
        for received, piece in list(self.pieces):
            *messages, waiting = (waiting + piece).split(b"\n\n")
            for message in messages:
                if b"\ndata: " in message:
                    event = json.loads(message.split(b"\ndata: ", 1)[1])
                    yield (event["entityId"], event["entityVersion"]), received

    def measure(self):
        """None while events are missing."""
        arrived = dict(self.events())
        with open(self.path, encoding="ascii") as file:
            answers = [line.split() for line in file]
        if any((int(item), int(version)) not in arrived for item, version, _ in answers):
            return None
        return [(arrived[int(item), int(version)] - float(at)) * 1000 for item, version, at in answers]

    def percentile(self, share):
        return self.latencies_ms[min(len(self.latencies_ms) - 1, int(len(self.latencies_ms) * share))]
