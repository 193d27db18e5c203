"""What this LanguageTool finds: a handful of mistakes, each once by a rule of its own."""

import re
from pathlib import Path

# As in the real service: without the JAR nothing is found, and nobody is told.
IS_STUB = not Path(__file__).with_name("languagetool-server.jar").exists()

# rule, category, its name, severity, pattern, replacements, message
RULES = [
    ("MORFOLOGIK_RULE_EN_US", "TYPOS", "Possible Typo", "error", r"\bteh\b", ["the"],
     "Possible spelling mistake found."),
    ("MORFOLOGIK_RULE_EN_US", "TYPOS", "Possible Typo", "error", r"\balot\b", ["a lot"],
     "Possible spelling mistake found."),
    ("THIS_NNS_VB", "GRAMMAR", "Grammar", "error", r"\bThis are\b", ["This is", "These are"],
     "The singular demonstrative does not agree with the verb."),
    ("HE_VERB_AGR", "GRAMMAR", "Grammar", "error", r"(?<=\bshe )(?:go|have)\b", ["goes", "has"],
     "The pronoun must be used with a third-person verb."),
    ("EN_A_VS_AN", "MISC", "Miscellaneous", "warning", r"\ba(?= [aeiou])", ["an"],
     "Use “an” instead of “a” before a vowel sound."),
    ("DOUBLE_PUNCTUATION", "PUNCTUATION", "Punctuation", "info", r",,|\.\.(?!\.)", [",", "."],
     "Two consecutive marks."),
]


def units(text):
    """Length in UTF-16 units, in which Java counts."""
    return len(text.encode("utf-16-le")) // 2


def allowed(request, rule, category):
    """Whether the request has this rule switched on."""
    def named(key):
        snake = re.sub("([A-Z])", lambda it: "_" + it[0].lower(), key)
        return request.get(key) or request.get(snake) or []

    on = rule in named("enabledRules") or category in named("enabledCategories")
    off = rule in named("disabledRules") or category in named("disabledCategories")
    only = request.get("enabledOnly", request.get("enabled_only", False))
    return on if only else on or not off


def found(text, request):
    """Every mistake, in the order of the text."""
    errors = []
    for rule, category, name, severity, pattern, replacements, message in RULES:
        if IS_STUB or not allowed(request, rule, category):
            continue
        for match in re.finditer(pattern, text, re.IGNORECASE):
            start = max(0, match.start() - 40)
            errors.append({
                "rule_id": rule,
                "message": message,
                "short_message": name,
                "offset": units(text[: match.start()]),
                "length": units(match[0]),
                "replacements": replacements[:5],
                "category": category,
                "severity": severity,
                "category_id": category,
                "category_name": name,
                "context": text[start : match.end() + 40],
                "context_offset": units(text[start : match.start()]),
            })
    return sorted(errors, key=lambda it: it["offset"])
