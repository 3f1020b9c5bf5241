"""What must be true of the database after any fault: nothing acknowledged is lost, every event is audited exactly once."""
import hashlib

from checks import Failure, equal, expect, wait_for

AUDITED_SECONDS_MAX = 20
SHOWN_MAX = 5
SEPARATOR = "\x1f"
PUBLISHERS = ("identity", "content", "audit")
OUTBOXES = " UNION ALL ".join(f"SELECT event_id, '{name}' AS publisher FROM {name}.outbox" for name in PUBLISHERS)


def some(rows):
    rows = list(rows)
    return f"{len(rows)}, such as {rows[:SHOWN_MAX]}"


def none(rows, what):
    expect(not rows, f"{what}: {some(rows)}")


def rows(system, text):
    """Rows of text that may hold any character but the separator; json escapes line ends."""
    return [line.split(SEPARATOR) for line in system.psql(text, "-F", SEPARATOR).split("\n")[:-1]]


class Ledger:
    def __init__(self, system, load):
        self.system, self.load = system, load
        self.acknowledged = load.acknowledged()

    def wait_audited(self, seconds=AUDITED_SECONDS_MAX):
        """Nothing is under way any more: every committed event is in the trail."""
        missing = f"SELECT count(*) FROM ({OUTBOXES}) o WHERE NOT EXISTS (SELECT FROM audit.audit_logs a WHERE a.event_id = o.event_id)"
        try:
            wait_for(lambda: self.system.count(missing) == 0, "every event to be audited", seconds, 0.1)
        except Failure as failure:
            raise Failure(f"{failure}; {self.system.count(missing)} events are missing") from None

    def check_audited_exactly_once(self):
        """Set equality by event id: none missing, none extra, none twice."""
        unequal = self.system.sql(
            f"SELECT coalesce(o.event_id, a.event_id), o.publisher, a.publisher FROM ({OUTBOXES}) o"
            " FULL JOIN audit.audit_logs a ON a.event_id = o.event_id AND a.publisher = o.publisher"
            " WHERE o.event_id IS NULL OR a.event_id IS NULL LIMIT 20")
        none(unequal, "events on one side only")
        for table in (f"({OUTBOXES}) o", "audit.audit_logs"):
            none(self.system.sql(f"SELECT event_id, count(*) FROM {table} GROUP BY 1 HAVING count(*) > 1 LIMIT 20"), f"doubled in {table}")

    def check_order(self):
        """The trail has the events of one item in the order of its versions."""
        none(self.system.sql(
            "SELECT domain_id, entity_id, number FROM (SELECT domain_id, entity_id, number, entity_version, lag(entity_version)"
            " OVER (PARTITION BY domain_id, entity_id ORDER BY number) AS before FROM audit.audit_logs"
            " WHERE entity_type = 'content_item' AND action <> 'delete') a WHERE entity_version <= before LIMIT 20"),
            "entries out of order")

    def check_versions(self):
        """1..n without holes, the head after them, and one event for each."""
        self.system.psql("ANALYZE") # or items and events are joined row by row, which a long run's do not end in time
        none(self.system.sql(
            "SELECT i.domain_id, i.id, i.version, v.n, v.lowest, v.highest FROM content.content_items i LEFT JOIN LATERAL"
            " (SELECT count(*) AS n, min(version) AS lowest, max(version) AS highest FROM content.content_item_versions v"
            "   WHERE v.domain_id = i.domain_id AND v.content_item_id = i.id) v ON true"
            " WHERE v.n <> i.version - 1 OR (v.n > 0 AND (v.lowest <> 1 OR v.highest <> i.version - 1)) LIMIT 20"), "holes in versions")
        none(self.system.sql(
            "SELECT i.domain_id, i.id, i.version, count(o.event_id) FROM content.content_items i LEFT JOIN content.outbox o"
            " ON o.domain_id = i.domain_id AND o.entity_type = 'content_item' AND o.entity_id = i.id"
            " GROUP BY 1, 2, 3 HAVING count(o.event_id) <> i.version OR count(DISTINCT o.entity_version) <> i.version LIMIT 20"),
            "items with more or fewer events than versions")

    def check_acknowledged(self):
        """Everything that was answered with success is there, as it was answered; what was deleted is kept aside, to be restored."""
        states = {}
        for tenant, item, version, status, token in rows(
                self.system, "SELECT domain_id, id, version, status, data->>'token' FROM content.content_items UNION ALL"
                " SELECT domain_id, content_item_id, version, status, data->>'token' FROM content.content_item_versions"):
            states[int(tenant), int(item), int(version)] = (status, token)
        heads = {(int(tenant), int(item)) for tenant, item in self.system.sql("SELECT domain_id, id FROM content.content_items")}
        aside = {(int(tenant), int(item)) for tenant, item in self.system.sql("SELECT domain_id, id FROM content.content_items_deleted")}
        deleted = {(int(tenant), int(item)) for tenant, item in self.system.sql(
            "SELECT domain_id, entity_id FROM content.outbox WHERE type = 'content_item.delete'")}
        lost = []
        for one in self.acknowledged:
            place = (one.tenant, one.item)
            if one.kind == "delete":
                if place not in deleted or place not in aside:
                    lost.append(("delete", *place))
            elif place not in deleted:
                status, token = states.get((*place, one.version), (None, None))
                if token != one.token or (one.status and status != one.status):
                    lost.append((one.kind, *place, one.version, one.token, status, token))
        none(lost, "acknowledged but not there")
        none(deleted & heads, "deleted and still there")
        none(aside - deleted, "aside without having been deleted")
        self.check_intents(states)

    def check_intents(self, states):
        """Done at most once; a keyed one that was refused was not done."""
        times = {}
        for (tenant, _, _), (_, token) in states.items():
            times[tenant, token] = times.get((tenant, token), 0) + 1
        none([one for one in self.load.intents() if times.get((one[0], one[2]), 0) > 1], "done more than once")
        none([one for one in self.load.intents() if one[4] and 400 <= one[3] < 500 and (one[0], one[2]) in times], "refused but done")

    def check_requests_have_events(self):
        """Each acknowledged request has exactly one event, of that item and version."""
        events = {}
        for tenant, request, item, version in self.system.sql(
                "SELECT domain_id, request_id, entity_id, coalesce(entity_version, 0) FROM content.outbox WHERE entity_type = 'content_item'"):
            events.setdefault((int(tenant), request), []).append((int(item), int(version)))
        wrong = []
        for one in self.acknowledged:
            found = events.get((one.tenant, one.request_id), [])
            wanted_version = one.version if one.kind != "delete" else None
            is_right = len(found) == 1 and found[0][0] == one.item and wanted_version in (None, found[0][1])
            if not one.is_replayed and not is_right:
                wrong.append((one.kind, one.tenant, one.item, one.version, one.request_id, found))
        none(wrong, "acknowledged requests without their one event")

    def check_chains(self):
        """Recomputed here, from the stored text, with nothing of ours: BLAKE2b-256(previous || canonical)."""
        entries = rows(self.system, "SELECT domain_id, number, previous_hash, hash, canonical FROM audit.audit_logs ORDER BY 1, 2")
        expected = {}
        for tenant, number, previous, digest, canonical in entries:
            last_number, last_hash = expected.get(tenant, (0, "0" * 64))
            equal((int(number), previous), (last_number + 1, last_hash), f"place of entry {number} of tenant {tenant}")
            recomputed = hashlib.blake2b(bytes.fromhex(previous) + canonical.encode(), digest_size=32).hexdigest()
            equal(digest, recomputed, f"hash of entry {number} of tenant {tenant}")
            expected[tenant] = (int(number), digest)
        heads = {tenant: (int(number), digest) for tenant, number, digest in
                 self.system.sql("SELECT domain_id, number, hash FROM audit.audit_chain_heads WHERE number > 0")}
        equal(heads, expected, "heads of the chains")

    def check_verification(self, clients):
        """What the product says of its own trail, page by page to its end."""
        for client in clients:
            verdict = {"isComplete": False, "lastNumber": 0}
            while not verdict["isComplete"]:
                start = verdict["lastNumber"] + 1
                verdict = client.get(f"/api/audit-logs/verify?from={start}", timeout=35).succeeded(200).data
                expect(verdict["isIntact"] and verdict["firstBreak"] is None, f"the trail is broken: {verdict}")
                expect(verdict["isComplete"] or verdict["lastNumber"] >= start, f"verification does not move on: {verdict}")

    def check_all(self, clients):
        self.wait_audited()
        self.check_audited_exactly_once()
        self.check_order()
        self.check_versions()
        self.check_acknowledged()
        self.check_requests_have_events()
        self.check_chains()
        self.check_verification(clients)
