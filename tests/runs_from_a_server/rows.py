"""Rows that runs log in these tests, and what of them must arrive."""

import numpy as np


def history(rows=40, *, start=0):
    """Rows of two metrics; one is logged at every fourth row only."""
    made = []
    for k in range(start, start + rows):
        row = {"_step": k, "_timestamp": 1.7e9 + k, "loss": float(np.sin(k))}
        made.append(row | ({"score": k / 7} if k % 4 == 0 else {}))
    return made


def points(record, metric="loss"):
    """The points of a metric: step to value."""
    one = next(one for one in record.series if one.metric == metric)
    return dict(zip(one.steps.tolist(), one.values.tolist(), strict=True))


def expected(rows, metric="loss"):
    return {float(row["_step"]): row[metric] for row in rows if metric in row}
