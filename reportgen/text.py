"""Strangers' text made safe for each place it is shown in: pages, LaTeX, CSV, terminals.

Names of runs, tasks, methods and metrics come from anywhere. Nothing of them is ever markup, a link, a formula or a
macro, and what cannot be seen is written out.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_LABEL = 80
LONGEST_PROSE = 4000  # captions, notes, reasons
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "−": r"\ensuremath{-}",
    "×": r"\ensuremath{\times}",
    "→": r"\ensuremath{\rightarrow}",
    "τ": r"\ensuremath{\tau}",
    "γ": r"\ensuremath{\gamma}",
    "≥": r"\ensuremath{\geq}",
    "≤": r"\ensuremath{\leq}",
    "·": r"\ensuremath{\cdot}",
    "–": "--",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
}

_TEXT_MACROS, _MATH_MACROS = (
    frozenset(words.split())
    for words in (
        """
        i j r v c u k H AE ae OE oe O o L l ss DH dh DJ dj TH th NG ng IJ ij textexclamdown textquestiondown
        textcent textsterling textcurrency textyen texteuro textbrokenbar textsection textasciidieresis
        textasciiacute textasciimacron textcopyright textregistered texttrademark textordfeminine
        textordmasculine guillemotleft guillemotright guilsinglleft guilsinglright textlnot textdegree
        textonesuperior texttwosuperior textthreesuperior textmu textparagraph textperiodcentered
        textonequarter textonehalf textthreequarters texttimes textdiv textendash textemdash textquoteleft
        textquoteright quotesinglbase textquotedblleft textquotedblright quotedblbase textdagger
        textdaggerdbl textbullet textellipsis textperthousand textleftarrow textrightarrow textuparrow
        textdownarrow
        """,
        """
        ensuremath acute ddot dot not alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota
        kappa lambda mu nu xi pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma
        Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega pm mp leq geq neq ll gg approx sim simeq cong
        equiv propto infty in ni notin subset supset subseteq supseteq cap cup wedge vee forall exists
        partial nabla sum prod int sqrt cdot circ bullet star oplus otimes perp parallel mid langle rangle
        lceil rceil lfloor rfloor ell hbar aleph leftarrow rightarrow uparrow downarrow leftrightarrow
        mapsto Leftarrow Rightarrow Leftrightarrow
        """,
    )
)
"""What pylatexenc may answer with: LaTeX's kernel, textcomp and the T1 encoding; the rest needs more packages."""


def visible(text: str, *, longest: int = LONGEST_LABEL) -> str:
    r"""Return the display form of a text: composed, with invisible and direction-changing characters written out.

    Examples
    --------
    >>> print(visible("a\u202eb\n"))
    a\u202eb\u000a
    >>> visible("x" * 100, longest=5)
    'xxxx…'
    """
    composed = unicodedata.normalize("NFC", text)
    shown = "".join(character if _is_seen(character) else f"\\u{ord(character):04x}" for character in composed)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _is_seen(character: str) -> bool:
    return character == " " or unicodedata.category(character)[0] not in "CZ"


def html(text: str) -> str:
    """Return text as HTML that no markdown or HTML parser can take for markup: `&#N;` for all but letters and digits.

    Examples
    --------
    >>> html("a_b <i>")
    'a&#95;b &#60;i&#62;'
    """
    return re.sub(r"[^\w ]|_|^ +| +$| (?= )", lambda match: "".join(f"&#{ord(c)};" for c in match.group()), text)


def tex(text: str) -> str:
    r"""Return text as LaTeX: specials escaped, other characters by their macros, unknown ones as U+XXXX.

    Two hyphens or commas stay apart, which TeX would join to another character.

    Examples
    --------
    >>> print(tex("50 % of x_1, é"))
    50 \% of x\_1, {\'e}
    """
    return "".join(
        (_TEX.get(character) or _tex_character(character)) + ("{}" if character == after and after in "-," else "")
        for character, after in pairwise(f"{text} ")
    )


@cache
def _tex_character(character: str) -> str:
    if character.isascii():
        return character
    from pylatexenc.latexencode import UnicodeToLatexEncoder  # noqa: PLC0415 - slow to load, and rarely needed

    encoder = UnicodeToLatexEncoder(
        unknown_char_policy="ignore", unknown_char_warning=False, replacement_latex_protection="braces-all"
    )
    macro: str = encoder.unicode_to_latex(character)
    allowed = _MATH_MACROS if r"\ensuremath" in macro else _TEXT_MACROS
    known = macro.isascii() and allowed.issuperset(re.findall(r"\\([a-zA-Z]+)", macro))
    return macro if macro and known else f"U+{ord(character):04X}"


def csv_cell(text: str) -> str:
    """Return text for a CSV cell that no spreadsheet takes for a formula.

    Examples
    --------
    >>> csv_cell("=1+1"), csv_cell("plain")
    ("'=1+1", 'plain')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    r"""Return rows as CSV with plain line ends, quoted where a cell holds a quote, a comma or any line end.

    A lone carriage return begins a new row for many readers, and `csv.writer` leaves it bare.

    Examples
    --------
    >>> csv_text([["a", "b,c"], ["x\r=1", ""]])
    'a,"b,c"\n"x\r=1",\n'
    """
    return "".join(f"{','.join(map(_quoted, row))}\n" for row in rows)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if re.search('[",\r\n]', cell) else cell


def yaml_word(text: str) -> str:
    """Return text as a YAML scalar for a line of spec, quoted where it needs to be.

    Examples
    --------
    >>> print(yaml_word("eval/reward"), yaml_word("*bold*: 1"), yaml_word("12"))
    eval/reward "*bold*: 1" "12"
    """
    plain = re.fullmatch(r"[^\W\d_][\w./ -]*", text) and text not in {"true", "false", "null"} and text == text.strip()
    return text if plain else json.dumps(text, ensure_ascii=False)
