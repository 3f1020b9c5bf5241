"""OAuth 2.1 for clients that hold no key, for a driver whose ground has people: the SDK's own flow, and what is tried against it."""
import base64
import hashlib
import http.server
import json
import re
import threading
import urllib.parse

from checks import Failure, equal, expect, row, test, wait_for
from node import node
from people import invited

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
REDIRECT = "https://assistant.example.com/cb?x=1"
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Clients:
    """A client that has registered, and people who let it in."""

    def __init__(self, ground):
        system = ground.system
        self.system, self.anyone, self.base = system, ground.anyone, system.base_url
        self.tenant, self.other = system.tenant("oauth"), system.tenant("strangers")
        self.editor = invited(self.anyone, self.tenant.admin, "oauth-editor@example.com", "editor")
        self.stranger = invited(self.anyone, self.other.admin, "oauth-stranger@example.com", "tenant_admin")
        self.client_id = self.register(REDIRECT)

    def register(self, *redirects, status=201):
        reply = self.anyone.post("/oauth/register", {"client_name": "An assistant", "redirect_uris": list(redirects)})
        equal(reply.status, status, f"status of {reply}")
        return reply.json.get("client_id")

    def request(self, **fields):
        return {"responseType": "code", "clientId": self.client_id, "redirectUri": REDIRECT, "codeChallenge": CHALLENGE, "codeChallengeMethod": "S256",
                "scope": "content:read content:write platform", "resource": self.base + "/mcp", "state": "s", "issuer": self.base, **fields}

    def code(self, person=None, **fields):
        url = (person or self.editor).post("/api/oauth/authorize", {**self.request(**fields), "approve": True}).succeeded(200).data["redirectUrl"]
        return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["code"][0]

    def post(self, path, **fields):
        return self.anyone.request("POST", path, urllib.parse.urlencode(fields).encode(), headers=FORM)

    def exchange(self, code, **fields):
        return self.post("/oauth/token", **{"grant_type": "authorization_code", "code": code, "client_id": self.client_id, "redirect_uri": REDIRECT,
                                            "code_verifier": VERIFIER, "resource": self.base + "/mcp", **fields})

    def refresh(self, token, **fields):
        return self.post("/oauth/token", **{"grant_type": "refresh_token", "refresh_token": token, "client_id": self.client_id, **fields})

    def tokens(self, **fields):
        reply = self.exchange(self.code(**fields))
        equal(reply.status, 200, f"status of {reply}")
        return reply.json

    def works(self, token):
        return self.system.client(token).get("/api/identity").status == 200

    def ends(self, token, what):
        wait_for(lambda: not self.works(token), what, 1.5, 0.05)


def clients(ground):
    if not getattr(ground, "clients", None):
        ground.clients = Clients(ground)
    return ground.clients


def refused(reply, word, status=400):
    equal((reply.status, reply.json.get("error")), (status, word), f"refusal of {reply}")
    expect(reply.headers["content-type"].startswith("application/json"), f"no JSON: {reply}")


@test
def the_sdk_finds_its_way(people):
    ground = clients(people)
    done = node("mcp/oauth.mjs", f"{ground.base}/mcp", f"supervisor_session={ground.editor.token}", seconds=60)
    steps = re.findall(r"^(ok|FAIL) +(.*(?:\n {6}.*)*)", done.stdout, re.MULTILINE)
    for verdict, text in steps:
        with row(text.splitlines()[0]):
            if verdict != "ok":
                raise Failure(text)
    expect(len(steps) == 5 and done.returncode == 0, f"{len(steps)} steps, {done.returncode}: {done.stderr[-1000:]}")
    with row("a renewal token that was used ends what it renewed"):
        old, access, client = re.search(r"^refresh (\S+) (\S+) (\S+)$", done.stdout, re.MULTILINE).groups()
        expect(ground.works(access), "the token does not work")
        refused(ground.refresh(old, client_id=client), "invalid_grant")
        ground.ends(access, "the end of the grant")


@test
def what_we_are_is_said(people):
    ground = clients(people)
    resource = ground.anyone.get("/.well-known/oauth-protected-resource/mcp").json
    equal(resource["authorization_servers"], [ground.base], "authorization servers")
    for path in ("", "/mcp"):
        server = ground.anyone.get("/.well-known/oauth-authorization-server" + path).json
        equal((server["issuer"], server["code_challenge_methods_supported"], server["token_endpoint_auth_methods_supported"]), (ground.base, ["S256"], ["none"]), "metadata")
        equal(server["authorization_endpoint"], ground.base + "/ui/authorize", "where people are asked")
    challenge = ground.anyone.post("/mcp", {}).headers["www-authenticate"]
    expect("resource_metadata=" in challenge, f"no resource metadata: {challenge}")
    page = ground.anyone.get("/ui/authorize?client_id=x")
    expect("frame-ancestors 'none'" in page.headers["content-security-policy"], "the page can be framed")


@test
def clients_register_within_bounds(people):
    ground = clients(people)
    for uri in ("http://example.com/cb", "javascript:alert(1)", "javascript://x/%0aalert(1)", "JavaScript://x", "data:text/html,x", "https://a@b.example.com/", "https://x.example.com/#f",
                "file:///etc/passwd", "//x.example.com", "https://", "http://localhost.evil.example.com/", "http://127.0.0.1:1@evil.example.com/", "https://x.example.com/\"onload", "x" * 3000):
        with row(uri[:40]):
            refused(ground.anyone.post("/oauth/register", {"redirect_uris": [uri]}), "invalid_redirect_uri")
    for uri in ("https://x.example.com/cb", "http://127.0.0.1/cb", "http://localhost:8080/cb", "http://[::1]:1/", "cursor://anysphere.cursor-retrieval/oauth/callback", "com.example.app:/cb"):
        with row(uri):
            ground.register(uri)
    for body in ({}, {"redirect_uris": []}, {"redirect_uris": [1]}, {"redirect_uris": ["https://x.example.com/"] * 11}):
        refused(ground.anyone.post("/oauth/register", body), "invalid_redirect_uri")
    refused(ground.anyone.post("/oauth/register", {"client_name": "x" * 201, "redirect_uris": [REDIRECT]}), "invalid_client_metadata")
    with row("one that nobody lets in is forgotten"):
        forgotten = ground.register(REDIRECT)
        ground.system.sql(f"UPDATE identity.oauth_clients SET expires_at = now() - interval '1 hour' WHERE id = '{forgotten}'")
        ground.editor.post("/api/oauth/authorize/inspect", ground.request(clientId=forgotten)).refused(400, "OAUTH_REQUEST_INVALID")
        ground.register(REDIRECT)
        equal(ground.system.sql(f"SELECT count(*) FROM identity.oauth_clients WHERE id = '{forgotten}'")[0][0], "0", "rows of it")
    with row("there are not more than ten thousand"):
        ground.system.sql("INSERT INTO identity.oauth_clients SELECT 'x' || i, 'x', '{}', now(), now() + interval '1 hour' FROM generate_series(1, 10000) i")
        refused(ground.anyone.post("/oauth/register", {"redirect_uris": [REDIRECT]}), "temporarily_unavailable", 503)
        ground.system.sql("DELETE FROM identity.oauth_clients WHERE id LIKE 'x%'")


@test
def only_a_person_consents_and_only_on_our_page(people):
    ground = clients(people)
    for person, fields, status, code in [
            (ground.tenant.admin, {}, 403, "SUPERVISOR_REQUIRED"), (ground.editor, {"clientId": "wcoc_x"}, 400, "OAUTH_REQUEST_INVALID"),
            (ground.editor, {"redirectUri": "https://evil.example.com/"}, 400, "OAUTH_REQUEST_INVALID"), (ground.editor, {"redirectUri": REDIRECT + "&y"}, 400, "OAUTH_REQUEST_INVALID"),
            (ground.editor, {"responseType": "token"}, 400, "OAUTH_REQUEST_INVALID"), (ground.editor, {"codeChallengeMethod": "plain"}, 400, "OAUTH_REQUEST_INVALID"),
            (ground.editor, {"codeChallenge": "short"}, 400, "OAUTH_REQUEST_INVALID"), (ground.editor, {"resource": "https://evil.example.com/mcp"}, 400, "OAUTH_REQUEST_INVALID"),
            (ground.editor, {"resource": ground.base + "/other"}, 400, "OAUTH_REQUEST_INVALID"), (ground.editor, {"issuer": "https://evil.example.com"}, 400, "OAUTH_REQUEST_INVALID"),
            (ground.editor, {"scope": "admin audit:read"}, 400, "OAUTH_REQUEST_INVALID")]:
        for path in ("/api/oauth/authorize/inspect", "/api/oauth/authorize"):
            with row(f"{path} {fields}"):
                person.post(path, ground.request(**fields, **({"approve": True} if path.endswith("authorize") else {}))).refused(status, code)
    with row("a form of another site"):
        ground.editor.request("POST", "/api/oauth/authorize", {**ground.request(), "approve": True}, headers={"x-wordclaw-console": None}).refused(403, "CSRF_HEADER_REQUIRED")
    with row("nobody is signed in"):
        ground.anyone.post("/api/oauth/authorize", {**ground.request(), "approve": True}).refused(401, "AUTH_MISSING_API_KEY")
    with row("more than was asked for"):
        ground.editor.post("/api/oauth/authorize", {**ground.request(scope="content:read"), "approve": True, "scopes": ["content:write"]}).refused(400, "INVALID_KEY_SCOPES")
    with row("what is offered is what is asked for and may be given"):
        shown = ground.editor.post("/api/oauth/authorize/inspect", ground.request()).succeeded(200).data
        equal((shown["scopes"], shown["redirectHost"], shown["isLocal"]), (["content:read", "content:write"], "assistant.example.com", False), "what is shown")
    with row("a refusal goes to the client, with its state"):
        url = ground.editor.post("/api/oauth/authorize", {**ground.request(state="a&b"), "approve": False}).succeeded(200).data["redirectUrl"]
        equal(url, f"{REDIRECT}&error=access_denied&state=a%26b&iss={urllib.parse.quote(ground.base, safe='')}", "where the browser goes")


class Documents:
    """A host of client ID metadata documents: what is told to be at a path."""

    def __init__(self, documents):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = documents(f"http://127.0.0.1:{self.server.server_port}").get(self.path)
                self.send_response(200 if body is not None else 404)
                self.end_headers()
                self.wfile.write(body if isinstance(body, bytes) else json.dumps(body or {}).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *details):
        self.server.shutdown()
        self.server.server_close()


@test
def a_document_describes_a_client(people):
    ground = clients(people)
    good = lambda base, path, **fields: {"client_id": base + path, "client_name": "A described one", "redirect_uris": [REDIRECT], **fields}
    documents = lambda base: {
        "/good": good(base, "/good"), "/other": good(base, "/good"), "/nowhere": good(base, "/nowhere", redirect_uris=[]), "/script": good(base, "/script", redirect_uris=["javascript:alert(1)"]),
        "/elsewhere": good(base, "/elsewhere", redirect_uris=["https://evil.example.com/"]), "/list": [], "/text": b"{", "/long": b" " * 20000 + b"{}"}
    with Documents(documents) as base:
        shown = ground.editor.post("/api/oauth/authorize/inspect", ground.request(clientId=base + "/good")).succeeded(200).data
        equal((shown["clientName"], shown["clientAddress"]), ("A described one", base + "/good"), "what is shown")
        made = ground.exchange(ground.code(clientId=base + "/good"), client_id=base + "/good")
        equal(made.status, 200, f"status of {made}")
        expect(ground.works(made.json["access_token"]), "the token does not work")
        renewed = ground.refresh(made.json["refresh_token"], client_id=base + "/good")
        equal(renewed.status, 200, f"status of {renewed}")
        for path in ("/other", "/nowhere", "/script", "/elsewhere", "/list", "/text", "/long", "/missing"):
            with row(path):
                ground.editor.post("/api/oauth/authorize/inspect", ground.request(clientId=base + path)).refused(400, "OAUTH_REQUEST_INVALID")
    with row("an address of the inside"):
        ground.editor.post("/api/oauth/authorize/inspect", ground.request(clientId="http://169.254.169.254/latest")).refused(400, "OAUTH_REQUEST_INVALID")
        ground.editor.post("/api/oauth/authorize/inspect", ground.request(clientId="https://localhost/x")).refused(400, "OAUTH_REQUEST_INVALID")
    with row("a key has nothing read"):
        ground.tenant.admin.post("/api/oauth/authorize/inspect", ground.request(clientId="https://x.example.com/")).refused(403, "SUPERVISOR_REQUIRED")


@test
def codes_work_once_for_whom_they_were_given(people):
    ground = clients(people)
    code = ground.code()
    for fields, word in [({"code_verifier": "w" * 64}, "invalid_grant"), ({"code_verifier": "short"}, "invalid_grant"), ({"redirect_uri": "https://evil.example.com/"}, "invalid_grant"),
                         ({"client_id": ground.register(REDIRECT)}, "invalid_grant"), ({"resource": "https://evil.example.com/mcp"}, "invalid_target"),
                         ({"code": "wcoa_x"}, "invalid_grant"), ({"grant_type": "password"}, "unsupported_grant_type"), ({"code_verifier": ""}, "invalid_request")]:
        with row(repr(fields)):
            refused(ground.exchange(fields.pop("code", code), **fields), word)
    made = ground.exchange(code)
    equal(made.status, 200, f"status of {made}")
    equal((made.headers["cache-control"], made.json["token_type"], made.json["scope"]), ("no-store", "Bearer", "content:read content:write"), "the answer")
    expect(ground.works(made.json["access_token"]), "the token does not work")
    with row("used twice, it ends what it gave"):
        refused(ground.exchange(code), "invalid_grant")
        ground.ends(made.json["access_token"], "the end of the token")
        refused(ground.refresh(made.json["refresh_token"]), "invalid_grant")
    with row("after a minute"):
        late = ground.code()
        ground.system.sql("UPDATE identity.oauth_codes SET expires_at = now() - interval '1 second' WHERE used_at IS NULL")
        refused(ground.exchange(late), "invalid_grant")
    with row("not as JSON"):
        refused(ground.anyone.post("/oauth/token", {"grant_type": "authorization_code"}), "invalid_request")


@test
def tokens_are_keys_that_are_listed_and_end(people):
    ground = clients(people)
    made = ground.tokens(scope="content:write")
    client = ground.system.client(made["access_token"])
    equal(client.get("/api/identity").succeeded(200).data["domainId"], ground.tenant.id, "tenant")
    listed = next(k for k in ground.tenant.admin.get("/api/auth/keys").succeeded(200).data if k["clientName"])
    equal((listed["clientName"], listed["scopes"]), ("An assistant", ["content:write"]), "in the list of keys")
    expect(all(not k["clientName"] for k in ground.other.admin.get("/api/auth/keys").succeeded(200).data), "another tenant sees it")
    client.post("/api/auth/keys", {"name": "x", "scopes": ["content:read"]}).refused(403, "KEY_RESTRICTED")
    child = client.with_key(client.post("/api/auth/keys/children", {"name": "x", "scopes": ["content:read"]}).succeeded(201).data["apiKey"])
    child.get("/api/identity").succeeded(200)
    renewed = ground.refresh(made["refresh_token"])
    equal(renewed.status, 200, f"status of {renewed}")
    ground.ends(made["access_token"], "the end of the old token")
    refused(ground.refresh(renewed.json["refresh_token"], scope="admin"), "invalid_scope")
    refused(ground.refresh(renewed.json["refresh_token"], resource="https://evil.example.com"), "invalid_target")
    refused(ground.refresh(renewed.json["refresh_token"], client_id=ground.register(REDIRECT)), "invalid_grant")
    expect(ground.works(renewed.json["access_token"]), "refusals end it")
    ground.other.admin.delete(f"/api/auth/keys/{listed['id']}").refused(404, "API_KEY_NOT_FOUND")
    ground.tenant.admin.put(f"/api/auth/keys/{listed['id']}").refused(409, "OAUTH_TOKEN_RENEWS_ITSELF")
    ground.tenant.admin.delete(f"/api/auth/keys/{listed['id']}").succeeded(200)
    ground.ends(renewed.json["access_token"], "the end of the token")
    ground.ends(child.key, "the end of its child")
    refused(ground.refresh(renewed.json["refresh_token"]), "invalid_grant")
    with row("an administrator's"):
        admin = ground.exchange(ground.code(ground.stranger, scope="admin"))
        agent = ground.system.client(admin.json["access_token"])
        equal(agent.get("/api/identity").succeeded(200).data["domainId"], ground.other.id, "tenant")
        agent.post("/api/auth/keys", {"name": "x", "scopes": ["admin"]}).refused(403, "KEY_RESTRICTED")
    with row("revoked by the client itself"):
        for which in ("access_token", "refresh_token"):
            made = ground.tokens()
            equal(ground.post("/oauth/revoke", token=made[which], client_id=ground.register(REDIRECT)).status, 200, "status for another client")
            expect(ground.works(made["access_token"]), "another client ends it")
            equal(ground.post("/oauth/revoke", token=made[which], client_id=ground.client_id).status, 200, "status")
            ground.ends(made["access_token"], "the end of the token")
        equal(ground.post("/oauth/revoke", token="x", client_id=ground.client_id).status, 200, "status for nothing")


@test
def a_grant_ends_with_the_rights_of_its_person(people):
    ground = clients(people)
    for name, change in [("demoted", lambda who: ground.tenant.admin.put(f"/api/supervisors/{who}", {"role": "read_only"})), ("removed", lambda who: ground.tenant.admin.delete(f"/api/supervisors/{who}"))]:
        with row(name):
            person = invited(ground.anyone, ground.tenant.admin, f"{name}@example.com", "editor")
            pending = ground.code(person)
            made = ground.exchange(ground.code(person)).json
            expect(ground.works(made["access_token"]), "the token does not work")
            change(person.get("/api/supervisors/me").succeeded(200).data["supervisor"]["id"]).succeeded(200)
            ground.ends(made["access_token"], "the end of the token")
            refused(ground.exchange(pending), "invalid_grant")
    with row("however many grants there are"):
        person = invited(ground.anyone, ground.tenant.admin, "many@example.com", "editor")
        who = person.get("/api/supervisors/me").succeeded(200).data["supervisor"]["id"]
        first = ground.exchange(ground.code(person)).json["access_token"]
        ground.system.psql(f"""INSERT INTO identity.api_keys (domain_id, name, key_prefix, key_hash, scopes, client_id, client_name, granted_by, resource, refresh_family, refresh_hash, ends_at, expires_at)
            SELECT domain_id, name, key_prefix, 'many' || i, scopes, client_id, client_name, granted_by, resource, 'many' || i, 'many' || i, ends_at, expires_at
              FROM identity.api_keys, generate_series(1, 499) i WHERE granted_by = {who}""")
        last = ground.exchange(ground.code(person)).json["access_token"]
        ground.ends(first, "the end of the oldest")
        ground.tenant.admin.put(f"/api/supervisors/{who}", {"role": "read_only"}).succeeded(200)
        ground.ends(last, "the end of the newest")
        equal(ground.system.count(f"SELECT count(*) FROM identity.api_keys WHERE granted_by = {who} AND revoked_at IS NULL"), 0, "grants left")
    with row("demoted while the code is exchanged"):
        person = invited(ground.anyone, ground.tenant.admin, "meanwhile@example.com", "editor")
        pending, replies = ground.code(person), []
        exchange = threading.Thread(target=lambda: replies.append(ground.exchange(pending)))
        demotion = threading.Thread(target=ground.system.psql, args=(
            "BEGIN; UPDATE identity.supervisors SET role = 'read_only' WHERE email = 'meanwhile@example.com'; SELECT pg_sleep(1); COMMIT",))
        demotion.start()
        wait_for(lambda: ground.system.count("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") > 0, "the demotion to begin", 5, 0.02)
        exchange.start()
        exchange.join()
        demotion.join()
        refused(replies[0], "invalid_grant")
