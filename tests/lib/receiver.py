"""Receivers of webhooks: an HTTP server that remembers what it got and answers as it is told."""
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """answer(request number, headers, body) gives a status, or (status, headers); None hangs for hang_seconds."""

    def __init__(self, answer=None, hang_seconds=30):
        self.got, self.lock, self.ended = [], threading.Lock(), threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                with receiver.lock:
                    number = len(receiver.got)
                    receiver.got.append((dict(self.headers.items()), body))
                told = answer(number, self.headers, body) if answer else 200
                if told is None:
                    receiver.ended.wait(hang_seconds)
                    told = 200
                status, headers = told if isinstance(told, tuple) else (told, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_):
                pass # a client that was killed

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def bodies(self):
        with self.lock:
            return [json.loads(body) for _, body in self.got]

    def headers(self):
        with self.lock:
            return [{name.lower(): value for name, value in headers.items()} for headers, _ in self.got]

    def stop(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
