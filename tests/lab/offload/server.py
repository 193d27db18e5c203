#!/usr/bin/env python3
"""The offload server's contract, with vectors that depend on the text and on nothing else.

Everything that a client can see is as in the real one: paths, bodies, headers, error shapes, limits
and their order, true `.npy` and deflate zips. What is missing is the model. Debian's python3-aiohttp
and python3-numpy are all it needs.

    server.py --port 19000 --delay 0.1
    curl -X POST localhost:19000/lab -d '{"fault": "nan", "times": 2}'
    curl -X POST localhost:19000/lab -d '{"delay": 0, "language_tool": false}'

`/lab` is the one path that the real server does not have.
"""

import argparse
import asyncio
import hashlib
import io
import json
import os
import sys
import time
import uuid
import zipfile

import numpy as np
from aiohttp import web

MODEL, MAX_LENGTH, BATCH_SIZE, DIM = "microsoft/deberta-v3-base", 512, 32, 768
SCHEMA_VERSION, MAX_ITEMS, MAX_REQUEST, MAX_RESPONSE = 1, 64, 900_000, 8_000_000
TIER1 = """grammar_errors_per_100_words spelling_errors_per_100_words
    punctuation_errors_per_100_words flesch_kincaid smog coleman_liau ari avg_sentence_length ttr
    word_count avg_word_length""".split()
TIER2 = """parse_tree_depth clause_count passive_ratio dep_distance connective_diversity
    sent_similarity_variance prompt_similarity intro_prompt_sim min_para_relevance""".split()
TIER3 = "paragraph_count has_intro has_conclusion lexical_overlap pronoun_noun_ratio".split()
COUNTED = TIER1 + TIER2 + TIER3
SETS = ("handcrafted", "embeddings", "combined")
# What a fault does to an answer; each is checked by name when it is set.
FAULTS = (
    "500 503 silence cut html redirect f8 big-endian fortran npy-v2 wrong-rows nan truncated "
    "extra-bytes missing-member foreign-member other-schema"
).split()


class Lab:
    """What the lab has switched."""

    def __init__(self, delay):
        self.delay, self.fault, self.times, self.language_tool = delay, None, 0, True
        self.release, self.asked = 0, 0

    def take_fault(self):
        if self.fault is None or self.times == 0:
            return None
        self.times -= 1
        return self.fault

    async def switch(self, request):
        wish = await request.json()
        if wish.get("fault") not in (None, *FAULTS):
            return web.json_response({"faults": FAULTS}, status=400)
        if "fault" in wish:
            self.fault, self.times = wish["fault"], wish.get("times", -1)
        for name in ("delay", "language_tool", "release"):
            setattr(self, name, wish.get(name, getattr(self, name)))
        return web.json_response({**vars(self)})


STARTED = time.monotonic()
JAR_VERSION = os.environ.get("OFFLOAD_LANGUAGE_TOOL_JAR_VERSION", "")
LANGUAGE_TOOL_URL = os.environ.get("OFFLOAD_LANGUAGE_TOOL_URL", "http://language_tool_service:8085")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def meta(lab):
    versions = {"python": "3.11", "numpy": np.__version__, "torch": None, "transformers": None,
                "spacy": None, "textdescriptives": None, "en_core_web_sm": f"lab {lab.release}"}
    embedding = {"model_name": MODEL, "max_length": MAX_LENGTH, "pooling": "cls", "dim": DIM}
    language_tool = {"language": "en-US", "request_options": {},
                     "service_url": LANGUAGE_TOOL_URL, "jar_version": JAR_VERSION}
    names = [f"embedding_{at:03d}" for at in range(DIM)]
    schema = {"tier1": TIER1, "tier2": TIER2, "tier3": TIER3, "combined": names + COUNTED}
    hashed = {"schema_version": SCHEMA_VERSION, "language_tool": language_tool,
              "embedding": {**embedding, "batch_size": BATCH_SIZE, "torch_device": "cuda"},
              "feature_schema": {**schema, "embedding_dim": DIM}, "versions": versions}
    return {"schema_version": SCHEMA_VERSION,
            "server_fingerprint": hashlib.sha256(canonical(hashed)).hexdigest(),
            "git_sha": os.environ.get("OFFLOAD_GIT_SHA"), "versions": versions,
            "embedding": embedding, "language_tool": language_tool, "feature_schema": schema}


def rows(keys, width):
    """One row for each key, the same on every machine."""
    def row(key):
        # Sixteenths, so that no rounding differs anywhere.
        digest = hashlib.shake_256(key.encode()).digest(width)
        return np.frombuffer(digest, np.uint8).astype(np.float32) / 16 - 8
    return np.stack([row(key) for key in keys])


def npy(array, fault=None):
    out, version = io.BytesIO(), (1, 0)
    if fault == "f8":
        array = array.astype("<f8")
    elif fault == "big-endian":
        array = array.astype(">f4")
    elif fault == "fortran":
        array = np.asfortranarray(array)
    elif fault == "npy-v2":
        version = (2, 0)
    elif fault == "wrong-rows":
        array = np.concatenate([array, array[:1]])
    elif fault == "nan":
        array[-1, -1] = np.nan
    np.lib.format.write_array(out, array, version=version, allow_pickle=False)
    content = out.getvalue()
    return content[:-4] if fault == "truncated" else content + b"x" * (fault == "extra-bytes")


def legacy_error(request, error, detail):
    body = {"error": error, "detail": detail, "correlation_id": request["id"]}
    return web.json_response(body, status=400)


def error(request, status, error, detail):
    body = {"schema_version": SCHEMA_VERSION, "error": error, "detail": detail,
            "correlation_id": request["id"], "extra": {}}
    return web.json_response(body, status=status)


async def body_of(request, lists, others):
    """The body and nothing, or nothing and what is wrong with it."""
    try:
        body = json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge as too_large:
        return None, too_large.text
    except ValueError as invalid:
        return None, f"invalid JSON: {invalid}"
    if not isinstance(body, dict) or set(body) - set(lists) - set(others):
        return None, "unknown fields, or no object"
    for name in lists:
        value = body.get(name)
        if not isinstance(value, list) or not value or any(type(it) is not str for it in value):
            return None, f"{name}: at least one text"
    return body, None


async def embed(request):
    own = {"model_name": MODEL, "max_length": MAX_LENGTH, "batch_size": BATCH_SIZE}
    body, wrong = await body_of(request, ["texts"], own)
    if wrong:
        return legacy_error(request, "invalid_request", wrong)
    for name, value in own.items():
        if body.get(name) not in (None, value):
            return legacy_error(request, f"unsupported_{name.removesuffix('_name')}",
                                f"{body[name]!r} instead of {value!r}")
    keys = [f"{MODEL}|{MAX_LENGTH}|{text}" for text in body["texts"]]
    headers = {"X-Embedding-Model": MODEL, "X-Embedding-DType": "float32"}
    return web.Response(body=npy(rows(keys, DIM), request["fault"]), headers=headers,
                        content_type="application/octet-stream")


async def extract(request):
    lab = request.app["lab"]
    body, wrong = await body_of(request, ["texts", "prompts"], ["feature_set"])
    if not wrong and body.get("feature_set") not in SETS:
        wrong = "feature_set: one of " + ", ".join(SETS)
    if not wrong and len(body["texts"]) != len(body["prompts"]):
        wrong = "texts and prompts differ in length"
    if wrong:
        return error(request, 400, "invalid_request", wrong)
    size = len(canonical(body))
    if size > MAX_REQUEST:
        return error(request, 413, "request_too_large", f"{size} > {MAX_REQUEST} bytes")
    if len(body["texts"]) > MAX_ITEMS:
        return error(request, 413, "too_many_items", f"{len(body['texts'])} > {MAX_ITEMS}")
    if not JAR_VERSION:
        return error(request, 500, "internal_error", "OFFLOAD_LANGUAGE_TOOL_JAR_VERSION is required"
                     " for cache-safe server_fingerprint.")
    wanted = body["feature_set"]
    if wanted != "embeddings" and not lab.language_tool:
        return error(request, 503, "dependency_unavailable", "LanguageTool offload: no connection")
    said, fault = meta(lab), request["fault"]
    members = {"meta.json": json.dumps({**said, "schema_version": 2} if fault == "other-schema" else said)}
    if wanted != "handcrafted":
        keys = [f"{MODEL}|{MAX_LENGTH}|cls|{text}" for text in body["texts"]]
        members["embeddings.npy"] = npy(rows(keys, DIM), fault)
    if wanted != "embeddings":
        keys = [f"{SCHEMA_VERSION}|{t}|{p}" for t, p in zip(body["texts"], body["prompts"])]
        members["handcrafted.npy"] = npy(rows(keys, len(COUNTED)))
    if fault == "missing-member":
        members.popitem()
    if fault == "foreign-member":
        members["../../.ssh/authorized_keys"] = b"x"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    content = out.getvalue()
    if len(content) > MAX_RESPONSE:
        return error(request, 500, "response_too_large", f"{len(content)} > {MAX_RESPONSE} bytes")
    headers = {"X-Schema-Version": str(SCHEMA_VERSION),
               "X-Server-Fingerprint": said["server_fingerprint"]}
    return web.Response(body=content, content_type="application/zip", headers=headers)


async def healthz(request):
    issues = [] if JAR_VERSION else ["missing_OFFLOAD_LANGUAGE_TOOL_JAR_VERSION"]
    gpu = {"available": True, "device_count": 1, "devices": [{"index": 0, "name": "lab",
           "total_memory_bytes": 24 << 30, "mem_free_bytes": 20 << 30}]}
    return web.json_response({
        "status": "degraded" if issues else "ok", "issues": issues, "model_name": MODEL,
        "max_length": MAX_LENGTH, "batch_size": BATCH_SIZE, "gpu": {"torch": gpu},
        "metrics": {"uptime_seconds": time.monotonic() - STARTED, "endpoints": []},
        "extract": {"schema_version": SCHEMA_VERSION, "max_items": MAX_ITEMS,
                    "max_request_bytes": MAX_REQUEST, "max_response_bytes": MAX_RESPONSE,
                    "language_tool_url": LANGUAGE_TOOL_URL,
                    "language_tool_jar_version": JAR_VERSION}})


async def metrics(request):
    uptime, asked = time.monotonic() - STARTED, request.app["lab"].asked
    lines = [f"huleedu_offload_uptime_seconds {uptime}",
             f"huleedu_offload_http_requests_total {asked}", ""]
    return web.Response(text="\n".join(lines), content_type="text/plain")


@web.middleware
async def around(request, handler):
    """The correlation id of every answer; the delay and the faults of those that compute."""
    request["id"] = request.headers.get("X-Correlation-ID") or str(uuid.uuid4())
    lab, request["fault"] = request.app["lab"], None
    if request.path.startswith("/v1/"):
        lab.asked += 1
        request["fault"] = fault = lab.take_fault()
        await asyncio.sleep(lab.delay)
        if fault == "silence":
            await asyncio.sleep(3600)
        if fault == "html":
            return web.Response(text="<html><h1>It works!</h1></html>", content_type="text/html")
        if fault == "redirect":
            return web.Response(status=307, headers={"Location": request.path})
        if fault in ("500", "503"):
            return error(request, int(fault), "lab", "as it was asked to")
    try:
        response = await handler(request)
    except web.HTTPException as plain:
        response = plain
    response.headers["X-Correlation-ID"] = request["id"]
    if request["fault"] == "cut":
        await response.prepare(request)
        await response.write(response.body[: len(response.body) // 2])
        request.transport.close()
    return response


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--delay", type=float, default=0, help="seconds that every request takes")
    given = parser.parse_args()
    app = web.Application(middlewares=[around], client_max_size=1024**2)
    app["lab"] = Lab(given.delay)
    app.add_routes([web.get("/healthz", healthz), web.get("/metrics", metrics),
                    web.post("/v1/embed", embed), web.post("/v1/extract", extract),
                    web.post("/lab", app["lab"].switch)])
    web.run_app(app, host=given.host, port=given.port, print=None, access_log=None)


if __name__ == "__main__":
    sys.exit(main())
