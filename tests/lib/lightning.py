"""Providers of invoices that speak the real protocols, LND's REST interface and LNbits', and can be told to fail; their state is in memory."""
import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
FIELD_PRIME = 2**256 - 2**32 - 977


def _checksum(prefix, words):
    state = 1
    for value in [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + words + [0] * 6:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for i in range(5):
            state ^= GENERATOR[i] if top >> i & 1 else 0
    return [(state ^ 1) >> 5 * (5 - i) & 31 for i in range(6)]


def _words(data):
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[i:i + 5], 2) for i in range(0, len(bits), 5)]


def _number(value, n):
    return [value >> 5 * (n - 1 - i) & 31 for i in range(n)]


def _field(name, words):
    return [ALPHABET.index(name)] + _number(len(words), 2) + words


def _signature():
    """Nobody's signature, of which a key can be recovered: whose it is does not matter here."""
    while True:
        r = secrets.randbelow(2**255)
        square = (pow(r, 3, FIELD_PRIME) + 7) % FIELD_PRIME
        if r and pow(square, (FIELD_PRIME - 1) // 2, FIELD_PRIME) == 1:
            return r.to_bytes(32, "big") + (1 + secrets.randbelow(2**254)).to_bytes(32, "big") + b"\0"


def invoice(payment_hash, sats, memo, expiry):
    prefix = f"lnbcrt{sats * 10}n"
    words = (_number(int(time.time()), 7) + _field("s", _words(secrets.token_bytes(32))) + _field("p", _words(payment_hash)) + _field("d", _words(memo.encode()))
             + _field("x", _number(expiry, 4)) + _field("9", _number(1 << 14 | 1 << 8, 3)))
    words += _words(_signature())
    return prefix + "1" + "".join(ALPHABET[word] for word in words + _checksum(prefix, words))


class Provider:
    """made: invoices by payment hash, hex.  next_failures: how the next creations go wrong: "lost" (made, but no answer) or "refused"."""

    def __init__(self):
        self.made, self.next_failures, self.is_mute, self.n_asked = {}, [], False, 0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self, status, document):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
                failure = provider.next_failures.pop(0) if provider.next_failures else None
                if failure == "refused":
                    self.answer(400, {"detail": "no"})
                    return
                status, document = provider.create(self, body)
                if failure == "lost":
                    self.close_connection = True
                    return
                self.answer(status, document)

            def do_GET(self):
                provider.n_asked += 1
                if provider.is_mute:
                    self.answer(503, {"detail": "resting"})
                    return
                self.answer(*provider.look_up(self, self.path))

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def add(self, preimage, sats, memo, expiry):
        payment_hash = hashlib.sha256(preimage).digest()
        self.made[payment_hash.hex()] = {"preimage": preimage.hex(), "sats": sats, "memo": memo, "paid": False,
                                         "invoice": invoice(payment_hash, sats, memo, expiry)}
        return payment_hash

    def pay(self, text):
        """A wallet's payment: the preimage."""
        made = next(i for i in self.made.values() if i["invoice"] == text)
        made["paid"] = True
        return made["preimage"]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Lnd(Provider):
    MACAROON = "0201036c6e64"

    def create(self, request, body):
        if request.headers.get("Grpc-Metadata-macaroon") != self.MACAROON:
            return 401, {"code": 16, "message": "permission denied"}
        preimage = base64.b64decode(body["r_preimage"], validate=True)
        if hashlib.sha256(preimage).hexdigest() in self.made:
            return 500, {"code": 2, "message": "invoice with payment hash already exists"}
        payment_hash = self.add(preimage, int(body["value"]), body["memo"], int(body["expiry"]))
        return 200, {"r_hash": base64.b64encode(payment_hash).decode(), "payment_request": self.made[payment_hash.hex()]["invoice"], "add_index": "1"}

    def look_up(self, _, path):
        made = self.made.get(path.rsplit("/", 1)[1])
        if not made:
            return 404, {"code": 5, "message": "unable to locate invoice"}
        return 200, {"payment_request": made["invoice"], "state": "SETTLED" if made["paid"] else "OPEN", "settle_date": str(int(time.time())) if made["paid"] else "0"}


class Lnbits(Provider):
    KEY = "invoice-key"

    def create(self, request, body):
        if request.headers.get("X-Api-Key") != self.KEY or body["out"] is not False:
            return 401, {"detail": "Invalid key"}
        payment_hash = self.add(secrets.token_bytes(32), body["amount"], body["memo"], body["expiry"]).hex()
        return 201, {"payment_hash": payment_hash, "checking_id": payment_hash, "bolt11": self.made[payment_hash]["invoice"]}

    def look_up(self, _, path):
        if "?" in path:
            return 200, [{"payment_hash": key, "checking_id": key, "bolt11": made["invoice"], "memo": made["memo"]} for key, made in self.made.items()]
        made = self.made.get(path.rsplit("/", 1)[1])
        return (200, {"paid": made["paid"], "details": {"status": "success" if made["paid"] else "pending"}}) if made else (404, {"detail": "Payment does not exist."})
