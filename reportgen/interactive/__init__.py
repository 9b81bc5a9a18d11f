"""Choose runs, look at what the choice holds, label them, and write the spec: a model, and its forms for people.

The model is plain Python and knows nothing of how it is shown; the terminal and the notebook are forms of it.
"""

from reportgen.interactive.model import Labelling, State
from reportgen.interactive.preview import Line, Preview

__all__ = ["Labelling", "Line", "Preview", "State"]
