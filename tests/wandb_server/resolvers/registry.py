"""Where resolvers stand, and what several of them need: pages of a list, and attributes by their names."""

import base64
import re
from collections.abc import Mapping

FIELDS = {}


def resolves(*names):
    """Let a function answer for fields, each named as Type.field."""

    def register(function):
        FIELDS.update(dict.fromkeys(names, function))
        return function

    return register


def attribute(source, info, **arguments):
    """Answer any other field: by the attribute or the key of its name, in snake case where need be."""
    name = info.field_name
    names = (name, re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
    if isinstance(source, Mapping):
        return next((source[one] for one in names if one in source), None)
    return next((getattr(source, one) for one in names if hasattr(source, one)), None)


def page(items, *, after=None, first=None, total=None):
    """Return one page of a list as a connection."""
    start = int(base64.b64decode(after)) if after else 0
    end = len(items) if first is None else min(len(items), start + first)
    edges = [{"node": item, "cursor": _cursor(start + index + 1)} for index, item in enumerate(items[start:end])]
    return {
        "edges": edges,
        "pageInfo": {"endCursor": edges[-1]["cursor"] if edges else None, "hasNextPage": end < len(items)},
        "totalCount": len(items) if total is None else total,
    }


def _cursor(position):
    return base64.b64encode(str(position).encode()).decode()
