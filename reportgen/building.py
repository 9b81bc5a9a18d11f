"""The pipeline: one function that reads as a list of phases. Everything is gathered before the first write."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen import figures, logs, pages, site, tables
from reportgen.artifacts import Artifact, File
from reportgen.data import Code, prepare, run_rows, with_told
from reportgen.errors import SpecError, StrictError, UsageError
from reportgen.notebooks import Notebooks, notebooks
from reportgen.parallel import workers
from reportgen.phases import Phases
from reportgen.results import Report, anonymous, assemble, to_json, without_secrets
from reportgen.results.own_pages import written_pages
from reportgen.results.provenance import provenance
from reportgen.reuse import FOLDER, Store
from reportgen.runs import Reading, cache_folder, collect_runs
from reportgen.runs.lock import lock_beside, read_lock, written_lock
from reportgen.spec import load, load_mapping
from reportgen.standing import Inputs, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reportgen.parallel import Map
    from reportgen.results.own_pages import WrittenPage
    from reportgen.spec import LoadedSpec

LOG = logging.getLogger("reportgen.building")
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Built:
    """What a build made, where, and of what; `profile` is phase to seconds, phases beside each other overlap."""

    report: Report
    artifacts: tuple[Artifact, ...]
    pages: int
    folder: Path
    notebook_failure: str = ""
    profile: Mapping[str, float] = field(default_factory=dict)
    read: Inputs = field(default_factory=Inputs)


def _silent(_phase: str) -> None:
    return


def build(
    spec: str | Path | Mapping[str, Any],
    *,
    output: str | Path | None = None,
    overrides: Sequence[str] = (),
    strict: bool = False,
    jobs: int = -1,
    cache: Path | None = None,
    offline: bool = False,
    refresh: bool = False,
    lock: bool = False,
    locked: bool = False,
    allow_code: bool = False,
    reuse: bool = True,
    progress: Callable[[str], None] = _silent,
) -> Built:
    """Build the report that a spec describes.

    Parameters
    ----------
    spec
        Path of the YAML spec, or the spec itself as a mapping; relative paths of a mapping start at the current folder.
    output
        Folder below which ``<slug>/`` is written, relative to the current folder; default: the spec's ``output.dir``,
        relative to the spec, else ``./build``.
    overrides
        ``a.b=value`` settings that win over the spec.
    strict
        Fail, and replace nothing, when something was warned about or withheld.
    jobs
        Worker processes; -1 means every core. No byte of the output depends on it.
    cache
        Folder of the run cache; default: ``$REPORTGEN_CACHE_DIR``, else the user's cache folder.
    offline
        Ask no W&B server; build from what is cached.
    refresh
        Fetch every run of a W&B server again, cached or not.
    lock
        Write ``reportgen.lock`` beside the spec: the runs that the report was built from.
    locked
        Build from the runs of ``reportgen.lock``, exactly as they were.
    allow_code
        Run the functions of the spec's owner that it names (`labels: [{python: ...}]`).
    reuse
        Take statistics, figures, the notebook and HTML that were made of the same things before from the cache. No
        byte depends on it.
    progress
        Called with the name of each phase as it starts.

    Raises
    ------
    ReportgenError
        With where, what and what would have worked; the former report is then untouched.
    """
    mapper = workers(jobs)
    phase = Phases(shown=progress)
    store = Store(folder=cache_folder(cache) / FOLDER if reuse else None)
    with watched() as read:
        with phase("reading the spec"):
            loaded = _loaded(spec, overrides)
            target = folder_of(loaded, output)
            logs.write_to(target.parent / f"{loaded.slug}.log")
            site.refuse_foreign(target)
            _refuse_cache_within(target, cache_folder(cache))
            own = _own_templates(loaded)
        with phase("reading runs"):
            reading = Reading(
                cache=cache,
                offline=offline,
                refresh=refresh,
                strict=strict,
                locked=read_lock(lock_beside(loaded.path)) if locked else None,
                progress=progress,
            )
            collected = collect_runs(loaded.spec, loaded.root, where=loaded.where, reading=reading)
            records = collected.records
        with phase("preparing scores"):
            code: Code = "run" if allow_code else "refuse"
            dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where, code=code)
            dataset = with_told(dataset, collected.told)
    _vouch(read, loaded, own, cache=cache_folder(cache), live=not offline, code=allow_code)
    read.leave(target)
    with phase("computing statistics"):
        computed = assemble(loaded, dataset, run_rows(records, dataset), mapper=mapper, store=store)
        report = without_secrets(computed, known=[record.commit for record in records if record.commit])
        if loaded.spec.report.anonymous:
            report = anonymous(report)
        further = written_pages(dataset.owned.pages if dataset.owned else (), report)
    _log_doubts(report)
    if strict:
        _refuse_doubts(report)
    artifacts, recomputed = _made(report, loaded, own, phase, mapper, store)
    if strict and recomputed.failure:
        raise StrictError(f"--strict: the notebook stopped, nothing was written: {recomputed.failure}")
    with phase("writing pages"):
        files = _gather(report, artifacts, recomputed, loaded, own, further)
    with site.scratch_beside(target) as scratch:
        with phase("building the site"):
            site.write(files, scratch)
            site.make_site(scratch, epoch=_epoch(report), store=store)
            overview = site.mailable(scratch / "site")
            site.write(
                [File(path=f"{folder}overview.html", content=overview) for folder in ("", "site/downloads/")], scratch
            )
        locking = written_lock(lock_beside(loaded.path), records) if lock else nullcontext()
        with phase("publishing"), locking:
            site.publish(scratch, target)
    store.trim()
    return Built(
        report=report,
        artifacts=artifacts,
        pages=sum(file.path.endswith(".md") and file.path.startswith("docs/") for file in files),
        folder=target,
        notebook_failure=recomputed.failure,
        profile=dict(phase.taken),
        read=read,
    )


def _loaded(spec: str | Path | Mapping[str, Any], overrides: Sequence[str]) -> LoadedSpec:
    if isinstance(spec, Mapping):
        return load_mapping(spec, overrides=overrides)
    return load(Path(spec), overrides=overrides)


def _vouch(read: Inputs, loaded: LoadedSpec, own: Path | None, *, cache: Path, live: bool, code: bool) -> None:
    """Add what later phases read, and say whether the files that were read tell all that the report depends on."""
    asks = any(entry.files is None and entry.wandb_offline is None for entry in loaded.spec.sources)
    read.certain = not code and not (live and asks)
    if not asks:  # the cache holds what was made of the files that were read
        read.leave(cache.absolute())
    read.note(str(loaded.root))  # a table of the user's there would win over one that is shipped
    if own is not None:
        read.note_below(own)


def _made(
    report: Report, loaded: LoadedSpec, own: Path | None, phase: Phases, mapper: Map, store: Store
) -> tuple[tuple[Artifact, ...], Notebooks]:
    """Draw figures and set tables while the notebook runs beside."""

    def recomputed() -> Notebooks:
        with phase("running the notebook"):
            return _notebooks(report, loaded, own, store)

    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(recomputed)
        with phase("drawing figures"):
            drawn = figures.draw(report, loaded.spec.visualization, mapper=mapper, store=store)
        with phase("setting tables"):
            set_ = tables.make(report)
        return (*set_, *drawn), running.result()


def _refuse_cache_within(target: Path, cache: Path) -> None:
    """Refuse a run cache that the next build would take for foreign files of the report, or replace."""
    if cache.resolve().is_relative_to(target):
        raise UsageError(
            f"{cache}: the run cache lies in the folder of the report, {target}, which every build replaces; give it a "
            "folder of its own by --cache-dir, or choose another output with -o"
        )


def _own_templates(loaded: LoadedSpec) -> Path | None:
    """Return the folder of the user's templates, None where the spec names none."""
    named = loaded.spec.output.templates
    if named is None:
        return None
    folder = loaded.root / named
    if not folder.is_dir():
        raise SpecError(f"{loaded.where('output', 'templates')}: no folder {folder}; it is relative to `root`")
    return folder


def _notebooks(report: Report, loaded: LoadedSpec, own: Path | None, store: Store) -> Notebooks:
    """Run the notebook on the files that it will lie beside."""
    chosen = loaded.spec.notebooks
    run = chosen.execute == "auto"
    return notebooks(_numbers(report), slug=loaded.slug, run=run, timeout=chosen.timeout, templates=own, store=store)


def _numbers(report: Report) -> tuple[File, ...]:
    return (File(path="report.json", content=to_json(report).encode()), *tables.data_files(report))


def _epoch(report: Report) -> int:
    """Return the time of the newest data in seconds, 0 where the data has no time."""
    return int(datetime.fromisoformat(report.data_as_of).timestamp()) if report.data_as_of else 0


def folder_of(loaded: LoadedSpec, output: str | Path | None) -> Path:
    """Return the report's own folder: below `output`, else the spec's ``output.dir``, else ``./build``."""
    declared = loaded.spec.output.dir
    if output is not None:
        parent = Path(output)
    elif declared is not None:
        parent = loaded.path.parent / declared
    else:
        parent = Path("build")
    return parent.resolve() / loaded.slug


def _gather(
    report: Report,
    artifacts: tuple[Artifact, ...],
    recomputed: Notebooks,
    loaded: LoadedSpec,
    own: Path | None,
    further: tuple[WrittenPage, ...],
) -> tuple[File, ...]:
    """Every file of the report but the HTML, which the site engine makes of it."""
    data = (
        *_numbers(report),
        File(path="provenance.json", content=provenance(report, artifacts).encode()),
        *recomputed.files,
    )
    latex = (
        *tables.latex_document(report, artifacts, templates=own),
        *(file for artifact in artifacts for file in artifact.files if file.path.startswith("latex/")),
    )
    shown = tuple(file for artifact in artifacts for file in artifact.files if not file.path.startswith("latex/"))
    written = _in_reading_order(pages.render(report, artifacts, templates=own, own=further), recomputed.shown)
    archives = (
        File(path=f"docs/downloads/{loaded.slug}.zip", content=_zipped((*data, *latex))),
        File(path=f"docs/downloads/{loaded.slug}-latex.zip", content=_zipped(latex)),
    )
    closer = any(file.path.endswith(".js") for file in shown)
    frame = site.site_files(report.title, report.authors, tuple(file.path for file in written), explorable=closer)
    return (*data, *latex, *shown, *written, *archives, *frame)


def _in_reading_order(rendered: tuple[File, ...], notebook: tuple[File, ...]) -> tuple[File, ...]:
    """Put the notebook after the method of analysis, before the provenance."""
    place = [file.path for file in rendered].index("docs/provenance.md")
    return (*rendered[:place], *notebook, *rendered[place:])


def _zipped(files: Sequence[File]) -> bytes:
    """Pack files so that the same content gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files, key=lambda file: file.path):
            entry = zipfile.ZipInfo(file.path, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.content)
    return buffer.getvalue()


def _log_doubts(report: Report) -> None:
    for notice in report.warnings:
        LOG.info("%s: %s", notice.level, notice.text)
    for run in report.excluded:
        LOG.info("not used: %s: %s", run.name, run.reason)


def _refuse_doubts(report: Report) -> None:
    doubts = [notice.text for notice in report.warnings if notice.level == "warning"]
    doubts += [
        f"{metric.id}: {item.quantity} withheld: {item.reason}" for metric in report.metrics for item in metric.withheld
    ]
    if doubts:
        listed = "\n".join(f"  - {doubt}" for doubt in doubts)
        raise StrictError(f"--strict: {len(doubts)} warnings or withheld numbers, nothing was written:\n{listed}")
