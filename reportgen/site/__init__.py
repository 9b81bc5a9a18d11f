"""The site engine: the frame around the pages, the HTML made of it, and the swap that publishes it."""

from reportgen.site.engine import build_site, write
from reportgen.site.frame import site_files
from reportgen.site.ownership import MANIFEST
from reportgen.site.publishing import publish, refuse_foreign, scratch_beside

__all__ = ["MANIFEST", "build_site", "publish", "refuse_foreign", "scratch_beside", "site_files", "write"]
