"""The site engine: the frame around the pages, the HTML made of it, and the swap that publishes it."""

from reportgen.site.engine import build_site, write
from reportgen.site.frame import site_files
from reportgen.site.mailable import mailable
from reportgen.site.ownership import MANIFEST
from reportgen.site.publishing import publish, refuse_foreign, scratch_beside
from reportgen.site.reusing import make_site
from reportgen.site.serving import Server, address, find_site, serve_site, server_of

__all__ = [
    "MANIFEST",
    "Server",
    "address",
    "build_site",
    "find_site",
    "mailable",
    "make_site",
    "publish",
    "refuse_foreign",
    "scratch_beside",
    "serve_site",
    "server_of",
    "site_files",
    "write",
]
