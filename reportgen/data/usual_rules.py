"""The score rules that a table of sensitivity tries: those that papers use."""

from __future__ import annotations

from reportgen.spec.model import Score

USUAL_RULES = (
    Score(reduce="last"),
    Score(reduce="mean_last", fraction=0.01),
    Score(reduce="mean_last", fraction=0.05),
    Score(reduce="mean_last", fraction=0.1),
    Score(reduce="mean_last", fraction=0.25),
    Score(reduce="best"),
    Score(reduce="auc"),
)
