"""The engine's API, as far as proxy and companion ask it."""

import http.client
import json
import select
import socket
import time

SOCKET = "/tmp/docker.sock"

# Starts come in bunches, and one answer to all of them is enough.
SETTLED_SECONDS = 0.5


class Connection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("engine", timeout=30)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


def ask(method, path, body=None):
    connection = Connection()
    try:
        headers = {"Content-Type": "application/json"}
        connection.request(method, path, body and json.dumps(body), headers)
        reply = connection.getresponse()
        text = reply.read()
        if reply.status >= 400:
            raise OSError(f"{method} {path}: {reply.status} {text[:200]!r}")
        return json.loads(text) if text else None
    finally:
        connection.close()


def containers():
    """Everything that runs, by name: its environment, networks and exposed ports."""
    found = {}
    for listed in ask("GET", "/containers/json"):
        try:
            seen = ask("GET", f"/containers/{listed['Id']}/json")
        except OSError:
            continue  # gone since it was listed
        pairs = (it.partition("=") for it in seen["Config"]["Env"] or [])
        found[seen["Name"].lstrip("/")] = {
            "id": seen["Id"],
            "started": seen["State"]["StartedAt"],
            "environment": {key: value for key, _, value in pairs},
            "networks": seen["NetworkSettings"]["Networks"],
            "exposed": sorted(seen["Config"].get("ExposedPorts") or {}),
        }
    return found


def names(container, variable):
    listed = container["environment"].get(variable, "").split(",")
    return [it.strip().lower() for it in listed if it.strip()]


def changes(every):
    """Yields True when containers or networks changed, and False every so many seconds without."""
    filters = '{"type":["container","network"],"event":["start","die","connect","disconnect","create"]}'
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(SOCKET)
    stream.sendall(f"GET /events?filters={filters} HTTP/1.0\r\n\r\n".encode())
    yield True
    while True:
        happened = bool(select.select([stream], [], [], every)[0])
        until = time.monotonic() + SETTLED_SECONDS
        while happened and (left := until - time.monotonic()) > 0:
            if select.select([stream], [], [], left)[0] and not stream.recv(1 << 16):
                raise OSError("the engine ended the stream of events")
        yield happened
