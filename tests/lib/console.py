"""A system whose console has something to show on every page."""
import json
import os
import shutil

from checks import expect, wait_for
from people import PASSWORD, invited
from system import REPO, System
from things import SETTINGS, Things

ARTICLE = {"type": "object", "required": ["title"], "properties": {
    "title": {"type": "string", "minLength": 1, "maxLength": 120}, "summary": {"type": "string", "maxLength": 600}, "rating": {"type": "integer", "minimum": 1, "maximum": 5},
    "featured": {"type": "boolean"}, "section": {"type": "string", "enum": ["news", "culture", "science"]}, "day": {"type": "string", "format": "date"},
    "tags": {"type": "array", "items": {"type": "string"}}, "author": {"type": "object", "properties": {"name": {"type": "string"}, "email": {"type": "string", "format": "email"}}}}}
TEXTS = os.path.join(REPO, "tests/node/console/payloads.txt")


def browser():
    """Debian's Chromium, which deploy/bootstrap test installs."""
    path = shutil.which("chromium")
    expect(path, "there is no chromium: deploy/bootstrap test installs it")
    return path


def payloads():
    with open(TEXTS, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip() and not line.startswith("# ")]


class Console:
    def __init__(self, name):
        expect(os.path.exists(os.path.join(REPO, "build/ui/index.html")), "the console is not built: make ui says why")
        self.system, self.n = System(name, settings=SETTINGS), 0

    def __enter__(self):
        self.system.__enter__()
        self.tenant = self.system.tenant("Acme")
        self.admin, self.platform = self.tenant.admin, self.system.admin()
        self.url = f"http://127.0.0.1:{self.system.port}"
        self.anyone = self.system.client()
        invited(self.anyone, self.admin, "ada@example.com", "tenant_admin")
        self.fill()
        return self

    def __exit__(self, *details):
        self.system.__exit__(*details)

    def show_logs(self):
        self.system.show_logs()

    # what Things asks of its ground

    def name(self):
        self.n += 1
        return f"c{self.n}"

    def type(self, schema=None):
        return self.admin.post("/api/content-types", {"name": self.name(), "slug": self.name(), "schema": schema or {"type": "object"}}).succeeded(201).data["id"]

    def item(self, type_id=None, data=None):
        return self.admin.post(f"/api/content-types/{type_id or self.type()}/items", {"data": data or {"title": "Launch"}}).succeeded(201).data["id"]

    def fill(self):
        t = Things(self)
        article = self.admin.post("/api/content-types", {"name": "Article", "slug": "article", "schema": ARTICLE}).succeeded(201).data["id"]
        item = self.item(article, {"title": "The launch of a small rocket", "summary": "It flew, and it came back.", "rating": 4, "section": "science", "tags": ["space", "wood"],
                                   "author": {"name": "Ada", "email": "ada@example.com"}})
        self.admin.post(f"/api/content-items/{item}/publish").succeeded(200)
        self.admin.patch(f"/api/content-items/{item}", {"data": {"title": "The launch of a large rocket", "featured": True}}).succeeded(200)
        self.admin.post(f"/api/content-items/{item}/comments", {"comment": "Is large the right word?"}).succeeded(201)
        for text in payloads():
            self.item(article, {"title": text[:120], "summary": text[:600], "tags": [text]})
        t.task(), t.task()
        form, hook = t.form(), t.hook()
        t.send(form).succeeded(201)
        t.delivery(hook)
        job = t.failed_job()
        t.offer(), t.payment()
        self.invite = self.admin.post("/api/supervisors/invite", {"email": "grace@example.com", "role": "reviewer"}).succeeded(201).data["token"]
        wait_for(lambda: self.admin.get(f"/api/webhooks/{hook}/deliveries").data, "a delivery")
        self.things = {"type": article, "item": item, "form": form["id"], "webhook": hook, "job": job, "email": "ada@example.com", "password": PASSWORD,
                       "invite": self.invite, "payloads": payloads()}

    def things_text(self):
        return json.dumps(self.things)
