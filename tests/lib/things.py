"""Things of the services around content, made over REST with one call each, for drivers that need one of everything."""
import hashlib
import hmac
import json
import time

from checks import wait_for
from authenticator import App, FACTOR, enrolled
from people import PASSWORD, invited, of
from receiver import Receiver

NOBODYS = 2000000000
SECRET = "of-the-mock-provider"
ENVIRONMENTS_KEY = "reader-of-the-environment-1"
SETTINGS = {"WORDCLAW_PAYMENT_WEBHOOK_SECRETS": f"mock:{SECRET}", "WORDCLAW_OUTBOUND_ALLOW": "127.0.0.1:*",
            "WORDCLAW_LOGIN_RATE_LIMIT_MAX": "0", "WORDCLAW_LOGIN_ATTEMPTS_MAX": "3"}
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # of RFC 7636
LATER = "2040-01-01T00:00:00Z"
WHO = {"actorId": "client-17", "actorSource": "portal"}
FORM_SCHEMA = {"type": "object", "properties": {"email": {"type": "string"}, "message": {"type": "string"}, "seats": {"type": "integer", "minimum": 1}, "address": {"type": "object"},
                                                "topic": {"type": "string", "enum": ["sales", "press"]}}, "required": ["message"]}
OPEN_TRANSITION = {"fromState": "draft", "toState": "published", "authorMayDecide": True}


class With:
    """A client whose requests all carry these headers."""

    def __init__(self, client, headers):
        self.client, self.headers = client, headers

    def request(self, method, path, body=None, headers=None, **options):
        return self.client.request(method, path, body, headers={**self.headers, **(headers or {})}, **options)


class Things:
    """ground: has system, tenant, admin, name(), type() and item(type)."""

    def __init__(self, ground):
        self.ground, self.system, self.admin = ground, ground.system, ground.admin
        self.domain, self.anyone = ground.tenant.id, ground.system.client()
        self.receiver = Receiver()
        self.first = self.release_type = self.client_id = None

    def made(self, path, body):
        return self.admin.post(path, body).succeeded(201).data

    def type(self, schema=FORM_SCHEMA, **fields):
        name = self.ground.name()
        return self.made("/api/content-types", {"name": name, "slug": name, "schema": schema, **fields})["id"]

    # ---- people

    def email(self):
        return f"{self.ground.name()}@example.com"

    def invite(self, **fields):
        return self.made("/api/supervisors/invite", {"email": self.email(), **fields})

    def person(self, role="editor"):
        return invited(self.anyone, self.admin, self.email(), role)

    def first_person(self):
        """The platform administrator of the link that the start prints."""
        if not self.first:
            token = self.system.output().split("/ui/invite#token=")[1].split()[0]
            self.first = of(self.anyone, self.anyone.post("/api/supervisors/invite/accept", {"token": token, "password": PASSWORD, "email": self.email()}).succeeded(201))
        return self.first

    def child(self, maker=None, **fields):
        """A key that the tenant's administrator, or another key, has handed out."""
        return (maker or self.admin).post("/api/auth/keys/children", {"name": self.ground.name(), "scopes": ["content:read"], **fields}).succeeded(201).data

    def asking(self, **fields):
        """An OAuth client's request, as the console sends it."""
        if not self.client_id:
            self.client_id = "wcoc_things"
            self.system.sql("INSERT INTO identity.oauth_clients VALUES ('wcoc_things', 'things', '{https://assistant.example.com/cb}', now(), now() + interval '1 day')")
        return {"responseType": "code", "clientId": self.client_id, "redirectUri": "https://assistant.example.com/cb", "codeChallenge": CHALLENGE, "codeChallengeMethod": "S256",
                "issuer": self.system.base_url, **fields}

    def confirming(self, path):
        person = self.person()
        return person, path, {"code": App(person.post(FACTOR, {"currentPassword": PASSWORD}).succeeded(200).data["secret"]).code()}

    def me(self, person=None):
        return (person or self.person()).get("/api/supervisors/me").succeeded(200).data

    # ---- workflows and reviews

    def flow(self, *transitions, type_id=None, **fields):
        return self.made("/api/workflows", {"name": self.ground.name(), "contentTypeId": type_id or self.ground.type(),
                                            "transitions": list(transitions) or [OPEN_TRANSITION], **fields})

    def governed_item(self):
        return self.ground.item(self.flow()["contentTypeId"])

    def task(self):
        return self.made(f"/api/content-items/{self.governed_item()}/submit", {})["id"]

    def published(self, type_id=None):
        item_id = self.ground.item(type_id)
        self.admin.post(f"/api/content-items/{item_id}/publish").succeeded(200)
        return item_id

    def remarked(self, what="comments", **body):
        item_id = self.published()
        self.made(f"/api/content-items/{item_id}/{what}", body or {"comment": "x"})
        return item_id

    def revised(self):
        """An item that was published before a workflow governed it, and a one-time key for its next working copy."""
        type_id = self.type()
        item_id = self.made("/api/content-items", {"contentTypeId": type_id, "data": {"message": "x"}, "status": "published"})["id"]
        self.flow(type_id=type_id)
        asked = {"prompt": "x", "refinementMode": "agent_direct", "submitter": WHO}
        return item_id, self.made(f"/api/content-items/{item_id}/external-feedback", asked)["revisionToken"]

    def token(self, item_id):
        return self.made(f"/api/content-items/{item_id}/external-feedback-token", {"submitter": WHO})["token"]

    # ---- tokens

    def public_type(self, **fields):
        config = {"subjectField": "order", "allowedOperations": ["create", "update"], **fields}
        return self.type({"type": "object", "properties": {"order": {"type": "string"}, "text": {"type": "string"}}, "required": ["order"],
                          "x-wordclaw-public-write": config})

    def preview_token(self, item_id, **fields):
        return self.made(f"/api/content-items/{item_id}/preview-token", fields)["token"]

    def public_token(self, type_id, **fields):
        return self.made(f"/api/content-types/{type_id}/public-write-tokens", {"subject": "17", **fields})["token"]

    def with_token(self, name, token):
        return With(self.anyone, {name: token})

    def previewed(self):
        item_id = self.ground.item()
        return self.with_token("x-preview-token", self.preview_token(item_id)), f"/api/preview/content-items/{item_id}", None

    def previewed_global(self):
        slug = self.ground.name()
        self.made("/api/content-types", {"name": slug, "slug": slug, "kind": "singleton", "schema": {"type": "object"}})
        self.admin.put(f"/api/globals/{slug}", {"data": {}}).succeeded(200)
        token = self.made(f"/api/globals/{slug}/preview-token", {})["token"]
        return self.with_token("x-preview-token", token), f"/api/preview/globals/{slug}", None

    def publicly_made(self):
        type_id = self.public_type()
        client = self.with_token("x-public-write-token", self.public_token(type_id))
        return client, f"/api/public/content-types/{type_id}/items", {"data": {"order": "17"}}

    def publicly_changed(self):
        client, path, body = self.publicly_made()
        item_id = client.request("POST", path, body).succeeded(201).data["id"]
        return client, f"/api/public/content-items/{item_id}", {"data": {"order": "17", "text": "x"}}

    # ---- forms

    def form_body(self, **fields):
        return {"name": "Contact", "slug": self.ground.name(), "contentTypeId": self.type(), "fields": [{"name": "email"}, {"name": "message"}], **fields}

    def form(self, **fields):
        return self.made("/api/forms", self.form_body(**fields))

    def send_path(self, form, what="/submissions"):
        return f"/api/public/forms/{form['slug']}{what}?domainId={self.domain}"

    def send(self, form, **data):
        return self.anyone.post(self.send_path(form), {"data": {"message": self.ground.name(), **data}})

    def submission(self):
        return self.send(self.form()).succeeded(201).data["submissionId"]

    def quarantined(self):
        return self.send(self.form(honeypotField="website"), website="x").succeeded(201).data["submissionId"]

    # ---- jobs

    def job_body(self, **fields):
        return {"kind": "content_status_transition", "payload": {"contentItemId": self.ground.item(), "targetStatus": "published"}, **fields}

    def job(self):
        return self.made("/api/jobs", self.job_body(runAt=LATER))["id"]

    def failed_job(self):
        job = self.made("/api/jobs", self.job_body(payload={"contentItemId": NOBODYS, "targetStatus": "published"}))["id"]
        wait_for(lambda: self.admin.get(f"/api/jobs/{job}").succeeded(200).data["status"] == "failed", "the job to fail")
        return job

    def schedule_body(self, **fields):
        return self.job_body(name=self.ground.name(), cron="0 8 * * 1", **fields)

    def schedule(self):
        return self.made("/api/job-schedules", self.schedule_body())["id"]

    # ---- webhooks

    def hook_body(self, **fields):
        return {"url": f"{self.receiver.url}/{self.ground.name()}", "events": ["domain.*"], **fields}

    def hook(self):
        return self.made("/api/webhooks", self.hook_body())["id"]

    def delivery(self, hook=None):
        return self.made(f"/api/webhooks/{hook or self.hook()}/test", {})["id"]

    # ---- assets

    def asset_body(self, **fields):
        return {"filename": f"{self.ground.name()}.txt", "mimeType": "text/plain", "contentBase64": "SGVsbG8=", **fields}

    def asset(self, **fields):
        return self.made("/api/assets", self.asset_body(**fields))["id"]

    def deleted_asset(self):
        asset = self.asset()
        self.admin.delete(f"/api/assets/{asset}").succeeded(200)
        return asset

    # ---- schema changes

    def migration(self, kind=None):
        kind = kind or self.ground.type()
        step = {"op": "default", "path": "n", "value": 1}
        return self.admin.put(f"/api/content-types/{kind}", {"schema": {"type": "object"}, "steps": [step]}).succeeded(200).meta["migration"]["id"]

    def changed_item(self):
        item = self.ground.item()
        self.admin.patch(f"/api/content-items/{item}", {"data": {"added": 1}}).succeeded(200)
        return item

    def change_set(self):
        return self.made("/api/change-sets", {"name": self.ground.name()})["changeSet"]

    # ---- releases

    def release_item(self):
        """Of one type: lists of all types have a bound."""
        self.release_type = self.release_type or self.ground.type()
        return self.ground.item(self.release_type)

    def release(self, *entries):
        made = self.made("/api/releases", {"name": self.ground.name()})["id"]
        if entries:
            self.admin.put(f"/api/releases/{made}/entries", {"entries": list(entries)}).succeeded(200)
        return made

    def filled_release(self):
        return self.release({"contentItemId": self.release_item()})

    def published_release(self):
        release = self.filled_release()
        self.admin.post(f"/api/releases/{release}/publish", {}).succeeded(200)
        return release

    # ---- export and import

    def exported_type(self, **fields):
        """A record of a type that was there and is not any more."""
        made = self.ground.type()
        records = self.admin.get("/api/export?limit=500").succeeded(200).data
        self.admin.delete(f"/api/content-types/{made}").succeeded(200)
        return {**next(r for r in records if r["kind"] == "type" and r["id"] == made), **fields}

    # ---- payments

    def offer_body(self, **fields):
        return {"slug": self.ground.name(), "name": "All", "scopeType": "subscription", "priceSats": 5, **fields}

    def offer(self):
        return self.made("/api/offers", self.offer_body())["id"]

    def terms(self, offer=None):
        return self.made(f"/api/offers/{offer or self.offer()}/policies", {"maxReads": 3})["id"]

    def sold(self):
        """An offer that can be bought."""
        offer = self.offer()
        self.terms(offer)
        return offer

    def challenge(self, offer=None, client=None):
        return (client or self.admin).post(f"/api/offers/{offer or self.sold()}/purchase", {}).refused(402, "PAYMENT_REQUIRED").context

    def pay(self, challenge, **fields):
        """The header that proves it."""
        paid = self.admin.post("/api/payments/mock/pay", {"invoice": challenge["invoice"], **fields}).succeeded(200).data
        return {"authorization": f"L402 {challenge['macaroon']}:{paid['preimage']}"}

    def payment(self):
        return self.payment_of(self.challenge())["id"]

    def payment_of(self, challenge):
        return next(p for p in self.admin.get("/api/payments?limit=200").succeeded(200).data if p["paymentRequest"] == challenge["invoice"])

    def buying(self):
        """A client with the proof, and the path that confirms a purchase."""
        offer = self.sold()
        return With(self.admin, self.pay(self.challenge(offer))), f"/api/offers/{offer}/purchase/confirm"

    def bought(self):
        client, path = self.buying()
        return client.request("POST", path, {}).succeeded(200).data

    def message(self, challenge, status="paid", **fields):
        """What the provider says of an invoice, signed: a client and a body."""
        body = json.dumps({"eventId": self.ground.name(), "paymentHash": self.payment_of(challenge)["paymentHash"], "status": status, **fields}).encode()
        return self.signed(body), body

    def signed(self, body):
        # What stands in between may write the body anew, and the signature is of its bytes.
        now = int(time.time())
        digest = hmac.new(SECRET.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        return With(self.ground.system.beside_proxy(self.anyone), {"x-wordclaw-payment-signature": f"t={now},v1={digest}"})


RECEIVE = "/api/payments/webhooks/mock/settled"


def requests(t, path):
    """By operation: a client, a path and a body with which it succeeds.  path: the operation's own."""
    ask = lambda target, body=None: (t.admin, target, body)
    item = lambda suffix, make=None: f"/api/content-items/{(make or t.ground.item)()}/{suffix}"
    transition = lambda flow: f"/api/workflows/{flow['id']}/transitions/{flow['transitions'][0]['id']}"
    received = lambda client, body: (client, RECEIVE, body)
    human = lambda what="": f"/api/supervisors/{what}{t.me()['supervisor']['id']}"
    return {
        "identity.sessions.create": lambda: (t.anyone, path, {"email": t.me()["supervisor"]["email"], "password": PASSWORD}),
        "identity.sessions.end": lambda: (t.person(), path, None),
        "identity.sessions.revoke": lambda: ask(f"/api/supervisors/sessions/{t.me()['sessionId']}"),
        "identity.keys.delegate": lambda: ask(path, {"name": t.ground.name(), "scopes": ["content:read"]}),
        "identity.keys.hand_off": lambda: ask(path, {"contentItemId": t.ground.item()}),
        "identity.keys.revoke_child": lambda: ask(f"/api/auth/keys/children/{t.child()['id']}"),
        "identity.oidc.begin": lambda: (t.anyone, path, {"base": t.system.base_url}),
        "identity.oidc.finish": lambda: (t.anyone, path, {"code": "x", "state": "x"}),
        "identity.oauth.inspect": lambda: (t.person(), path, t.asking()),
        "identity.oauth.authorize": lambda: (t.person(), path, {**t.asking(), "approve": True}),
        "identity.factor.enrol": lambda: (t.person(), path, {"currentPassword": PASSWORD}),
        "identity.factor.confirm": lambda: t.confirming(path),
        "identity.factor.disable": lambda: (enrolled(t.person())[2], path, {"currentPassword": PASSWORD}),
        "identity.factor.reset": lambda: (t.ground.platform, human("second-factor/reset/"), None),
        "identity.supervisors.me": lambda: (t.person(), path, None),
        "identity.supervisors.password": lambda: (t.person(), path, {"currentPassword": PASSWORD, "newPassword": PASSWORD + "."}),
        "identity.supervisors.update": lambda: ask(human(), {"role": "reviewer"}),
        "identity.supervisors.delete": lambda: ask(human()),
        "identity.supervisors.reset": lambda: (t.ground.platform, human("reset/"), None),
        "identity.invites.create": lambda: ask(path, {"email": t.email()}),
        "identity.invites.revoke": lambda: ask(f"/api/supervisors/invites/{t.invite()['id']}"),
        "identity.invites.inspect": lambda: (t.anyone, path, {"token": t.invite()["token"]}),
        "identity.invites.accept": lambda: (t.anyone, path, {"token": t.invite()["token"], "password": PASSWORD}),
        "content.previews.issue_item": lambda: ask(item("preview-token"), {}),
        "content.previews.issue_global": lambda: ask(t.previewed_global()[1].replace("preview/", "") + "/preview-token", {}),
        "content.public.issue": lambda: ask(f"/api/content-types/{t.public_type()}/public-write-tokens", {"subject": "17"}),
        "content.previews.item": t.previewed,
        "content.previews.global": t.previewed_global,
        "content.public.create": t.publicly_made,
        "content.public.update": t.publicly_changed,
        "workflow.workflows.create": lambda: ask(path, {"name": t.ground.name(), "contentTypeId": t.ground.type(), "transitions": [OPEN_TRANSITION]}),
        "workflow.workflows.get": lambda: ask(f"/api/workflows/{t.flow()['id']}"),
        "workflow.workflows.active": lambda: ask(f"/api/content-types/{t.flow()['contentTypeId']}/workflows/active"),
        "workflow.workflows.update": lambda: ask(f"/api/workflows/{t.flow()['id']}", {"name": t.ground.name()}),
        "workflow.workflows.delete": lambda: ask(f"/api/workflows/{t.flow()['id']}"),
        "workflow.transitions.create": lambda: ask(f"/api/workflows/{t.flow()['id']}/transitions", {"fromState": "draft", "toState": "archived"}),
        "workflow.transitions.delete": lambda: ask(transition(t.flow())),
        "workflow.reviews.submit": lambda: ask(item("submit", t.governed_item), {}),
        "workflow.reviews.get": lambda: ask(f"/api/review-tasks/{t.task()}"),
        "workflow.reviews.decide": lambda: ask(f"/api/review-tasks/{t.task()}/decide", {"decision": "approved"}),
        "workflow.reviews.assign": lambda: ask(f"/api/review-tasks/{t.task()}", {"assignee": "api_key:12"}),
        "workflow.reviews.decide_many": lambda: ask(path, {"decisions": [{"id": t.task(), "decision": "approved"}]}),
        "workflow.reviews.ask": lambda: ask(f"/api/review-tasks/{t.task()}/ask"),
        "workflow.comments.create": lambda: ask(item("comments"), {"comment": "x"}),
        "workflow.comments.list": lambda: ask(item("comments", t.remarked)),
        "workflow.feedback.create": lambda: ask(item("external-feedback", t.published), {"decision": "accepted", "submitter": WHO}),
        "workflow.feedback.list": lambda: ask(item("external-feedback", lambda: t.remarked("external-feedback", comment="x", decision="accepted", submitter=WHO))),
        "workflow.feedback.issue_token": lambda: ask(item("external-feedback-token", t.published), {"submitter": WHO}),
        "workflow.feedback.create_public": lambda: (t.anyone, path, {"token": t.token(t.published()), "decision": "accepted"}),
        "workflow.feedback.revise": lambda: (t.anyone, path, {"token": t.revised()[1], "data": {"message": "y"}}),
        "forms.definitions.create": lambda: ask(path, t.form_body()),
        "forms.definitions.get": lambda: ask(f"/api/forms/{t.form()['id']}"),
        "forms.definitions.update": lambda: ask(f"/api/forms/{t.form()['id']}", {"name": t.ground.name()}),
        "forms.definitions.delete": lambda: ask(f"/api/forms/{t.form()['id']}"),
        "forms.public.get": lambda: (t.anyone, t.send_path(t.form(), ""), None),
        "forms.submissions.create": lambda: (t.anyone, t.send_path(t.form()), {"data": {"message": "x"}}),
        "forms.submissions.list": lambda: ask(f"/api/forms/{t.form()['id']}/submissions"),
        "forms.submissions.export": lambda: ask(f"/api/forms/{t.form()['id']}/submissions/export"),
        "forms.submitters.erase": lambda: ask(path, {"submitter": t.email()}),
        "forms.submissions.get": lambda: ask(f"/api/form-submissions/{t.submission()}"),
        "forms.submissions.erase": lambda: ask(f"/api/form-submissions/{t.submission()}"),
        "forms.submissions.release": lambda: ask(f"/api/form-submissions/{t.quarantined()}/release"),
        "jobs.create": lambda: ask(path, t.job_body(runAt=LATER)),
        "jobs.get": lambda: ask(f"/api/jobs/{t.job()}"),
        "jobs.cancel": lambda: ask(f"/api/jobs/{t.job()}"),
        "jobs.retry": lambda: ask(f"/api/jobs/{t.failed_job()}/retry"),
        "jobs.schedule_status": lambda: ask(item("schedule-status"), {"targetStatus": "published", "runAt": LATER}),
        "jobs.queues.update": lambda: ask(f"/api/job-queues/{t.ground.name()}", {"runningMax": 2}),
        "jobs.schedules.create": lambda: ask(path, t.schedule_body()),
        "jobs.schedules.get": lambda: ask(f"/api/job-schedules/{t.schedule()}"),
        "jobs.schedules.update": lambda: ask(f"/api/job-schedules/{t.schedule()}", {"name": t.ground.name()}),
        "jobs.schedules.delete": lambda: ask(f"/api/job-schedules/{t.schedule()}"),
        "webhooks.create": lambda: ask(path, t.hook_body()),
        "webhooks.get": lambda: ask(f"/api/webhooks/{t.hook()}"),
        "webhooks.update": lambda: ask(f"/api/webhooks/{t.hook()}", {"description": t.ground.name()}),
        "webhooks.delete": lambda: ask(f"/api/webhooks/{t.hook()}"),
        "webhooks.rotate_secret": lambda: ask(f"/api/webhooks/{t.hook()}/rotate-secret"),
        "webhooks.test": lambda: ask(f"/api/webhooks/{t.hook()}/test"),
        "webhooks.simulate": lambda: ask(path, {"eventType": "content_item.update"}),
        "webhooks.deliveries.list": lambda: ask(f"/api/webhooks/{t.hook()}/deliveries"),
        "webhooks.deliveries.get": lambda: ask(f"/api/webhook-deliveries/{t.delivery()}"),
        "webhooks.deliveries.redeliver": lambda: ask(f"/api/webhook-deliveries/{t.delivery()}/redeliver"),
        "webhooks.deliveries.replay": lambda: ask(f"/api/webhooks/{t.hook()}/replay", {"after": 0}),
        "gateway.events.wait": lambda: ask("/api/events/wait?timeout=0"),
        "gateway.workspace.target": lambda: ask("/api/workspace-target?intent=authoring"),
        "gateway.guides.get": lambda: ask("/api/guides/author-content"),
        "content.items.revert": lambda: ask(f"/api/content-items/{t.changed_item()}/revert", {"version": 2}),
        "content.assets.used_by": lambda: ask(f"/api/assets/{t.asset()}/used-by"),
        "content.migrations.list": lambda: ask(f"/api/content-types/{t.ground.type()}/migrations"),
        "content.migrations.get": lambda: ask(f"/api/schema-migrations/{t.migration()}"),
        "content.releases.create": lambda: ask(path, {"name": t.ground.name()}),
        "content.changesets.open": lambda: ask(path, {"name": t.ground.name()}),
        "content.changesets.get": lambda: ask(f"/api/change-sets/{t.change_set()}"),
        "content.items.blame": lambda: ask(f"/api/content-items/{t.changed_item()}/blame"),
        "content.releases.get": lambda: ask(f"/api/releases/{t.release()}"),
        "content.releases.delete": lambda: ask(f"/api/releases/{t.release()}"),
        "content.releases.put_entries": lambda: ask(f"/api/releases/{t.release()}/entries", {"entries": [{"contentItemId": t.release_item()}]}),
        "content.releases.remove_entries": lambda: ask(f"/api/releases/{t.filled_release()}/entries/remove", {"contentItemIds": [t.release_item()]}),
        "content.releases.entries": lambda: ask(f"/api/releases/{t.filled_release()}/entries"),
        "content.releases.preview": lambda: ask(f"/api/releases/{t.filled_release()}/preview"),
        "content.releases.publish": lambda: ask(f"/api/releases/{t.filled_release()}/publish"),
        "content.releases.revert": lambda: ask(f"/api/releases/{t.published_release()}/revert"),
        "content.transfer.import": lambda: ask(path, {"records": [t.exported_type()]}),
        "content.assets.create": lambda: ask(path, t.asset_body()),
        "content.assets.get": lambda: ask(f"/api/assets/{t.asset()}"),
        "content.assets.derivatives": lambda: ask(f"/api/assets/{t.asset()}/derivatives"),
        "content.assets.access": lambda: ask(f"/api/assets/{t.asset(accessMode='signed')}/access", {"ttlSeconds": 30}),
        "content.assets.delete": lambda: ask(f"/api/assets/{t.asset()}"),
        "content.assets.restore": lambda: ask(f"/api/assets/{t.deleted_asset()}/restore"),
        "content.assets.purge": lambda: ask(f"/api/assets/{t.deleted_asset()}/purge"),
        "payments.get": lambda: ask(f"/api/payments/{t.payment()}"),
        "payments.mock_pay": lambda: ask(path, {"invoice": t.challenge()["invoice"]}),
        "payments.receive": lambda: received(*t.message(t.challenge())),
        "payments.offers.create": lambda: ask(path, t.offer_body()),
        "payments.offers.get": lambda: ask(f"/api/offers/{t.offer()}"),
        "payments.offers.update": lambda: ask(f"/api/offers/{t.offer()}", {"name": t.ground.name()}),
        "payments.offers.delete": lambda: ask(f"/api/offers/{t.offer()}"),
        "payments.offers.purchase": lambda: ask(f"/api/offers/{t.sold()}/purchase"),
        "payments.offers.confirm": lambda: (*t.buying(), {}),
        "payments.licenses.create": lambda: ask(f"/api/offers/{t.offer()}/policies", {"maxReads": 3}),
        "payments.licenses.list": lambda: ask(f"/api/offers/{t.sold()}/policies"),
        "payments.licenses.get": lambda: ask(f"/api/license-policies/{t.terms()}"),
        "payments.licenses.update": lambda: ask(f"/api/license-policies/{t.terms()}", {"maxReads": 4}),
        "payments.licenses.delete": lambda: ask(f"/api/license-policies/{t.terms()}"),
        "payments.entitlements.get": lambda: ask(f"/api/entitlements/{t.bought()['id']}"),
        "payments.entitlements.revoke": lambda: ask(f"/api/entitlements/{t.bought()['id']}/revoke"),
    }
