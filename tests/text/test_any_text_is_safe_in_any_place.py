"""Laws of escaping: whatever a stranger writes stays text, and reads back as what it was."""

import csv
import html as standard
import io
import re
import subprocess
import unicodedata

import markdown
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reportgen.text import LONGEST_LABEL, csv_cell, csv_text, html, tex, visible

ANY = st.text(max_size=60) | st.text(st.sampled_from("<>&\"'`|[](){}$\\#%_^~-,=+@ \t\n:/.!x1\u202e\u200b\x00é中😀"))
EVERY = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
EXTENSIONS = ["attr_list", "md_in_html", "tables", "admonition", "pymdownx.superfences", "pymdownx.details"]


@given(ANY)
def test_html_reads_back_as_the_text_that_is_shown(text):
    shown = visible(text)
    assert standard.unescape(html(shown)) == shown


@given(ANY)
def test_html_has_nothing_but_letters_digits_spaces_and_entities(text):
    assert re.fullmatch(r"(?:[^\W_]| |&#\d+;)*", html(text))


@given(ANY)
@example("{: onclick=alert(1) } **b** | [x](javascript:alert(1)) 1. # `c`")
def test_markdown_makes_nothing_of_it(text):
    shown = visible(text)
    made = markdown.markdown(f"x{html(shown)}", extensions=EXTENSIONS)
    assert standard.unescape(made) == f"<p>x{shown}</p>"


@given(ANY, st.integers(1, 100))
def test_what_is_shown_has_no_character_that_cannot_be_seen(text, longest):
    shown = visible(text, longest=longest)
    assert len(shown) <= longest
    assert all(character == " " or unicodedata.category(character)[0] not in "CZ" for character in shown)


@given(ANY)
def test_what_is_shown_once_is_shown_again_the_same(text):
    assert visible(visible(text, longest=10_000), longest=10_000) == visible(text, longest=10_000)


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=LONGEST_LABEL))
def test_a_plain_label_is_shown_as_it_is(text):
    composed = unicodedata.normalize("NFC", text)
    assert visible(composed) == (composed if len(composed) <= LONGEST_LABEL else composed[: LONGEST_LABEL - 1] + "…")


@given(ANY)
def test_latex_is_ascii_with_no_special_unescaped_and_braces_in_pairs(text):
    written = tex(visible(text))
    assert written.isascii()
    rest = re.sub(r"\\ensuremath\{(?:[^{}]|\{[^{}]*\})*\}", "", written)
    rest = re.sub(r"\\[{}$&#%_]|\\[a-zA-Z]+(?![a-zA-Z])|\\[`'^\"~=.]", "", rest)
    assert not set(rest) & set('\\$&#%_^~<>|"`'), rest
    depth = 0
    for brace in re.findall(r"[{}]", rest):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0


def test_latex_joins_no_two_characters_to_a_third():
    assert tex("a--b---c,,d") == "a-{}-b-{}-{}-c,{},d"
    assert tex("–") == "--"


@pytest.mark.slow
def test_every_character_of_unicode_compiles(tmp_path):
    """Every macro that any character becomes, with the preamble's encoding and fonts only."""
    macros = sorted({tex(character) for character in EVERY if visible(character) == character})
    macros = [macro for macro in macros if not macro.startswith("U+")]
    assert len(macros) > 400
    lines = "\n".join(f"\\setbox0\\hbox{{{macro}}}" for macro in macros)
    head = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{textcomp}\begin{document}"
    (tmp_path / "t.tex").write_text(f"{head}\n{lines}\n.\\end{{document}}\n")
    command = ["pdflatex", "-halt-on-error", "-no-shell-escape", "-interaction=nonstopmode", "t.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "t.log").read_text(errors="replace")


def test_names_in_the_languages_of_authors_stay_readable():
    assert tex("Ångström Žižek Łukasz ñ ß œ Ş α→β ≤ ±") == (
        r"{\r{A}}ngstr{\"o}m {\v{Z}}i{\v{z}}ek {\L}ukasz {\~n} {\ss} {\oe} {\c{S}} "
        r"{\ensuremath{\alpha}}\ensuremath{\rightarrow}{\ensuremath{\beta}} \ensuremath{\leq} {\ensuremath{\pm}}"
    )
    assert tex("Ж中") == "U+0416U+4E2D"


@given(ANY)
def test_no_csv_cell_starts_a_formula_and_the_text_is_not_lost(text):
    cell = csv_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell in {text, f"'{text}"}


@given(st.lists(st.lists(ANY, min_size=2, max_size=3), max_size=3))
@example([["x", "\r=1+1"], ["\n=1+1", 'y"\r']])
def test_csv_reads_back_and_no_line_that_a_text_begins_starts_a_formula(rows):
    text = csv_text([[csv_cell(cell) for cell in row] for row in rows])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [[csv_cell(cell) for cell in row] for row in rows]
    bare = re.sub(r'"(?:[^"]|"")*"', "", text)
    assert not re.search(r"(?:^|[\r\n,])[=+@-]", bare)
