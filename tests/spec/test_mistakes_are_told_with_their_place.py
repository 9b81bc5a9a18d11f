"""Every mistake of a spec at once: file:line:column, the line, a caret, and what would have worked."""

import pytest

from reportgen.errors import SpecError
from reportgen.spec import load, loads

FILES = "files: {path: scores.csv}\n"


def told(text, *settings):
    with pytest.raises(SpecError) as caught:
        loads(text, overrides=settings)
    return str(caught.value)


def test_an_unknown_key_names_the_nearest_one_and_points_at_itself():
    assert told(f"{FILES}analysis:\n  bootstrap_sample: 5\n") == (
        "spec.yaml:3:3: unknown key 'bootstrap_sample' in `analysis`; did you mean 'bootstrap_samples'?\n"
        "      bootstrap_sample: 5\n"
        "      ^"
    )


def test_a_duplicate_key_names_both_lines():
    assert "spec.yaml:3:1: the key 'score' stands twice, first in line 2" in told(f"{FILES}score: {{}}\nscore: {{}}\n")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    text = told(f"{FILES}report: {{title: 12}}\nanalysis: {{interval: bca, confidence_level: 95}}\nmethod: x\n")
    places = [line.split(": ")[0] for line in text.splitlines() if line.startswith("spec.yaml")]
    assert places == ["spec.yaml:2:17", "spec.yaml:3:22", "spec.yaml:3:45", "spec.yaml:4:1"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("report: {title: 12}", "if that is a name, quote it: '12'"),
        ("report: {title: true}", "quote it: 'true'"),
        ("report: {slug: A B}", "lowercase letters, digits, - and _"),
        ("analysis: {bootstrap_samples: many}", "must be a whole number, e.g. 10000, not 'many'"),
        ("analysis: {bootstrap_samples: 0}", "at least 100 and at most 1000000, not 0"),
        ("analysis: {bootstrap_samples: 1000000000}", "at most 1000000, not 1000000000"),
        ("analysis: {confidence_level: 95}", "less than 1, not 95; did you mean 0.95?"),
        ("analysis: {iqm_trim_percentage: 0.5}", "less than 0.5"),
        ("analysis: {interval: expanded}", "expanded_t, percentile, not 'expanded'; did you mean 'expanded_t'?"),
        ("analysis: {aggregates: [iqn]}", "did you mean 'iqm'?"),
        ("metrics: {primary: [{id: a}]}", "a metric has a name, e.g. {name: reward}, or is computed from others"),
        ("metrics: {primary: [3]}", "`metrics.primary.0` must be a text or a mapping, not 3"),
        ("metrics: {primary: reward}", "must be a list of texts or mappings, not 'reward'; did you mean [reward]?"),
        ("score: {reduce: at}", "reduce 'at' needs a step"),
        ("score: {reduce: last, k: 3}", "reduce 'last' does not take k"),
        ("score: {k: 3, fraction: 0.1}", "either k or fraction"),
        ("sources: [{files: {path: a}, wandb: {}}]", "several sources go into one list"),
        ("axes: {method: {group: 'yes'}}", "must be true or false"),
        ("axes: {method: {name: 'a(b'}}", "spec.yaml:2:23: 'a(b' is no regular expression: missing ), unterminated"),
        ("metrics: {directions: [{maximize: '['}]}", "'[' is no regular expression: unterminated character set"),
    ],
)
def test_a_wrong_value_is_told_in_plain_words(lines, words):
    assert words in told(f"{FILES}{lines}\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the spec is empty"),
        ("- a\n", "a spec is a mapping"),
        ("report: {title: x}\n", "no source of runs"),
        ("files:\n\tpath: x\n", "spec.yaml:2:1: a tab stands where spaces indent"),
        ("files: {path: x\n", "spec.yaml:"),
        ("files: !!python/object:os.system {path: x}\n", "tags such as 'tag:yaml.org,2002:python/object:os.system'"),
        ("a: &x {path: y}\nfiles: {<<: *x}\n", "merge keys"),
        ("files: " + "[" * 60 + "]" * 60, "deeper than 50 levels"),
        ("report: {title: '" + "x" * 1_000_001 + "'}", "larger than 1,000,000 bytes"),
        ("a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)
        ), "aliases nested in aliases"),
    ],
    ids=["empty", "list", "no source", "tab", "unclosed", "tag", "merge", "deep", "large", "bomb"],
)  # fmt: skip
def test_what_is_no_spec_at_all_is_refused(text, words):
    assert words in told(text)


def test_files_that_cannot_be_specs_are_refused(tmp_path):
    (tmp_path / "report.yaml").write_text(FILES)
    (tmp_path / "latin.yaml").write_bytes("files: {path: é}".encode("latin-1"))
    for name, words in [
        ("reprt.yaml", "no such file; did you mean 'report.yaml'"),
        (".", "a folder; give a spec file: latin.yaml, report.yaml"),
        ("latin.yaml", "not UTF-8 at byte 14"),
    ]:
        with pytest.raises(SpecError) as caught:
            load(tmp_path / name)
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("analysis.seed", "write KEY=VALUE"),
        ("analysis.seed=x", "--set analysis.seed=x: `analysis.seed` must be a whole number"),
        ("analysis.sede=1", "unknown key 'sede' in `analysis`; did you mean 'seed'?"),
        ("sources.3.files.path=x", "`sources` has one item, 0; there is no '3'"),
        ("baseline.x=1", "`baseline` is 'PPO', which has no parts"),
    ],
)
def test_a_wrong_setting_is_told_as_a_setting(setting, words):
    assert words in told(f"{FILES}baseline: PPO\n", setting)
