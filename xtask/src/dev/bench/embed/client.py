"""The Python client as its contract has it: one request at a time, one file a text."""

import hashlib
import http.client
import io
import json
import os
import sys
import time

import numpy as np

MODEL = "microsoft/deberta-v3-base"
what, address, count, directory = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
connection = http.client.HTTPConnection(address)


def ask(texts):
    body = {"texts": texts, "model_name": MODEL, "max_length": 512}
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    connection.request("POST", "/v1/embed", content, {"Content-Type": "application/json"})
    return connection.getresponse()


def at_once():
    ask(["x"] * count).read()
    answer = ask(["x"] * count)
    started = time.perf_counter()
    rows = np.load(io.BytesIO(answer.read()), allow_pickle=False)
    return started, rows


def run():
    texts = [f"Text number {at} with some words in it, as an essay has a few of them." for at in range(count)]
    os.makedirs(directory, exist_ok=True)
    started = time.perf_counter()
    rows, missing, size = [None] * count, [], 0

    def path(text):
        key = hashlib.sha256(f"{MODEL}|512|{text}".encode()).hexdigest()
        return os.path.join(directory, f"{key}.npy")

    def fetch():
        answer = np.load(io.BytesIO(ask([texts[at] for at in missing]).read()), allow_pickle=False)
        for at, row in zip(missing, answer):
            rows[at] = row
            np.save(path(texts[at]), row)

    for at, text in enumerate(texts):
        try:
            rows[at] = np.load(path(text), allow_pickle=False)
            continue
        except (OSError, ValueError):
            pass
        length = len(json.dumps(text, ensure_ascii=False).encode()) + 1
        if len(missing) == 64 or 70 + size + length > 900_000:
            fetch()
            missing, size = [], 0
        missing.append(at)
        size += length
    if missing:
        fetch()
    return started, np.stack(rows)


started, rows = {"at-once": at_once, "run": run}[what]()
assert rows.shape == (count, 768), rows.shape
print(time.perf_counter() - started)
