"""People who have signed in, as clients."""
import re

PASSWORD = "correct horse battery staple"


class Person:
    """A client whose requests carry a session's cookie, and the header that goes with it."""

    def __init__(self, client, token, domain=None):
        self.client, self.token = client, token
        self.headers = {"cookie": f"a=b; supervisor_session={token}; c=d", "x-wordclaw-console": "1"}
        if domain:
            self.headers["x-wordclaw-domain"] = str(domain)

    def request(self, method, path, body=None, headers=None, **options):
        return self.client.request(method, path, body, headers={**self.headers, **(headers or {})}, **options)

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)


def of(client, reply):
    return Person(client, re.match(r"supervisor_session=(wcss_[0-9a-f]{48});", reply.headers["set-cookie"]).group(1))


def with_cookie(person, domain):
    return Person(person.client, person.token, domain)


def sign_in(anyone, email, password=PASSWORD):
    return of(anyone, anyone.post("/api/supervisors/login", {"email": email, "password": password}).succeeded(200))


def invited(anyone, admin, email, role):
    """Somebody whom the administrator has invited and who has accepted."""
    token = admin.post("/api/supervisors/invite", {"email": email, "role": role}).succeeded(201).data["token"]
    return of(anyone, anyone.post("/api/supervisors/invite/accept", {"token": token, "password": PASSWORD}).succeeded(201))
