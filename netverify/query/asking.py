"""Who looks a name up: one workload, or ordinary pods of a namespace."""

from __future__ import annotations

from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.policy.predicate import IsWorkload
from netverify.query.endpoint_grammar import EndpointPhrase
from netverify.query.narrowing import read_flag
from netverify.query.sentence_error import SentenceError

_FLAG = "--from"


def read_asking(text: str, cluster: Cluster, default_namespace: str | None) -> EndpointPhrase:
    """The pods that ``text`` names, whose resolver configuration is one and the same.

    Raises :class:`SentenceError`; its sentence is the flag with its value.
    """
    phrase = read_flag(_FLAG, text, End.SOURCE, cluster, default_namespace)
    if isinstance(phrase.predicate, IsWorkload) or phrase.text.startswith("namespace "):
        return phrase
    sentence = f"{_FLAG} {text}"
    message = f"`{text}` is neither a workload nor a namespace"
    advice = "name the pods that ask: `NS/NAME`, or `namespace NS` for an ordinary pod there"
    raise SentenceError("NV402", message, sentence, len(_FLAG) + 1, len(sentence), advice)
