"""A corpus of bad specs and the whole text of what is told about each."""

from pathlib import Path

import pytest

from reportgen.errors import SpecError
from reportgen.spec import load, loads

FILES = "files: {path: scores.csv, values: [score]}\n"
DIGITS = [f"{name}: &{name} [{', '.join(['*' + inner] * 9)}]\n" for inner, name in zip("abcde", "bcdef", strict=True)]
CORPUS = {
    "unknown-key": f"{FILES}analysis:\n  bootstrap_sample: 5\nrename: {{frobnicate: 1}}\n",
    "unknown-key-of-another-section": f"{FILES}confidence_level: 0.9\ntitle: A report\n",
    "unknown-key-instead-of-a-needed-one": f"{FILES}metrics:\n  primary:\n    - naem: score\n",
    "duplicate-keys": f"{FILES}analysis:\n  seed: 1\n  unit: run\n  seed: 2\nscore: {{k: 3, k: 4}}\n",
    "tab": f"{FILES}analysis:\n\tseed: 1\n",
    "indentation": f"{FILES}analysis:\n  seed: 1\n   unit: run\n",
    "outdented": f"{FILES}analysis:\n    seed: 1\n  unit: run\n",
    "never-closed": f"{FILES}report: {{title: A report\n",
    "quote-never-closed": f'{FILES}report: {{title: "A report}}\n',
    "colon-in-a-text": f"{FILES}report: {{title: Agents: a study}}\n",
    "star-in-front": f"{FILES}metrics:\n  primary: [*_return]\n",
    "at-in-front": f"{FILES}report: {{title: @home}}\n",
    "control-character": f"{FILES}report:\n  title: bell\x07\n",
    "two-documents": f"{FILES}---\n{FILES}",
    "wrong-types": (
        f"{FILES}report: {{title: [a], authors: A. Author}}\n"
        "axes: {method: algo, task: [env], seed: {group: 3}}\n"
        "metrics:\n  primary: score\n  secondary: [loss, 3]\n"
        "score: last\n"
        "analysis: {bootstrap_samples: many, gamma: high, seed: 1.5, curves: 3, profile_thresholds: [low]}\n"
        "optimal_scores: {maze: ten, push: nan, open: .inf}\n"
        "normalization: {by_column: {reward: [0], success: [0, all]}}\n"
    ),
    "nothing-where-a-section-is-meant": f"{FILES}report:\nscore:\nbaseline:\n",
    "numbers-and-booleans-as-names": (
        f"{FILES}baseline: 12\nrename: {{method: {{a: 1e5, b: true}}}}\nvisualization: {{highlight: [3]}}\n"
        "metrics: {primary: [7, {name: 8}, {name: [a, 9]}]}\n"
    ),
    "constants-that-are-no-names": "files: {path: a.csv, constants: {method: 12, task: true}, values: {score: [1]}}\n",
    "choices": (
        f"{FILES}analysis: {{interval: expanded, unit: seeds, aggregates: iqm}}\n"
        "runs: {duplicates: lastest}\nvisualization: {width: wide}\n"
        "metrics: {primary: [{name: a, direction: up}], directions: [{maximise: '^a'}]}\n"
    ),
    "out-of-bounds": (
        f"{FILES}analysis:\n  confidence_level: 95\n  iqm_trim_percentage: 0.5\n  bootstrap_samples: 0\n"
        "  curves: {points: 1}\nscore: {fraction: 5}\nruns: {min_steps: -1}\n"
    ),
    "too-many-replicates": f"{FILES}analysis: {{bootstrap_samples: 1000000000, iqm_trim_percentage: 25}}\n",
    "parts-that-do-not-fit": (
        f"{FILES}score: {{reduce: last, k: 3}}\nmetrics: {{primary: [{{name: a, score: {{reduce: at}}}}]}}\n"
    ),
    "comparisons-that-do-not-fit": (f"{FILES}comparisons: {{test: welch, estimand: probability_of_improvement}}\n"),
    "ranks-for-a-difference": f"{FILES}comparisons: {{test: mann_whitney, smallest_difference: 0}}\n",
    "ranks-that-decide-a-difference": f"{FILES}comparisons: {{test: mann_whitney}}\n",
    "pairs-for-a-test-without": f"{FILES}comparisons: {{test: welch, paired: true}}\n",
    "a-test-without-its-pairs": f"{FILES}comparisons: {{test: wilcoxon}}\n",
    "tables-that-do-not-fit": (
        f"{FILES}tables:\n"
        "  - {rows: methods}\n"
        "  - {name: a, rows: tasks, columns: [iqm, methods]}\n"
        "  - {name: b, tasks: [x]}\n"
        "  - {name: c, columns: [iqn, task], digit: 2}\n"
        "  - {name: d, kind: tasks, cell: '{maen} ± {sd}', aggregate_cell: none}\n"
        "  - {name: e, label: 'a}b', digits: 11, cell: '{mean:.2f}'}\n"
        "  - {name: 'A b', kind: task, cell: '{mean'}\n"
    ),
    "figures-that-do-not-fit": (
        f"{FILES}figures:\n  - {{kind: heatmap, smoothing: 3, xlim: [0, 1]}}\n  - {{kind: curves, smoothing: 4}}\n"
        "  - {kind: curve, ncols: 0, tasks: 3}\n  - {kind: profile, xlims: 3}\n  - {kind: profile, xlim: [1, 0]}\n"
    ),
    "papers-misspelt": (
        f"{FILES}published:\n  - {{method: a, cite: 'x,y}}', scores: {{}}}}\n"
        "  - {methods: a, cite: b, scores: {x: high}}\n  - {method: 3, score: {x: 1}}\n"
    ),
    "comparisons-misspelt": f"{FILES}comparisons: {{estimand: improvement, correction: holms, test: permute}}\n",
    "missing-key": "files: {values: [score]}\nmetrics: {primary: [{id: a}, {name: {by_task: best.csv}}]}\n",
    "empty-names": "files: {path: ''}\nmetrics: {primary: ['']}\n",
    "slug": f"{FILES}report: {{slug: My Report}}\n",
    "alias-bomb": f"{FILES}a: &a [x, x, x, x, x, x, x, x, x]\n{''.join(DIGITS)}",
    "alias-inside-itself": f"{FILES}report: &report\n  title: *report\n  again: [*report]\n",
    "too-deep": f"{FILES}report: {'[' * 60}{']' * 60}\n",
    "too-large": FILES + "# a long story\n" * 70_000,
    "too-many-values": FILES + "optimal_scores: {" + ", ".join(f"task_{task}: 1" for task in range(30_000)) + "}\n",
    "tags": f"{FILES}report: !!python/object/apply:os.system [ls]\nbaseline: !!str 12\n",
    "merge-key": f"{FILES}report: &report {{title: a}}\nanalysis:\n  <<: *report\n",
    "empty": "",
    "only-comments": "# a spec, some day\n",
    "a-list": "- files\n- wandb\n",
    "a-sentence": "please report everything\n",
    "no-source": "report: {title: A report}\nanalysis: {seed: x}\n",
    "two-short-sources": f"{FILES}wandb: {{entity: a, project: b}}\n",
    "short-source-and-list": f"sources: []\n{FILES}",
    "source-of-two-forms": "sources:\n  - files: {path: a.csv}\n    wandb: {project: b}\n  - {}\n",
    "source-without-a-form": "files: scores.csv\n",
    "sources-that-are-no-list": "sources: {files: {path: a.csv}}\n",
}


def told(error):
    return f"{error}\n"


@pytest.mark.parametrize("name", CORPUS)
def test_a_bad_spec_is_told_word_for_word(name, golden):
    with pytest.raises(SpecError) as caught:
        loads(CORPUS[name])
    text = CORPUS[name] if len(CORPUS[name]) < 2000 else f"{CORPUS[name][:200]}...\n"
    golden(f"spec/{name}.txt", f"{text}-- is told as --\n{told(caught.value)}")


SETTINGS = {
    "no-value": "analysis.seed",
    "no-key": "=3",
    "unknown-key": "analysis.sede=3",
    "wrong-type": "analysis.seed=x",
    "out-of-bounds": "analysis.confidence_level=95",
    "wrong-part": "analysis.seed.first=3",
    "part-of-a-text": "baseline.name=PPO",
    "index-that-is-not-there": "metrics.primary.2.name=x",
    "index-that-is-a-word": "metrics.primary.first=x",
    "index-into-an-absent-list": "metrics.secondary.0=x",
    "source-that-is-not-there": "sources.1.files.path=x",
    "other-form-of-source": "wandb.project=x",
    "part-that-does-not-fit": "score.k=3",
    "no-source-left": "sources=",
    "no-yaml": "score={reduce: last",
    "tag": "baseline=!!str 12",
    "quoted-name": "baseline=12",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_bad_setting_is_told_word_for_word(name, golden):
    spec = f"{FILES}baseline: DQN\nmetrics: {{primary: [score, {{name: length}}]}}\nscore: {{reduce: last}}\n"
    with pytest.raises(SpecError) as caught:
        loads(spec, overrides=[SETTINGS[name]])
    assert str(caught.value).startswith(f"--set {SETTINGS[name]}: ")
    golden(f"spec/set-{name}.txt", f"{spec}-- with --set {SETTINGS[name]} is told as --\n{told(caught.value)}")


def test_files_that_are_no_specs_are_told_word_for_word(tmp_path, monkeypatch, golden):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.yaml").write_text(FILES)
    (tmp_path / "latin.yaml").write_bytes("report:\n  title: Größe\n".encode("latin-1"))
    (tmp_path / "utf16.yaml").write_bytes(FILES.encode("utf-16"))
    (tmp_path / "large.yaml").write_text("#" * 1_000_001)
    (tmp_path / "folder").mkdir()
    lines = []
    for name in ["reprt.yaml", ".", "folder", "nowhere/report.yaml", "latin.yaml", "utf16.yaml", "large.yaml"]:
        with pytest.raises(SpecError) as caught:
            load(Path(name))
        lines.append(told(caught.value))
    golden("spec/no-spec-files.txt", "".join(lines))


def test_an_unknown_key_without_a_near_one_lists_the_keys_there_are():
    with pytest.raises(
        SpecError, match=r"unknown key .qqq. in the spec; the keys here are analysis, axes, .*, sources, "
    ):
        loads(f"{FILES}qqq: 1\n")


def test_every_message_has_its_place_its_line_and_a_caret_under_what_is_meant():
    with pytest.raises(SpecError) as caught:
        loads(CORPUS["wrong-types"], "a/b.yaml")
    blocks = str(caught.value).split("\na/b.yaml:")
    assert len(blocks) == 18
    lines = CORPUS["wrong-types"].splitlines()
    for block in blocks:
        head, source, caret = block.removeprefix("a/b.yaml:").split("\n")
        line, column, _ = head.split(":", 2)
        assert source[4:].strip("…") in lines[int(line) - 1]
        shown = source[caret.index("^") :].removesuffix("…")
        assert lines[int(line) - 1][int(column) - 1 :].startswith(shown)
