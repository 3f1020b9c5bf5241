"""Signing in with an OpenID Connect provider (npm's oidc-provider), for a driver whose system was started with SETTINGS."""
import http.cookiejar
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from checks import equal, expect, row, test
from node import HOME, command, environment
from people import of

SECONDS_MAX = 30
BEGIN, FINISH = "/api/supervisors/oidc", "/api/supervisors/oidc/finish"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


PORT = free_port()
SETTINGS = {"WORDCLAW_OIDC_ISSUER": f"http://127.0.0.1:{PORT}", "WORDCLAW_OIDC_CLIENT_SECRET": "a secret of both: &=", "WORDCLAW_OUTBOUND_ALLOW": "127.0.0.1:*"}


class Provider:
    def __init__(self, base, algorithm):
        self.base, self.algorithm = base, algorithm

    def __enter__(self):
        node = command("tsc")[0]  # installs what is missing
        self.process = subprocess.Popen([node, f"{HOME}/oidc/provider.mjs", str(PORT), f"{self.base}/ui/oidc", self.algorithm], env=environment(),
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        expect(self.process.stdout.readline().startswith("listening"), "the provider did not start")
        return self

    def __exit__(self, *details):
        self.process.terminate()
        self.process.wait(SECONDS_MAX)


def answer_of(url, account):
    """What the provider sends the browser of this account back with: code and state."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    try:
        reached = browser.open(f"{url}&{urllib.parse.urlencode({'login_hint': account})}", timeout=SECONDS_MAX).geturl()
    except urllib.error.HTTPError as refusal:
        reached = refusal.url
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(reached).query)
    expect("code" in query, f"the provider sends no code: {reached}")
    return {"code": query["code"][0], "state": query["state"][0]}


def begin(ground):
    return ground.anyone.post(BEGIN, {"base": ground.system.base_url}).succeeded(200).data


def finish(ground, account):
    return ground.anyone.post(FINISH, answer_of(begin(ground)["authorizationUrl"], account))


@test
def a_provider_signs_people_in(ground):
    equal(ground.anyone.get("/api/supervisors/sign-in-methods").succeeded(200).data, {"password": True, "oidc": True}, "ways to sign in")
    person = ground.person().get("/api/supervisors/me").succeeded(200).data["supervisor"]
    for algorithm in ("RS256", "ES256"):
        with Provider(ground.system.base_url, algorithm), row(algorithm):
            me = of(ground.anyone, finish(ground, person["email"]).succeeded(200)).get("/api/supervisors/me").succeeded(200).data
            equal(me["supervisor"]["id"], person["id"], "who has signed in")
    with Provider(ground.system.base_url, "ES256"):
        with row("another account of the same email"):
            finish(ground, person["email"] + " again").refused(401, "SUPERVISOR_LOGIN_FAILED")
        with row("an email that the provider has not verified"):
            finish(ground, ground.person().get("/api/supervisors/me").data["supervisor"]["email"] + " unverified").refused(401, "SUPERVISOR_LOGIN_FAILED")
        with row("somebody who was never invited"):
            finish(ground, "nobody@example.com").refused(401, "SUPERVISOR_LOGIN_FAILED")
        answer, other = answer_of(begin(ground)["authorizationUrl"], person["email"]), begin(ground)["state"]
        with row("a code of another sign-in"):
            ground.anyone.post(FINISH, {**answer, "state": other}).refused(401, "SUPERVISOR_LOGIN_FAILED")
        with row("a state that is not ours"):
            for state in ("x", answer["state"][:-2] + "AA", ""):
                reply = ground.anyone.post(FINISH, {**answer, "state": state})
                expect(reply.status == 400, f"it is taken: {reply}")
        answer = answer_of(begin(ground)["authorizationUrl"], person["email"])
        with row("a code works once"):
            ground.anyone.post(FINISH, answer).succeeded(200)
            ground.anyone.post(FINISH, answer).refused(401, "SUPERVISOR_LOGIN_FAILED")
        with row("an address that is not ours"):
            ground.anyone.post(BEGIN, {"base": "https://evil.example.com"}).refused(400, "OIDC_REQUEST_INVALID")
    with row("without the provider"):
        ground.anyone.post(BEGIN, {"base": ground.system.base_url}).refused(502, "OIDC_PROVIDER_FAILED")
        ground.anyone.post(FINISH, {**answer, "state": other}).refused(502, "OIDC_PROVIDER_FAILED")
