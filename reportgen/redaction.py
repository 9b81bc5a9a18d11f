r"""Takes secrets out of text before it is published or logged: keys, tokens, passwords, addresses of people and homes.

Names of runs, tags, configs and notes come from strangers, and now and then somebody logs a key. What looks like one is
replaced before any page, file or line of a log is made of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

REDACTED = "[redacted]"
SHORTEST_KEY = 16  # characters; a shorter value of something called just "key" is taken for a word

_NAMES = (
    r"(?:[\w.-]*[_.-])?(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?"
    r"|(?:api|access|secret|private|auth|encryption|license|ssh|wandb)[_.-]?key)"
)
_VALUE = r"""(?P<value>"[^"\n]+"|'[^'\n]+'|(?:Bearer|Basic)\s+[^\s,;]+|[^\s,;&"'<>)\]}]+)"""
_NAMED = re.compile(rf"(?P<name>(?<![\w]){_NAMES})(?P<between>[\"']?\s*[=:]\s*){_VALUE}", re.IGNORECASE)
_PLAIN_KEY = re.compile(
    rf"(?P<name>(?<![\w])key)(?P<between>[\"']?\s*[=:]\s*)(?P<value>[\w+/.=-]{{{SHORTEST_KEY},}})", re.IGNORECASE
)
_HARMLESS = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?|true|false|none|null|nan|\[redacted.*", re.IGNORECASE)
_SHAPES = re.compile(
    r"""
      -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----[\s\S]*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | (?<![\w-])eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?      # JSON web tokens
    | (?<!\w)(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)              # AWS
    | (?<!\w)AIza[\w-]{30,}                               # Google
    | (?<!\w)hf_(?:[A-Za-z0-9]{16,}|[A-Za-z0-9]{4,}…)                          # Hugging Face
    | (?<!\w)(?:gh[pousr]_(?:[A-Za-z0-9]{16,}|[A-Za-z0-9]{4,}…)|github_pat_\w{16,})
    | (?<!\w)glpat-[\w-]{16,}
    | (?<!\w)xox[abposr]-[\w-]{8,}
    | (?<![\w-])sk-(?:[A-Za-z0-9]+-)*(?:[A-Za-z0-9_]{16,}|[A-Za-z0-9_]{4,}…)    # OpenAI and its like
    | (?<!\w)(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}
    | (?<!\w)wandb_v\d_\w{16,}
    | (?<![0-9A-Za-z])(?:local-)?(?=[0-9]*[a-f])[0-9a-f]{40,}(?![0-9A-Za-z])  # W&B keys
    """,
    re.VERBOSE,
)
_USER = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)(?P<value>[^\s/@:]+(?::[^\s/@]*)?)@|"
                   r"(?<![\w/])(?P<bare>[\w.-]+:[^\s/@:]{3,})@(?=[\w-]+\.[\w.-]+)", re.IGNORECASE)  # fmt: skip
_REMOTE = re.compile(r"(?<![\w.-])git@[\w.-]+:[\w./~-]+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}(?![\w-])")
_HOME = re.compile(r"(?P<above>/(?:home|Users)/|[A-Za-z]:\\Users\\)(?P<value>[^/\\\s:'\"]+)")
_SECRET_NAME = re.compile(rf"{_NAMES}|key", re.IGNORECASE)


def is_secret_name(name: str) -> bool:
    """Tell whether what goes by a name is to be kept secret, whatever it is.

    Examples
    --------
    >>> is_secret_name("wandb_api_key"), is_secret_name("opt.token"), is_secret_name("tokens_per_second")
    (True, True, False)
    """
    return _SECRET_NAME.fullmatch(name.strip()) is not None


def redacted(text: str) -> str:
    """Return text with every secret replaced by ``[redacted]``, for logs and terminals.

    Examples
    --------
    >>> redacted("login --password=hunter2 at https://me:pw@host.org")
    'login --password=[redacted] at https://[redacted]@host.org'
    >>> redacted("losses/token: 0.5")
    'losses/token: 0.5'
    """
    return Redactor(numbered=False).of(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redactor:
    """Replaces secrets; with `numbered`, two different secrets stay two different texts.

    Parameters
    ----------
    numbered
        Write ``[redacted 1]``, ``[redacted 2]``, ... in the order in which secrets are met, so that names of two
        methods that differ only in a secret do not become one.
    known
        Texts that look like a key and are none, such as hashes and commits.
    """

    numbered: bool = True
    known: frozenset[str] = frozenset()
    _met: dict[str, str] = field(default_factory=dict)
    _done: dict[str, str] = field(default_factory=dict)

    def of(self, text: str, *, personal: bool = True) -> str:
        """Return text without secrets.

        Parameters
        ----------
        personal
            Take addresses of e-mail and names of home folders for secrets too; not in what an author wrote on purpose.
        """
        stored = f"{personal:d}{text}"
        if stored not in self._done:
            self._done[stored] = self._without(text, personal=personal)
        return self._done[stored]

    def value(self, secret: str) -> str:
        """Return what stands for a secret."""
        if not self.numbered:
            return REDACTED
        return self._met.setdefault(secret, f"[redacted {len(self._met) + 1}]")

    def _without(self, text: str, *, personal: bool) -> str:
        text = _SHAPES.sub(lambda match: self._unless_known(match.group()), text)
        text = _USER.sub(self._user, text)
        text = _NAMED.sub(self._named, text)
        text = _PLAIN_KEY.sub(self._named, text)
        if personal:
            text = _REMOTE.sub(lambda match: self.value(match.group()), text)
            text = _EMAIL.sub(lambda match: self.value(match.group()), text)
            text = _HOME.sub(lambda match: match["above"] + self.value(match["value"]), text)
        return text

    def _unless_known(self, found: str) -> str:
        return found if found in self.known else self.value(found)

    def _user(self, match: re.Match[str]) -> str:
        return f"{match['scheme'] or ''}{self.value(match['value'] or match['bare'])}@"

    def _named(self, match: re.Match[str]) -> str:
        value = match["value"]
        if _HARMLESS.fullmatch(value) or value in self.known:
            return match.group()
        return f"{match['name']}{match['between']}{self.value(value)}"
