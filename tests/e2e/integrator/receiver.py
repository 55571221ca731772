"""Somebody's system, written with the public library for Standard Webhooks: it takes what it can verify, and says what it took.

    receiver.py PORT SECRET

A line of JSON for each message: its id, whether the library verified it, and what it tells. What is not verified is answered 401.
Then each message is tried once more with a byte changed, and once with another secret: a library that took those would prove nothing.
"""

import base64
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

OTHER = "whsec_" + base64.b64encode(b"another secret of thirty-two by.").decode()


def verifies(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_verified = verifies(self.server.secret, body, headers)
        told = {
            "id": headers.get("webhook-id"),
            "verified": is_verified,
            "forged": verifies(self.server.secret, body + b" ", headers) or verifies(OTHER, body, headers),
            "body": json.loads(body),
        }
        print(json.dumps(told), flush=True)
        self.send_response(204 if is_verified else 401)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


def main():
    server = Server(("127.0.0.1", int(sys.argv[1])), Receiver)
    server.secret = sys.argv[2]
    print(json.dumps({"ready": True}), flush=True)
    server.serve_forever()


main()
