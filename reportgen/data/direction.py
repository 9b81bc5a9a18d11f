"""Whether more is better: the spec's rules, else classes of whole tokens in the metric's name."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.scores import Direction
    from reportgen.spec.model import MetricEntry, Metrics

INFERRED = "inferred from its name"

_CLASSES: dict[Direction, str] = {
    "none": """step epoch iteration timestep frame lr epsilon kl entropy ratio alpha std count total
        global_step learning_rate clip_range grad_norm""",
    "maximize": """reward return score accuracy acc success winrate win f1 auc auroc precision recall map bleu rouge r2
        iou dice ndcg mrr em psnr ssim fps sps throughput utilization hypervolume
        explained_variance success_ratio win_ratio""",
    "minimize": """loss error err mse mae rmse nll ppl perplexity wer cer fid regret igd brier ece cost penalty latency
        runtime duration time violation memory failed failure unsuccessful""",
}
_SINGLE = {word: kind for kind, words in _CLASSES.items() for word in words.split() if "_" not in word}
_PHRASES = {tuple(word.split("_")): kind for kind, words in _CLASSES.items() for word in words.split() if "_" in word}
_QUALIFIERS = {"std", "var", "min", "max"}
_TO = (("step", "to"), ("time", "to"))
_CAMEL = re.compile(r"[A-Z]\d+(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+")
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""))


def tokens(name: str) -> tuple[str, ...]:
    """Split a metric's name at ``/ _ . -``, spaces and camelCase into lowercase tokens, known plurals in singular.

    Examples
    --------
    >>> tokens("charts/episodicReturns")
    ('charts', 'episodic', 'return')
    >>> tokens("eval/IoU"), tokens("testF1")
    (('eval', 'iou'), ('test', 'f1'))
    """
    found: list[str] = []
    for part in re.split(r"[/_.\-\s]+", name):
        whole = _singular(part.lower())
        if whole in _SINGLE or part.islower() or part.isupper():
            found.append(whole)
        else:
            found += [_singular(piece.lower()) for piece in _CAMEL.findall(part)]
    return tuple(token for token in found if token)


def _singular(word: str) -> str:
    known = _SINGLE.keys() | {part for phrase in _PHRASES for part in phrase}
    if word in known:
        return word
    stems = (word.removesuffix(ending) + instead for ending, instead in _ENDINGS if word.endswith(ending))
    return next((stem for stem in stems if stem in known), word)


def infer_direction(name: str) -> Direction:
    """Return the class that a name's tokens belong to, ``unknown`` when it is none or more than one.

    Entries of several tokens (``explained_variance``) beat single ones.

    Examples
    --------
    >>> infer_direction("charts/episodic_return"), infer_direction("losses/value_loss"), infer_direction("lr")
    ('maximize', 'minimize', 'none')
    >>> infer_direction("brier_score"), infer_direction("steps_to_success"), infer_direction("reward_std")
    ('unknown', 'minimize', 'none')
    """
    words = tokens(name)
    if not words or words[-1] in _QUALIFIERS:
        return "none" if words else "unknown"
    if any(pair in _TO for pair in pairwise(words)):
        return "minimize"
    kinds = {kind for phrase, kind in _PHRASES.items() if _contains(words, phrase)}
    kinds = kinds or {_SINGLE[word] for word in words if word in _SINGLE}
    return kinds.pop() if len(kinds) == 1 else "unknown"


def _contains(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return any(words[start : start + len(phrase)] == phrase for start in range(len(words)))


def direction_of(
    entry: MetricEntry, names: Sequence[str], metrics: Metrics, *, preset: Sequence[Mapping[str, str]] = ()
) -> tuple[Direction, str]:
    """Return the direction of a metric and who said so: the entry, the ordered rules, else its names.

    Parameters
    ----------
    names
        Every metric name that the entry stands for; they must agree.
    preset
        The rules among `metrics.directions` that a preset gave.
    """
    if entry.direction is not None:
        return entry.direction, "spec"
    told = {_told(name, metrics, preset) for name in names}
    if len(told) != 1:
        return "unknown", "its names disagree"
    return told.pop()


def _told(name: str, metrics: Metrics, preset: Sequence[Mapping[str, str]]) -> tuple[Direction, str]:
    for rule in metrics.directions:
        for direction, pattern in rule.items():
            if re.search(pattern, name):
                return direction, "preset" if rule in preset else "spec"
    return infer_direction(name), INFERRED
