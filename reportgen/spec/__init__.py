"""The report spec: YAML to a typed model, every error with file, line and column."""

from reportgen.spec.load import LoadedSpec, load, load_mapping, loads

__all__ = ["LoadedSpec", "load", "load_mapping", "loads"]
