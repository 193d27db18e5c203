"""The offload server with the real one's answers, and vectors that depend on the text alone."""

import array
import hashlib
import io
import json
import os
import urllib.request
import zipfile

from huleedu_service import serve, uptime

SERVICE = "essay_scoring_offload"
JAR_VERSION = os.environ.get("OFFLOAD_LANGUAGE_TOOL_JAR_VERSION", "")
LANGUAGE_TOOL_URL = os.environ.get("OFFLOAD_LANGUAGE_TOOL_URL", "")
DEVICE = os.environ.get("OFFLOAD_TORCH_DEVICE", "cpu")
MODEL, MAX_LENGTH, BATCH_SIZE, DIM = "microsoft/deberta-v3-base", 512, 32, 768
MAX_ITEMS, MAX_REQUEST, MAX_RESPONSE = 64, 900000, 8000000
TIER1 = """grammar_errors_per_100_words spelling_errors_per_100_words
    punctuation_errors_per_100_words flesch_kincaid smog coleman_liau ari avg_sentence_length ttr
    word_count avg_word_length""".split()
TIER2 = """parse_tree_depth clause_count passive_ratio dep_distance connective_diversity
    sent_similarity_variance prompt_similarity intro_prompt_sim min_para_relevance""".split()
TIER3 = "paragraph_count has_intro has_conclusion lexical_overlap pronoun_noun_ratio".split()
COUNTED = TIER1 + TIER2 + TIER3


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def npy(keys, width):
    """A `.npy` file with one row for each key, without numpy, which the base image does not have."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(keys)}, {width}), }}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    rows = array.array("f")
    for key in keys:
        rows.extend(it / 16 - 8 for it in hashlib.shake_256(key.encode()).digest(width))
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + rows.tobytes()


def meta():
    versions = dict.fromkeys("torch transformers spacy textdescriptives en_core_web_sm".split())
    versions.update({"python": "3.11", "numpy": "1.24"})
    embedding = {"model_name": MODEL, "max_length": MAX_LENGTH, "pooling": "cls", "dim": DIM}
    language_tool = {"language": "en-US", "request_options": {}, "service_url": LANGUAGE_TOOL_URL,
                     "jar_version": JAR_VERSION}
    combined = [f"embedding_{at:03d}" for at in range(DIM)] + COUNTED
    schema = {"tier1": TIER1, "tier2": TIER2, "tier3": TIER3, "combined": combined}
    own = {"batch_size": BATCH_SIZE, "torch_device": DEVICE}
    hashed = {"schema_version": 1, "embedding": {**embedding, **own}, "versions": versions,
              "language_tool": language_tool, "feature_schema": {**schema, "embedding_dim": DIM}}
    return {"schema_version": 1, "server_fingerprint": hashlib.sha256(canonical(hashed)).hexdigest(),
            "git_sha": None, "versions": versions, "embedding": embedding,
            "language_tool": language_tool, "feature_schema": schema}


def error(status, code, detail):
    return status, {"schema_version": 1, "error": code, "detail": detail, "extra": {}}


def asked(body, *lists):
    """The request, or nothing if it is none."""
    try:
        request = json.loads(body)
        texts = [request[name] for name in lists]
    except (ValueError, TypeError, KeyError):
        return None
    return request if all(texts) and len({len(it) for it in texts}) == 1 else None


def embed(body):
    request = asked(body, "texts")
    if request is None:
        return 400, {"error": "invalid_request", "detail": "at least one text is wanted"}
    headers = {"X_Embedding_Model": MODEL, "X_Embedding_DType": "float32"}
    return 200, npy([f"{MODEL}|{MAX_LENGTH}|{it}" for it in request["texts"]], DIM), headers


def grammar_answers():
    """Whether the service is there from which the real one gets a third of its features."""
    try:
        urllib.request.urlopen(f"{LANGUAGE_TOOL_URL}/healthz", timeout=30).close()
    except OSError:
        return False
    return True


def extract(body):
    request = asked(body, "texts", "prompts")
    if request is None:
        return error(400, "invalid_request", "texts and prompts are wanted, as many of each")
    texts, prompts, wanted = request["texts"], request["prompts"], request.get("feature_set")
    if len(canonical(request)) > MAX_REQUEST:
        return error(413, "request_too_large", f"more than {MAX_REQUEST} bytes")
    if len(texts) > MAX_ITEMS:
        return error(413, "too_many_items", f"{len(texts)} > {MAX_ITEMS}")
    if not JAR_VERSION:
        return error(500, "internal_error", "OFFLOAD_LANGUAGE_TOOL_JAR_VERSION is required for"
                     " cache-safe server_fingerprint.")
    if wanted != "embeddings" and not grammar_answers():
        return error(503, "dependency_unavailable", "LanguageTool offload: it does not answer")
    said, out = meta(), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("meta.json", json.dumps(said))
        if wanted != "handcrafted":
            keys = [f"{MODEL}|{MAX_LENGTH}|cls|{it}" for it in texts]
            archive.writestr("embeddings.npy", npy(keys, DIM))
        if wanted != "embeddings":
            keys = [f"1|{text}|{prompt}" for text, prompt in zip(texts, prompts)]
            archive.writestr("handcrafted.npy", npy(keys, len(COUNTED)))
    return 200, out.getvalue(), {"Content_Type": "application/zip", "X_Schema_Version": "1",
                                 "X_Server_Fingerprint": said["server_fingerprint"]}


def healthz(_body):
    issues = [] if JAR_VERSION else ["missing_OFFLOAD_LANGUAGE_TOOL_JAR_VERSION"]
    has_gpu = DEVICE != "cpu"
    gpu = {"index": 0, "name": "miniature", "total_memory_bytes": 32 << 30, "mem_free_bytes": 30 << 30}
    return 200, {
        "status": "degraded" if issues else "ok",
        "issues": issues,
        "model_name": MODEL,
        "max_length": MAX_LENGTH,
        "batch_size": BATCH_SIZE,
        "gpu": {"torch": {"available": has_gpu, "device_count": int(has_gpu), "devices": [gpu] * has_gpu}},
        "metrics": {"uptime_seconds": uptime(), "endpoints": []},
        "extract": {
            "schema_version": 1,
            "max_items": MAX_ITEMS,
            "max_request_bytes": MAX_REQUEST,
            "max_response_bytes": MAX_RESPONSE,
            "language_tool_url": LANGUAGE_TOOL_URL,
            "language_tool_jar_version": JAR_VERSION,
        },
    }


serve(SERVICE, 9000, {("GET", "/healthz"): healthz, ("POST", "/v1/embed"): embed,
                      ("POST", "/v1/extract"): extract})
