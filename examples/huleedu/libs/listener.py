"""Ports that accept and close."""

import selectors
import socket

from huleedu_service import end_on_sigterm, log


def listen(service, ports):
    """Accepts on every port until the container stops."""
    end_on_sigterm()
    selector = selectors.DefaultSelector()
    for port in ports:
        selector.register(socket.create_server(("0.0.0.0", port)), selectors.EVENT_READ)
    log("listening", service=service, ports=ports)
    while True:
        for key, _ in selector.select():
            key.fileobj.accept()[0].close()
