"""A tenant beside a simple model of its items: texts by locale, a state and a reference, of the working copy and of what the public sees."""
import copy

from checks import equal, expect, row

LOCALES = ("en", "de")
SCHEMA = {"type": "object", "required": ["title"], "additionalProperties": False, "x-wordclaw-localization": {"supportedLocales": list(LOCALES), "defaultLocale": "en"},
          "properties": {"title": {"type": "string", "x-wordclaw-localized": True},
                         "next": {"type": "object", "x-wordclaw-field-kind": "content-ref", "required": ["contentItemId"], "properties": {"contentItemId": {"type": "number"}}}}}
VERBS = ("create", "create", "translate", "translate", "refer", "refer", "publish", "publish", "archive", "delete")


def target_of(data):
    return data["next"]["contentItemId"] if data and "next" in data else None


class ModelledTenant:
    def __init__(self, tenant):
        self.client = tenant.admin
        self.type_id = self.client.post("/api/content-types", {"name": "Note", "slug": "note", "schema": SCHEMA}).succeeded(201).data["id"]
        self.items, self.n = {}, 0

    # ---- changes

    def step(self, rng):
        verb = rng.choice(VERBS) if self.items else "create"
        getattr(self, verb)(rng)

    def word(self):
        self.n += 1
        return f"word {self.n}"

    def create(self, rng):
        data = {"title": {"en": self.word()}}
        if rng.random() < 0.5:
            data["title"]["de"] = self.word()
        if self.items and rng.random() < 0.5:
            data["next"] = {"contentItemId": rng.choice(list(self.items))}
        status = rng.choice(["draft", "published"])
        made = self.client.post("/api/content-items", {"contentTypeId": self.type_id, "data": data, "status": status}).succeeded(201).data
        self.items[made["id"]] = {"head": data, "status": status, "public": data if status == "published" else None}

    def edit(self, item, change):
        """A merge patch: the public goes on seeing what it saw."""
        entry = self.items[item]
        self.client.patch(f"/api/content-items/{item}", {"data": change}).succeeded(200)
        head = copy.deepcopy(entry["head"])
        for name, value in change.items():
            if value is None:
                head.pop(name, None)
            else:
                head[name] = {**head.get(name, {}), **value}
        if head != entry["head"]:
            entry.update(head=head, status="draft" if entry["status"] == "published" else entry["status"])

    def some(self, rng, wanted=lambda entry: True):
        fitting = [item for item, entry in self.items.items() if wanted(entry)]
        return rng.choice(fitting) if fitting else None

    def translate(self, rng):
        item = self.some(rng, lambda entry: entry["status"] != "archived")
        if item:
            self.edit(item, {"title": {rng.choice(LOCALES): self.word()}})

    def refer(self, rng):
        item, target = self.some(rng, lambda entry: entry["status"] != "archived"), self.some(rng)
        if item and item != target:
            self.edit(item, {"next": {"contentItemId": target} if rng.random() < 0.8 else None})

    def publish(self, rng):
        item = self.some(rng, lambda entry: entry["status"] != "published")
        if item:
            self.client.post(f"/api/content-items/{item}/publish", {}).succeeded(200)
            self.items[item].update(status="published", public=self.items[item]["head"])

    def archive(self, rng):
        item = self.some(rng, lambda entry: entry["status"] != "archived")
        if item:
            self.client.put(f"/api/content-items/{item}", {"status": "archived"}).succeeded(200)
            self.items[item].update(status="archived", public=None)

    def delete(self, rng):
        item = self.some(rng)
        reply = self.client.delete(f"/api/content-items/{item}")
        if self.n_references(item):
            expect(reply.status == 409, f"it is referred to: {reply}")
        else:
            reply.succeeded(200)
            del self.items[item]

    # ---- what must be true

    def n_references(self, item):
        """Places in working copies, and in what the public sees where that is another version."""
        return sum((target_of(e["head"]) == item) + (e["public"] is not None and e["public"] is not e["head"] and target_of(e["public"]) == item) for e in self.items.values())

    @staticmethod
    def shown(data, locale):
        return data if not locale else {**data, "title": data["title"].get(locale, data["title"]["en"])}

    def check(self, rng, stranger):
        """One item and the list, in some locale and view; what another tenant has is not there."""
        locale, view = rng.choice([None, *LOCALES]), rng.choice(["head", "public"])
        asked = "&".join(filter(None, [f"locale={locale}" if locale else "", "draft=false" if view == "public" else ""]))
        item = self.some(rng)
        if item:
            with row(f"item {item} as {view} in {locale}"):
                reply, wanted = self.client.get(f"/api/content-items/{item}?{asked}"), self.items[item][view]
                equal(reply.succeeded(200).data["data"] if wanted else reply.status, self.shown(wanted, locale) if wanted else 404, "the item")
                equal(self.client.get(f"/api/content-items/{item}/used-by").succeeded(200).data["activeReferenceCount"], self.n_references(item), "references to it")
        if stranger:
            self.client.get(f"/api/content-items/{stranger}").refused(404, "CONTENT_ITEM_NOT_FOUND")
        self.check_list(asked, locale, view)

    def check_list(self, asked, locale, view):
        reply = self.client.get(f"/api/content-items?contentTypeId={self.type_id}&limit=500&include=next&{asked}").succeeded(200)
        there = {item: self.shown(entry[view], locale) for item, entry in self.items.items() if entry[view]}
        equal({i["id"]: i["data"] for i in reply.data}, there, f"the list as {view} in {locale}")
        wanted = {target_of(data) for data in there.values()} - {None}
        equal({i["id"]: i["data"] for i in reply.meta["included"]}, {item: there[item] for item in wanted if item in there}, f"what is included as {view} in {locale}")
