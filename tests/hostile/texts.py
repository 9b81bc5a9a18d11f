"""Texts that mean something to some program on their way: markup, links, formulas, macros, paths, templates."""

import random
import unicodedata

from reportgen.redaction import redacted

PARTS = (
    *("<script>window.broken=1</script>", "<img src=x onerror=window.broken=1>", "</td></table>", "<b>", "<!--", "-->"),
    *("</title>", "<svg/onload=alert(1)>", "<iframe src=//evil.example>", "&lt;", "&#60;", "&amp;", "'\"><a href=x>"),
    *("[x](javascript:alert(1))", "javascript:alert(1)", "https://evil.example/?", "![](http://evil.example/p.png)"),
    *("<http://evil.example>", "[ref]: http://evil.example", "data:text/html,<b>", "www.evil.example", "a@evil.io"),
    *("{{ 7*7 }}", "{% raw %}", "{%- include '/etc/passwd' %}", "{# x #}", "{: onclick=alert(1) }", "{ .c #i }"),
    *("| a | b |", "|---|", "**bold**", "_it_", "`code`", "~~~", "```", "# head", "> quote", "- item", "1. one", "---"),
    *("!!! note", "??? x", ":smile:", ":material-home:", "[^1]", "*[A]: b", "--8<-- 'mkdocs.yml'", "[TOC]", "++x++"),
    *("\\input{/etc/passwd}", "\\write18{id}", "\\end{document}", "$x^2$", "%", "&", "#1", "~", "\\\\[1cm]", "\\par"),
    *("^^41", "--", "``", "''", ",,", "\\catcode`\\%=12", "\\csname x\\endcsname", "{", "}", "\\", "\\verb|x|"),
    *("=1+1", '=HYPERLINK("http://evil.example")', "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"),
    *("../../etc", "/etc/passwd", "C:\\x", "con", "a/b", "%2e%2e%2f", ".git", "~root", "file:///etc/passwd", "*?[a]"),
    *("\u202egnp.exe", "\u2066x\u2069", "\u200b", "\ufeff", "\x00", "\x07", "\x1b[31m", "\n", "\r\n", "\x85", "\u2028"),
    *("é", "e\u0301", "ß", "İ", "ﬁ", "中文", "😀", "𝔸", "ə", "∮", "\u00a0", "\u3000", "\ufffd", "\ud7ff", "Ω"),
    *("!!python/object:os.system", "- !!str", ": ", "yes", "null", "NaN", "1e5", "12e45678", "0x1F", "007", "on", "''"),
    *("$(id)", "`id`", "; rm -rf .", "%s%n", "{0.__class__}", "' OR 1=1 --", "x" * 90, " ", "  ", "step", "0"),
)  # fmt: skip


def hostile_texts(seed=0):
    """Yield distinct texts without end; no two of them look alike once they are composed."""
    draw, seen = random.Random(seed), set()  # noqa: S311 - no secret
    while True:
        text = draw.choice(("", " ", "")).join(draw.choices(PARTS, k=draw.randint(1, 4))) + draw.choice(("", " ", "7"))
        key = unicodedata.normalize("NFKC", text).casefold().strip()
        meant = "${" in text or redacted(text) != text  # an interpolation, or what looks like a secret, is no mere name
        if key and key not in seen and not meant:
            seen.add(key)
            yield text
