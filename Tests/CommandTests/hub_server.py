"""A hub of models on loopback, for tests: hub_server.py ROOT LOG FAULTS.

ROOT has a folder OWNER/NAME for each repository. Files of more than 1,000 bytes are given by a second address, to which
the first one redirects, as large files of the real hub are. LOG gets a line for each request: which address, method, path,
range, and whether a token came with it. FAULTS is JSON: {"gated": [NAME], "cut": {FILE: BYTES}, "flip": [FILE],
"busy": COUNT, "whole": true}: connections to FILE end after BYTES, once; FILE comes with a wrong byte; the first COUNT
requests are told to come later; no parts are given. The hub's address is printed.
"""

import hashlib
import http.server
import json
import pathlib
import sys
import threading

root, log, faults = pathlib.Path(sys.argv[1]), open(sys.argv[2], "a", buffering=1), json.loads(sys.argv[3])
COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "hf_right"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, has_body):
        token = self.headers.get("Authorization")
        which = "files" if self.server is files else "hub"
        asked = self.headers.get("Range", "all")
        log.write(f"{which} {self.command} {self.path} {asked} {'token' if token else 'no-token'}\n")
        if which == "files":
            return self.give(root / self.path.lstrip("/"), has_body)
        if faults.get("busy", 0) > 0:
            faults["busy"] -= 1
            return self.finish_with(429, {"Retry-After": "0"})
        parts = self.path.lstrip("/").split("/")
        if parts[:2] == ["api", "models"]:
            parts = parts[2:]
        name = "/".join(parts[:2])
        if not (root / name).is_dir():
            return self.finish_with(401, {"X-Error-Code": "RepoNotFound"})
        if parts[3] not in ("main", COMMIT):
            return self.finish_with(404, {"X-Error-Code": "RevisionNotFound"})
        if parts[2] == "revision":
            names = [str(p.relative_to(root / name)) for p in (root / name).rglob("*") if p.is_file()]
            body = json.dumps({"sha": COMMIT, "siblings": [{"rfilename": n} for n in sorted(names)]})
            return self.finish_with(200, {}, body.encode(), has_body)
        if name in faults.get("gated", []) and token != f"Bearer {TOKEN}":
            return self.finish_with(401 if token is None else 403, {"X-Error-Code": "GatedRepo"})
        path = root / name / "/".join(parts[4:])
        if not path.is_file():
            return self.finish_with(404, {"X-Error-Code": "EntryNotFound"})
        data = path.read_bytes()
        if len(data) <= 1000:
            tag = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            return self.give(path, has_body, {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT})
        self.finish_with(302, {
            "Location": f"http://127.0.0.1:{files.server_address[1]}/{path.relative_to(root)}",
            "X-Linked-Etag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Linked-Size": str(len(data)),
            "X-Repo-Commit": COMMIT})

    def give(self, path, has_body, headers={}):
        data = path.read_bytes()
        start, end, status = 0, len(data), 200
        asked = self.headers.get("Range")
        if asked and not faults.get("whole"):
            first, last = asked.removeprefix("bytes=").split("-")
            start, end, status = int(first), min(len(data), int(last) + 1 if last else len(data)), 206
            headers = headers | {"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"}
        body = data[start:end]
        if path.name in faults.get("flip", []):
            body = body[:-1] + bytes([body[-1] ^ 1])
        self.finish_with(status, headers, body, has_body, faults.get("cut", {}).pop(path.name, None) if has_body else None)

    def finish_with(self, status, headers, body=b"", has_body=True, cut=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if has_body and self.command == "GET":
            self.wfile.write(body[:cut])
            if cut is not None:
                self.close_connection = True


hub, files = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
threading.Thread(target=files.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{hub.server_address[1]}", flush=True)
hub.serve_forever()
