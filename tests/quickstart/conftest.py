"""The quickstart's scripts are no package: they find one another beside themselves."""

import sys

from reportgen.resources import shipped

sys.path.insert(0, str(shipped("configs") / "quickstart"))
