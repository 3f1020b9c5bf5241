"""What people have agents do, as steps in words; each is checked by what the system holds afterwards, and has the least number of calls.

The least number is what one would need who made no mistake: a call per step, and one search for each operation that the list does not
describe, since without it nobody could know its arguments.
"""
from checks import contains, equal, expect, wait_for
from mcp import Agent

SCHEMA = {"type": "object", "required": ["title"], "additionalProperties": False,
          "x-wordclaw-localization": {"supportedLocales": ["en", "de"], "defaultLocale": "en"},
          "properties": {"title": {"type": "string", "x-wordclaw-localized": True}, "body": {"type": "string"}, "rank": {"type": "integer"}}}
NOTE = {"type": "object", "required": ["title"], "additionalProperties": False,
        "properties": {"title": {"type": "string"}, "body": {"type": "string"}, "rank": {"type": "integer"}}}
TASKS = []


def task(*operations):
    """operations: the calls of the shortest way; those of a colleague, who comes new to the task, say so."""
    def register(function):
        TASKS.append((function, operations))
        return function
    return register


class World:
    """What is there before the agent comes, and what others do meanwhile, over REST."""

    def __init__(self, tenant):
        self.tenant, self.admin = tenant, tenant.admin
        self.n = 0
        self.note = self.type(NOTE)

    def client(self, scope, agent):
        """The same way in as the agent's, with another key."""
        return Agent(agent.client.system, self.tenant.key(scope)["apiKey"], path=agent.client.path)

    def type(self, schema, **fields):
        self.n += 1
        made = self.admin.post("/api/content-types", {"name": f"Kind {self.n}", "slug": f"kind-{self.n}", "schema": schema, **fields})
        return made.succeeded(201).data["id"]

    def item(self, title, status="draft", kind=None, headers=None, **data):
        body = {"contentTypeId": kind or self.note, "data": {"title": title, **data}, "status": status}
        return self.admin.post("/api/content-items", body, headers=headers).succeeded(201).data["id"]

    def change(self, item, headers=None, **data):
        return self.admin.patch(f"/api/content-items/{item}", {"data": data}, headers=headers).succeeded(200).data

    def read(self, item, query=""):
        return self.admin.get(f"/api/content-items/{item}{query}").succeeded(200).data


@task("whoami", "create_content_type")
def bootstrap(agent, world):
    slug = "guide"
    who = agent.do("whoami")
    expect(who["scopes"], f"what the key may: {who}")
    made = agent.do("create content type", name="Guide", slug=slug, schema=NOTE)
    equal(world.admin.get(f"/api/content-types/{slug}").succeeded(200).data["id"], made["id"], "the type")


@task("create_content_item")
def author(agent, world):
    made = agent.do("create content item", type=world.note, content={"title": "Launch", "body": "Today."})
    equal(world.read(made["id"])["data"]["title"], "Launch", "the item")


@task("get_content_item", "update_content_item", "get_content_item")
def localise(agent, world):
    item = world.item({"en": "Hello"}, kind=world.type(SCHEMA))
    agent.do("get content item", id=item)
    agent.do("update content item", id=item, data={"title": {"de": "Hallo"}})
    equal(agent.do("get content item", id=item, locale="de")["data"]["title"], "Hallo", "the title in German")
    equal(world.read(item)["data"]["title"], {"en": "Hello", "de": "Hallo"}, "both")


@task("create_content_item", "create_content_item")
def fix_an_error(agent, world):
    made = agent.do("create content item", type=world.note, content={"title": "Ranked", "rank": "3", "colour": "red"})
    equal(world.read(made["id"])["data"], {"title": "Ranked", "rank": 3}, "what could be kept")


@task("get_content_item", "update_content_item", "update_content_item")
def resolve_a_conflict(agent, world):
    item = world.item("Ours")
    agent.do("get content item", id=item)
    world.change(item, body="theirs")
    agent.do("update content item", id=item, data={"title": "mine"})
    equal(world.read(item)["data"], {"title": "mine", "body": "theirs"}, "both edits")


@task("submit_review_task", "colleague decide_review_task")
def submit_and_approve(agent, world):
    kind = world.type(NOTE)
    world.admin.post("/api/workflows", {"name": "Editorial", "contentTypeId": kind, "transitions": [{"fromState": "draft", "toState": "published"}]}).succeeded(201)
    item = world.item("Reviewed", kind=kind)
    agent.do("submit item review", item=item)
    reviewer = agent.colleague(world.client("admin", agent))
    reviewer.do("decide review task", decision="approved")
    equal(world.read(item)["publicationState"], "published", "the item")


@task("get_content_item", "publish_content_item", "update_content_item")
def publish_and_keep_editing(agent, world):
    item = world.item("Public")
    agent.do("get content item", id=item)
    agent.do("publish content item", id=item)
    agent.do("update content item", id=item, data={"title": "Working copy"})
    equal((world.read(item, "?draft=false")["data"]["title"], world.read(item)["data"]["title"]), ("Public", "Working copy"), "public, and working copy")


@task("colleague get_content_item", "colleague purchase_offer", "colleague pay_mock_invoice", "colleague confirm_purchase", "colleague get_content_item")
def pay_and_read(agent, world):
    item = world.item("Sold", "published", body="the secret")
    offer = world.admin.post("/api/offers", {"slug": f"offer-{item}", "name": "Item", "scopeType": "item", "scopeRef": item, "priceSats": 5}).succeeded(201).data["id"]
    world.admin.post(f"/api/offers/{offer}/policies", {}).succeeded(201)
    visitor = world.tenant.client("content:read")
    wait_for(lambda: visitor.get(f"/api/content-items/{item}").status == 402, "the item to be sold", 10)
    buyer = agent.colleague(world.client("content:read", agent))
    buyer.refused("OFFER_REQUIRED", "get content item", id=item)
    buyer.refused("PAYMENT_REQUIRED", "purchase offer")
    buyer.do("pay mock invoice")
    buyer.do("confirm purchase")
    equal(buyer.do("get content item", id=item)["data"]["body"], "the secret", "what was bought")


@task("search_semantic_knowledge")
def find_by_meaning(agent, world):
    tap = world.item("Fixing a dripping faucet", "published", body="Shut off the water and replace the worn washer.")
    wait_for(lambda: world.admin.get(f"/api/content-items/{tap}/embedding-readiness").json.get("data", {}).get("state") == "ready", "the index", 10)
    found = agent.do("search knowledge", query="how do I repair a leaky tap")
    equal(found["results"][0]["contentItemId"], tap, "what is found")


@task("undo_changes")
def undo_a_bad_batch(agent, world):
    label = "bad-batch"
    items = [world.item(f"Good {n}") for n in range(3)]
    for item in items:
        world.change(item, {"x-wordclaw-change-set": label}, title="Bad")
    agent.do("undo changes", change_set=label)
    equal([world.read(item)["data"]["title"] for item in items], ["Good 0", "Good 1", "Good 2"], "the items")


@task("get_audit_logs")
def explain_who_changed_what(agent, world):
    item = world.item("Watched")
    editor = world.tenant.key("content:read", "content:write")
    world.admin.with_key(editor["apiKey"]).patch(f"/api/content-items/{item}", {"data": {"title": "Changed"}}).succeeded(200)
    entries = agent.do("get audit logs", entity_type="content_item", entity_id=item)["entries"]
    changed = next(entry for entry in entries if entry["action"] == "update")
    equal(changed["actorId"], f"api_key:{editor['id']}", "who")
    contains(str(changed["details"]), "title", "what")


@task("get_content_item", "delete_content_item", "restore_content_item")
def delete_and_restore(agent, world):
    item = world.item("Kept")
    agent.do("get content item", id=item)
    agent.do("delete content item", id=item)
    equal(world.admin.get(f"/api/content-items/{item}").status, 404, "status of what is deleted")
    agent.do("restore content item", id=item)
    equal(world.read(item)["data"]["title"], "Kept", "the item")


@task("get_content_items", "get_content_items", "get_content_items")
def page_through_everything(agent, world):
    kind = world.type(NOTE)
    made = {world.item(f"Page {n}", kind=kind) for n in range(5)}
    pages = agent.all("list content items", type=kind, limit=2)
    found = [item["id"] for page in pages for item in page["items"]]
    equal((len(found), set(found)), (len(made), made), "items of all pages")


@task("get_content_item_versions", "get_content_item", "rollback_content_item")
def roll_back(agent, world):
    item = world.item("First")
    for n in range(2):
        world.change(item, title=f"Later {n}")
    oldest = agent.do("get content item versions", id=item)["versions"][-1]
    agent.do("get content item", id=item)
    agent.do("rollback content item", id=item, version=oldest["version"])
    equal(world.read(item)["data"]["title"], "First", "the item")


def least(operations, tools, known):
    """The least number of calls.  tools: those that are listed; known: operations that were searched for before, which grows."""
    searched = {name for name in operations if name.split()[-1] not in tools} - known
    known |= {name for name in searched if not name.startswith("colleague")}
    return len(operations) + len(searched)
