"""The frame around the pages: ``mkdocs.yml`` and the style and scripts that every page loads."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from reportgen.artifacts import File
from reportgen.resources import of_bokeh, shipped
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Nav = list[str | dict[str, Any]]

ASSETS = "assets/site"
STYLES = ("report.css", "explore.css")
SCRIPTS = ("tables.js", "explore.js")
POLYFILLS = ("iframe-worker.js",)
OVERRIDES = ("main.html",)
LIBRARY = ("bokeh.min.js", "bokeh-api.min.js")
"""Loaded by explore.js when a reader looks closer at a figure, and only then."""
WORD_ENDS = r"[\s\-_/,:;=()\[\]]+"  # the search takes names of runs and methods apart here
LONGEST_TITLE = 400
SMALL_SECTION = 8  # pages; a section up to this size stands open in the sidebar

_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def site_files(
    title: str, authors: Sequence[str], page_paths: Sequence[str], *, explorable: bool = False
) -> tuple[File, ...]:
    """Return ``mkdocs.yml``, the assets that the pages load and the template that the theme lets itself be told.

    Parameters
    ----------
    title, authors
        Plain text. The theme prints both unescaped, so they are written escaped.
    page_paths
        Paths of the pages, ``docs/….md``, in reading order; other files are passed over. Pages of one folder become
        a section where there are several; ``index.md`` of a folder stands for the section. Every page is called what
        its own first heading says, so that no other text of users stands in the configuration.

    Returns
    -------
    tuple of File
        ``mkdocs.yml`` first.
    """
    pages = [path.removeprefix("docs/") for path in page_paths if path.startswith("docs/") and path.endswith(".md")]
    config = _config(title, authors, _nav(pages), sections=_sections_are_small(pages))
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=120)
    return (
        File(path="mkdocs.yml", content=text.encode()),
        *(_copy(name, f"docs/{ASSETS}") for name in (*STYLES, *SCRIPTS, *POLYFILLS)),
        *(_copy(name, "overrides") for name in OVERRIDES),
        *(File(path=f"docs/{ASSETS}/{name}", content=of_bokeh(name)) for name in (LIBRARY if explorable else ())),
    )


def _copy(name: str, folder: str) -> File:
    return File(path=f"{folder}/{name}", content=(shipped("site_config") / name).read_bytes())


def _config(title: str, authors: Sequence[str], nav: Nav, *, sections: bool) -> dict[str, Any]:
    config: dict[str, Any] = {"site_name": _attribute(title) or "Report"}
    if authors:
        config["site_author"] = _attribute(", ".join(authors))
    return config | {
        "docs_dir": "docs",
        "site_dir": "site",
        "use_directory_urls": False,
        "theme": {
            "name": "material",
            "custom_dir": "overrides",
            "language": "en",
            "font": False,
            "icon": {"logo": "material/chart-box-outline"},
            "palette": _palette(),
            "features": _features(sections=sections),
        },
        "plugins": [{"search": {"lang": "en", "separator": WORD_ENDS}}, "offline"],
        "markdown_extensions": [
            "admonition",
            "attr_list",
            "md_in_html",
            "tables",
            {"toc": {"permalink": True, "toc_depth": 3}},
        ],
        "extra": {"generator": False, "polyfills": _assets(POLYFILLS)},
        "extra_css": _assets(STYLES),
        "extra_javascript": _assets(SCRIPTS),
        "nav": nav,
    }


def _palette() -> list[dict[str, Any]]:
    """Follow the system first; the button then goes through light and dark."""

    def scheme(media: str, icon: str, name: str, **colours: str) -> dict[str, Any]:
        return {"media": media, **colours, "toggle": {"icon": f"material/{icon}", "name": name}}

    custom = {"primary": "custom", "accent": "custom"}
    return [
        scheme("(prefers-color-scheme)", "brightness-auto", "Switch to light mode", **custom),
        scheme("(prefers-color-scheme: light)", "weather-sunny", "Switch to dark mode", scheme="default", **custom),
        scheme("(prefers-color-scheme: dark)", "weather-night", "Follow the system", scheme="slate", **custom),
    ]


def _features(*, sections: bool) -> list[str]:
    shared = ["navigation.indexes", "navigation.top", "toc.follow", "search.highlight", "search.suggest"]
    return [*shared, "navigation.sections"] if sections else [*shared, "navigation.prune"]


def _nav(pages: Iterable[str]) -> Nav:
    """Order pages as given, the overview first; several pages of one folder stand under its name."""
    folders: dict[str, list[str]] = {}
    for page in sorted(pages, key=lambda page: page != "index.md"):
        folders.setdefault(_folder(page) or page, []).append(page)
    nav: Nav = []
    for folder, members in folders.items():
        if folder == "index.md":
            nav.append({"Overview": "index.md"})
        elif len(members) == 1:
            nav.append(members[0])
        else:
            nav.append({_words(folder): sorted(members, key=lambda page: not page.endswith("/index.md"))})
    return nav


def _sections_are_small(pages: Sequence[str]) -> bool:
    folders = [_folder(page) for page in pages]
    return all(folders.count(folder) <= SMALL_SECTION for folder in set(folders) - {""})


def _folder(page: str) -> str:
    """Return the first folder of a page's path, or nothing for a page at the top."""
    return PurePosixPath(page).parts[0] if "/" in page else ""


def _words(folder: str) -> str:
    """Turn the name of a folder into the title of its section: ``data-quality`` becomes ``Data quality``."""
    return folder.replace("-", " ").replace("_", " ").capitalize()


def _assets(names: Iterable[str]) -> list[str]:
    return [f"{ASSETS}/{name}" for name in names]


def _attribute(text: str) -> str:
    """Escape text for an HTML element or a double-quoted attribute, on one line."""
    return visible(" ".join(text.split()), longest=LONGEST_TITLE).translate(_HTML)
