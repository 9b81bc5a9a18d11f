"""What may go wrong between us and a server, and whether asking again may help."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["key", "refused", "project", "server", "late", "incomplete"]

AGAIN = frozenset({408, 425, 429})
NEVER = frozenset({400, 401, 403, 404})
REFUSAL = re.compile(r"permission denied|forbidden|not authorized|unauthorized|access denied", re.IGNORECASE)
STATUS = re.compile(r"\b(?:HTTP|status(?: code)?:?|returned error) (\d{3})\b|\b([45]\d\d) [A-Z][a-z]+")
WRAPPING = re.compile(r"(?:Failed to verify credentials with \S+: |(?:POST|GET|HEAD) \S+ giving up after .*?: )+")
LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failure.

    Parameters
    ----------
    kind
        ``key``: no API key is configured. ``refused``: the key or the right to read is refused. ``project``: there is
        no such project or run. ``late``: a deadline of ours passed. ``incomplete``: less came than the server says
        it has. ``server``: all else.
    status
        HTTP status, None where there was no answer or none that could be read.
    """

    kind: Kind
    text: str
    status: int | None = None

    @property
    def passing(self) -> bool:
        """Whether asking again may help."""
        if self.kind in {"key", "refused", "project"}:
            return False
        return self.status not in NEVER

    def words(self) -> str:
        """Return the cause in a few words."""
        if self.status == 429 or "rate limit" in self.text.casefold():  # noqa: PLR2004 - HTTP
            return f"the server asks for fewer requests ({self.text})"
        return self.text


def fault_of(text: str, status: int | None) -> Fault:
    """Return the fault that an error of the client stands for.

    Examples
    --------
    >>> fault_of("returned error 403: denied", None).kind
    'refused'
    >>> fault_of("POST https://host/graphql giving up after 3 attempt(s): HTTP 503: busy", 503).text
    'HTTP 503: busy'
    >>> fault_of("unexpected EOF", None).passing
    True
    """
    found = STATUS.search(text)
    code = status or (int(found[1] or found[2]) if found else None)
    plain = WRAPPING.sub("", " ".join(text.split()))
    short = plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
    if code in {401, 403} or (code in {None, 200} and REFUSAL.search(plain)):
        return Fault(kind="refused", text=short, status=code)
    if code == 404 or "could not find project" in plain.casefold():  # noqa: PLR2004 - HTTP
        return Fault(kind="project", text=short, status=code)
    return Fault(kind="server", text=short, status=code)


def fault_of_error(error: BaseException, *, secret: str = "", broken: bool = False) -> Fault:
    """Return the fault that an exception of the client stands for, told by the cause that says most.

    Parameters
    ----------
    secret
        The API key, which no text may show.
    broken
        What came was damaged: the server's fault, whatever the text says.
    """
    texts, status = [], None
    here: BaseException | None = error
    while here is not None:
        response = getattr(here, "response", None)
        status = status or getattr(response, "http_status", None)
        texts.append(str(here) or type(here).__name__)
        here = here.__cause__ or here.__context__
    text = max(texts, key=len)
    text = text.replace(secret, "…") if secret else text
    if type(error).__name__ == "UsageError":
        return Fault(kind="key", text=text)
    return Fault(kind="server", text=text) if broken else fault_of(text, status or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often to try; times in seconds.

    Parameters
    ----------
    silence
        A request that shows no sign of life for so long is given up.
    run, whole
        Limits for one run and for the whole fetch.
    attempts
        How often a request that may yet succeed is made.
    client_retries
        How often the client asks again by itself within each attempt, at least 1 (it takes 0 for its own default, 20);
        it waits as long as the server tells it to (Retry-After), as far as `silence` lets it.
    first_wait, longest_wait
        The pause before the second attempt; it doubles, up to the longest.
    in_a_row
        After so many runs in a row have failed the server is not asked again.
    """

    silence: float = 90
    run: float = 1800
    whole: float = 6 * 3600
    attempts: int = 3
    client_retries: int = 2
    first_wait: float = 2
    longest_wait: float = 60
    in_a_row: int = 5

    def wait(self, attempt: int) -> float:
        """Return the pause after the given attempt, the first being 1."""
        return float(min(self.first_wait * 2 ** (attempt - 1), self.longest_wait))


USUAL = Patience()
