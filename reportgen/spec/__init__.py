"""The report spec: YAML to a typed model, every error with file, line and column."""
