"""A proxy in front of an AWS stand-in that goes wrong on purpose.

It forwards HTTP requests to an upstream on loopback and, for the actions and as
often as told, answers with a throttle, an error or half an answer, lets the
answer wait, or cuts the connection before or after the request was carried out.
"""

import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ERROR = """<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
<RequestID>00000000-0000-4000-8000-000000000000</RequestID></Response>"""

ANSWERS = {
    "throttle": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "deny": (403, "UnauthorizedOperation", "You are not authorized to perform this operation."),
    "internal": (500, "InternalError", "An internal error has occurred"),
}


class Server(ThreadingHTTPServer):
    # A fleet is read over many connections at once.
    request_queue_size = 128
    daemon_threads = True


class FaultProxy:
    """Serves on a free port of loopback until it is closed."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.faults = []
        self.hit = []
        self.lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                fault = proxy.fault_of(body)
                if fault in ANSWERS:
                    status, code, message = ANSWERS[fault]
                    return self.answer(status, ERROR.format(code=code, message=message).encode())
                if fault == "reset":
                    return self.cut()
                if fault == "latency":
                    time.sleep(1.5)
                status, headers, answer = proxy.forward(self.path, self.headers, body)
                if fault == "lost":
                    return self.cut()
                if fault == "malformed":
                    answer = answer[: len(answer) // 2]
                self.answer(status, answer, headers)

            do_GET = do_POST

            def answer(self, status, body, headers=()):
                self.send_response(status)
                for name, value in headers:
                    if name.lower() in ("content-type", "x-amzn-requestid"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def cut(self):
                self.close_connection = True
                self.connection.close()

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def inject(self, action, fault, times=1):
        """The next so many requests of the action meet the fault."""
        with self.lock:
            self.faults.append([action, fault, times])

    def clear(self):
        with self.lock:
            self.faults.clear()

    def fault_of(self, body):
        action = urllib.parse.parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
        with self.lock:
            for entry in self.faults:
                if entry[2] > 0 and entry[0] == action:
                    entry[2] -= 1
                    self.hit.append((action, entry[1]))
                    return entry[1]
        return None

    def forward(self, path, headers, body):
        kept = {name: value for name, value in headers.items() if name.lower() not in ("host", "content-length")}
        request = urllib.request.Request(self.upstream + path, data=body or None, headers=kept)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.getheaders(), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, list(error.headers.items()), error.read()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
