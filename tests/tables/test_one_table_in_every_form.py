"""One table value, five forms: the same words and the same numbers in each, and nothing of a stranger's text alive."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from reportgen.tables import terminal
from reportgen.tables.latex import write_latex
from reportgen.tables.plain import write_csv, write_markdown
from reportgen.tables.values import Cell, Column, decimals, number
from reportgen.tables.webpage import write_html

COMMENT = "report 1234, spec abcd, reportgen 0"
FORMS = {
    "html": write_html,
    "md": write_markdown,
    "tex": lambda table: write_latex(table, COMMENT),
    "csv": write_csv,
    "txt": lambda table: terminal(table) + "\n",
}
NUMBER = re.compile(r"[−-]?(?:\d+(?:\.\d+)?|∞)")


class Rows(HTMLParser):
    """The texts of all cells, and every tag and attribute that was met."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags, self.attributes, self.open = [], set(), set(), False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self.open = True

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.open = False

    def handle_data(self, data):
        if self.open:
            self.rows[-1][-1] += data


def html_rows(table):
    return Rows(write_html(table)).rows[1:]


def markdown_rows(table):
    lines = [line for line in write_markdown(table).splitlines() if line.startswith("|")][2:]
    return [Rows("<tr><td>" + line.strip("|").replace("|", "<td>")).rows[0] for line in lines]


def latex_rows(table):
    body = re.search(r"\\midrule\n(.*)\\bottomrule", write_latex(table, COMMENT), re.DOTALL).group(1)
    plain = body.replace(r"{\ensuremath{\infty}}", "∞").replace(r"\ensuremath{-}", "−")
    plain = re.sub(r"(?<![\w-])-(?=\d)", "−", plain)
    return [line.removesuffix(r" \\").split(" & ") for line in plain.splitlines()]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("which", ["small", "hostile"])
def test_every_form_is_as_it_was(form, which, request, golden):
    golden(f"tables/{which}.{form}.txt", FORMS[form](request.getfixturevalue(which)))


def test_all_forms_show_the_same_numbers(small):
    def numbers_of(rows):
        return [[NUMBER.findall(re.sub(r"\bn \d+$", "", cell)) for cell in row[1:]] for row in rows]

    shown = numbers_of(html_rows(small))
    assert shown[0] == [["0.64", "0.58", "0.71"], ["12.0", "0.3"], ["5"], ["−0.250"]]
    assert shown[1] == [["−0.50"], ["0.0", "0.0"], ["1"], ["0.000"]]
    assert shown[3][2] == ["∞"]
    assert numbers_of(markdown_rows(small)) == shown
    assert numbers_of(latex_rows(small)) == shown
    lines = terminal(small).splitlines()[2:6]
    assert [NUMBER.findall(line) for line in lines] == [[text for cell in row for text in cell] for row in shown]


def test_csv_has_every_digit_and_a_column_for_each_number(small):
    header, *rows = csv.reader(io.StringIO(write_csv(small)))
    assert header == ["method", "iqm", "iqm_low", "iqm_high", "tasks", "tasks_sd", "tasks_n", "runs", "gain"]
    assert rows[0] == ["Dyna-Q", "0.6412345", "0.5834", "0.7119", "12.0499", "0.3333", "5", "5.0", "-0.25"]
    assert rows[2][1:] == ["", "", "", "", "", "", "0.0", ""]
    assert rows[3][1:4] == ["inf", "-inf", "inf"]


def test_csv_starts_no_formula(hostile):
    for row in csv.reader(io.StringIO(write_csv(hostile))):
        for text in row:
            assert not text.startswith(("=", "+", "@", "\t", "\r"))
            assert not text.startswith("-") or float(text) < 0


def test_html_and_markdown_hold_only_their_own_tags(hostile):
    met = Rows(write_html(hostile))
    assert met.tags == {"div", "table", "caption", "thead", "tr", "th", "tbody", "td", "span", "a", "ul", "li", "p"}
    assert met.attributes == {"class", "id", "scope", "data-type", "data-sort", "title", "href"}
    assert Rows(write_markdown(hostile)).tags == set()


@pytest.mark.parametrize("form", ["html", "md", "tex", "txt"])
def test_no_form_lets_an_invisible_character_through(form, hostile):
    written = FORMS[form](hostile)
    for character in "\u202e\u200b\x1b\x00":
        assert character not in written
        assert f"&#{ord(character)};" not in written
    assert "u202e" in written


def test_a_withheld_number_says_why_where_it_is_missing(small):
    written = write_html(small)
    assert re.search(r'class="rg-none" data-sort="" title="not normalised">&#8211;<', written)


@pytest.mark.parametrize(
    ("cells", "places"),
    [
        ([Cell(value=0.6412, low=0.58, high=0.71)], 3),
        ([Cell(value=1.0, sd=12.0), Cell(value=3.0, sd=14.0)], 0),
        ([Cell(value=1234.5)], 0),
        ([Cell(value=12.34)], 1),
        ([Cell(value=0.00001234)], 6),
        ([Cell(value=5.0), Cell(value=300.0)], 0),
        ([Cell(value=0.5, sd=0.0)], 3),
        ([Cell(), Cell(text="x")], 0),
        ([Cell(value=float("inf"))], 0),
        ([Cell(value=0.5, low=float("-inf"), high=float("inf"))], 3),
    ],
)
def test_decimals_show_two_digits_of_the_uncertainty_else_three_of_the_size(cells, places):
    assert decimals(cells) == places


def test_numbers_that_round_to_zero_lose_their_sign():
    assert number(-0.0, 1) == number(-0.04, 1) == "0.0"
    assert number(-0.06, 1) == "−0.1"


def test_wide_tables_are_cut_into_parts_that_repeat_the_first_column(numbers):
    table = numbers(3, 20)
    written = write_latex(table, COMMENT)
    parts = written.split(r"\begin{table}")[1:]
    assert len(parts) > 1
    labels = [re.search(r"\\label\{(.*?)\}", part).group(1) for part in parts]
    assert len(set(labels)) == len(parts)
    for index, part in enumerate(parts, start=1):
        assert f"(part {index} of {len(parts)})" in part
        assert all(f"task {row} & " in part for row in range(3))
    heads = re.findall(r"\{(\d{10})\}", written)
    assert heads == [column.label for column in table.columns[1:]]


def test_long_tables_become_longtables_with_their_head_on_every_page(numbers):
    assert r"\begin{longtable}" not in write_latex(numbers(45, 2), COMMENT)
    written = write_latex(numbers(46, 2), COMMENT)
    assert r"\begin{longtable}" in written
    assert r"\endfirsthead" in written
    assert r"\endhead" in written
    assert r"\begin{table}" not in written


def test_a_table_without_rows_has_its_head(numbers):
    table = numbers(0, 2)
    assert "<tbody>" in write_html(table)
    assert write_csv(table) == "task,c0,c1\n"
    assert "0000000001" in terminal(table)
    assert r"\begin{tabular}" in write_latex(table, COMMENT)


def test_a_column_of_numbers_keeps_a_cells_own_decimals_in_every_form(numbers):
    column = Column(key="x", label="x", kind="number", decimals=1)
    table = numbers(1, 0)
    table = type(table)(
        **{
            **{name: getattr(table, name) for name in table.__slots__},
            "columns": (*table.columns, column),
            "rows": ((table.rows[0][0], Cell(value=1.25, decimals=2)),),
        }
    )
    for rows in (html_rows(table), markdown_rows(table), latex_rows(table)):
        assert NUMBER.findall(rows[0][1]) == ["1.25"]
