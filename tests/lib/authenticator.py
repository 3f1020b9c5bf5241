"""An authenticator app (RFC 6238)."""
import base64
import hashlib
import hmac
import struct
import time

from checks import wait_for
from people import PASSWORD

FACTOR = "/api/supervisors/me/second-factor"
STEP_S = 30


def code_at(secret, step):
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06}"


class App:
    """An authenticator app that shows no code twice: each comes of a step of its own, of those that are good now."""

    def __init__(self, secret):
        self.secret, self.last = secret, 0

    def code(self):
        wait_for(lambda: int(time.time()) // STEP_S + 1 > self.last, "the next code", STEP_S + 5, 0.2)
        now = int(time.time()) // STEP_S
        self.last = max(self.last + 1, now - 1)
        return code_at(self.secret, self.last)


def enrolled(person):
    """The app and the recovery codes of somebody who uses a second factor from now on, and who."""
    app = App(person.post(FACTOR, {"currentPassword": PASSWORD}).succeeded(200).data["secret"])
    return app, person.post(FACTOR + "/confirm", {"code": app.code()}).succeeded(200).data["recoveryCodes"], person
