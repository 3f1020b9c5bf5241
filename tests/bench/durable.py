#!/usr/bin/env python3
"""Durable work as fast as it goes: jobs and deliveries a second, the start of a job among a million that wait, submissions and decisions.

What is done is counted in the database.  Run alone it makes a system of its own; tests/bench/run takes its rows from here.
DURABLE_JOBS (10000), DURABLE_DELIVERIES (10000) and DURABLE_FUTURE (1000000) are how many.
"""
import os
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

from checks import expect, wait_for
from system import System

JOBS = int(os.environ.get("DURABLE_JOBS", "10000"))
DELIVERIES = int(os.environ.get("DURABLE_DELIVERIES", "10000"))
FUTURE = int(os.environ.get("DURABLE_FUTURE", "1000000"))
ENDPOINTS = 8 # of one receiver
ITEMS = 100
STARTS = 40 # jobs whose start among those that wait is timed
WAIT_SECONDS_MAX = 300
# An HTTP server that answers 204 to whatever comes; its own process, so that it does not share a lock with who measures.
RECEIVER = """
import asyncio, sys
class Hook(asyncio.Protocol):
    def connection_made(self, transport): self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while (end := self.data.find(b"\\r\\n\\r\\n")) >= 0:
            head = self.data[:end].lower()
            at = head.find(b"content-length:")
            n = int(head[at + 15:].split(b"\\r\\n", 1)[0]) if at >= 0 else 0
            if len(self.data) < end + 4 + n: return
            self.data = self.data[end + 4 + n:]
            self.transport.write(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
async def main():
    server = await asyncio.get_running_loop().create_server(Hook, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Receiver:
    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/hook"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Durable:
    def __init__(self, system, tenant):
        self.system, self.tenant, self.admin, self.domain = system, tenant, tenant.admin, tenant.id
        kind = self.admin.post("/api/content-types", {"name": "Durable", "slug": f"durable-{time.monotonic_ns()}", "schema": {"type": "object"}}).succeeded(201).data
        self.items = [self.admin.post("/api/content-items", {"contentTypeId": kind["id"], "data": {}}).succeeded(201).data["id"] for _ in range(ITEMS)]

    def until_none(self, statement):
        """Seconds until the count is zero."""
        began = time.monotonic()
        wait_for(lambda: self.system.count(statement) == 0, "everything to be done", WAIT_SECONDS_MAX, 0.05)
        return time.monotonic() - began

    def jobs_waiting(self, n, at, status="draft"):
        """n jobs as a creation would leave them, due at a time; they find the item as they want it, so what is measured is the jobs' own work."""
        self.system.sql(f"""WITH made AS (INSERT INTO jobs.jobs (domain_id, kind, queue, payload, run_at)
            SELECT {self.domain}, 'content_status_transition', 'content', json_build_object('contentItemId', (ARRAY{self.items})[i % {ITEMS} + 1], 'targetStatus', '{status}'), {at}
              FROM generate_series(1, {n}) AS i RETURNING id, run_at, payload)
            INSERT INTO jobs.processes (domain_id, kind, key, lane, step, next_at, payload)
            SELECT {self.domain}, 'job', id::text, 'queue:content', 'run', run_at, json_build_object('kind', 'content_status_transition', 'maxAttempts', 3, 'payload', payload) FROM made""")

    def create_queue(self):
        self.admin.post("/api/jobs", {"kind": "content_status_transition", "payload": {"contentItemId": self.items[0], "targetStatus": "draft"}}).succeeded(201)
        self.until_none(f"SELECT count(*) FROM jobs.jobs WHERE domain_id = {self.domain} AND status IN ('queued', 'running')")

    def jobs(self, n=JOBS):
        """Jobs a second."""
        self.create_queue()
        self.admin.put("/api/job-queues/content", {"isPaused": True, "runningMax": 64}).succeeded(200)
        self.jobs_waiting(n, "now()")
        self.admin.put("/api/job-queues/content", {"isPaused": False}).succeeded(200)
        seconds = self.until_none(f"SELECT count(*) FROM jobs.processes WHERE domain_id = {self.domain} AND kind = 'job'")
        done = self.system.count(f"SELECT count(*) FROM jobs.jobs WHERE domain_id = {self.domain} AND status = 'succeeded' AND attempts = 1")
        expect(done >= n, f"jobs that succeeded at the first attempt: {done} of {n}")
        return n / seconds

    def starts(self, n=FUTURE):
        """Half of the jobs start within this many ms after they are due, while n others wait for the future."""
        self.create_queue()
        self.jobs_waiting(n, "now() + interval '1 day'")
        first = self.system.count(f"SELECT max(id) FROM jobs.jobs WHERE domain_id = {self.domain}")
        for i in range(STARTS):
            self.jobs_waiting(1, f"now() + interval '{1000 + 53 * i} milliseconds'")
        mine = f"FROM jobs.jobs WHERE domain_id = {self.domain} AND id > {first}"
        wait_for(lambda: self.system.count(f"SELECT count(*) {mine} AND status = 'succeeded'") == STARTS, "the jobs to be done", 30, 0.2)
        late = float(self.system.sql(f"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - run_at) * 1000) {mine}")[0][0])
        self.system.sql(f"DELETE FROM jobs.processes WHERE domain_id = {self.domain} AND kind = 'job'; DELETE FROM jobs.jobs WHERE domain_id = {self.domain} AND status = 'queued'")
        return late

    def deliveries(self, n=DELIVERIES):
        """Deliveries a second to a receiver that answers at once, each event of an entity of its own."""
        with Receiver() as receiver:
            hooks = [self.admin.post("/api/webhooks", {"url": receiver.url, "events": ["webhook.delete"], "runningMax": 16}).succeeded(201).data["id"] for _ in range(ENDPOINTS)]
            self.system.sql(f"""WITH made AS (INSERT INTO webhooks.webhook_deliveries
                (domain_id, webhook_id, event_id, event_type, entity_type, entity_id, sequence, event, next_attempt_at)
                SELECT {self.domain}, {hooks[0]} + i % {ENDPOINTS}, e.id, 'content_item.update', 'content_item', i, i, json_build_object('eventId', e.id, 'epoch', 1, 'seq', i,
                       'type', 'content_item.update', 'domainId', {self.domain}, 'entityType', 'content_item', 'entityId', i, 'entityVersion', 2, 'actorId', 'api_key:1',
                       'actorType', 'api_key', 'actorSource', 'db', 'occurredAt', '2026-03-01T10:00:00.000000Z', 'payload', json_build_object('status', 'draft')), now()
                  FROM generate_series(1, {n}) AS i CROSS JOIN LATERAL (SELECT gen_random_uuid() AS id, i AS place) AS e RETURNING id, entity_id, webhook_id),
                lanes AS (INSERT INTO webhooks.process_lanes (domain_id, lane, running_max) SELECT {self.domain}, 'endpoint:' || id, 16
                  FROM unnest(ARRAY{hooks}) AS id ON CONFLICT (domain_id, lane) DO UPDATE SET running_max = 16)
                INSERT INTO webhooks.processes (domain_id, kind, key, lane, ordering, step, payload)
                SELECT {self.domain}, 'delivery', id::text, 'endpoint:' || webhook_id, webhook_id || ':content_item:' || entity_id, 'send', '{{}}' FROM made""")
            seconds = self.until_none(f"SELECT count(*) FROM webhooks.processes WHERE domain_id = {self.domain} AND kind = 'delivery'")
            done = self.system.count(f"SELECT count(*) FROM webhooks.webhook_deliveries WHERE webhook_id = ANY(ARRAY{hooks}) AND status = 'delivered' AND attempts = 1")
            expect(done == n, f"delivered at the first attempt: {done} of {n}")
            return n / seconds

    # ---- forms and reviews, over REST

    def in_parallel(self, n_clients, works):
        """Work a second: each client takes the next until there is none."""
        lock, waiting = threading.Lock(), list(works)

        def run():
            while True:
                with lock:
                    if not waiting:
                        return
                    work = waiting.pop()
                work()

        threads = [threading.Thread(target=run) for _ in range(n_clients)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(works) / (time.monotonic() - began)

    def submissions(self, n=2000, clients=16):
        """Submissions a second that have become items when they are answered."""
        kind = self.admin.post("/api/content-types", {"name": "Enquiry", "slug": f"enquiry-{time.monotonic_ns()}", "schema": {"type": "object", "properties": {"message": {"type": "string"}}}}).succeeded(201).data
        slugs = [f"bench-{time.monotonic_ns()}-{i}" for i in range(clients)]
        for slug in slugs:
            self.admin.post("/api/forms", {"name": "F", "slug": slug, "contentTypeId": kind["id"], "fields": [{"name": "message"}]}).succeeded(201)
        public = self.system.client()

        def send(i):
            answer = public.post(f"/api/public/forms/{slugs[i % clients]}/submissions?domainId={self.domain}", {"data": {"message": f"message {i}"}}).succeeded(201).data
            expect(answer["contentItemId"], f"no item: {answer}")
        return self.in_parallel(clients, [lambda i=i: send(i) for i in range(n)])

    def decisions(self, n=1000, clients=16):
        """Decisions a second that the item has followed when they are answered."""
        kind = self.admin.post("/api/content-types", {"name": "Note", "slug": f"note-{time.monotonic_ns()}", "schema": {"type": "object"}}).succeeded(201).data
        self.admin.post("/api/workflows", {"name": "Desk", "contentTypeId": kind["id"], "transitions": [{"fromState": "draft", "toState": "published", "authorMayDecide": True}]}).succeeded(201)
        tasks = []

        def submit():
            item = self.admin.post("/api/content-items", {"contentTypeId": kind["id"], "data": {}}).succeeded(201).data["id"]
            tasks.append(self.admin.post(f"/api/content-items/{item}/submit", {}).succeeded(201).data["id"])

        self.in_parallel(clients, [submit] * n)
        return self.in_parallel(clients, [lambda task=task: self.admin.post(f"/api/review-tasks/{task}/decide", {"decision": "approved"}).succeeded(200) for task in tasks])


def main():
    settings = {"WORDCLAW_RATE_LIMIT_MAX": "0", "WORDCLAW_ADDRESS_RATE_LIMIT_MAX": "0", "WORDCLAW_OUTBOUND_ALLOW": "127.0.0.1:*"}
    wanted = sys.argv[1:] or ["jobs", "deliveries", "starts", "submissions", "decisions"]
    with System("durable", settings, is_durable=True) as system:
        durable = Durable(system, system.tenant("durable"))
        for name in wanted:
            unit = "ms p50" if name == "starts" else "/s"
            print(f"{name:12s} {getattr(durable, name)():9.1f} {unit}", flush=True)


if __name__ == "__main__":
    main()
