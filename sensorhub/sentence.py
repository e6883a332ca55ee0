"""Sentences: where one ends; how long one that a gateway sends may be, and what is left of a longer one."""

SENTENCE_MAX = 200
"""Characters of a fault, a trouble or a reply (docs/formats.md). Our own fit; with words of others in them some do not.
"""


def ended(text: str) -> str:
    """`text` with a full stop, where no mark ends it."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def shortened(text: str) -> str:
    """`text`, or as many of its words as a message takes, with an ellipsis in the place of the rest."""
    if len(text) <= SENTENCE_MAX:
        return text
    words, space, _ = text[:SENTENCE_MAX].rpartition(" ")
    if not space or len(words) < SENTENCE_MAX // 2:  # one endless word
        words = text[: SENTENCE_MAX - 1]
    return words.rstrip(" ,;:") + "…"
