"""Runs as sources deliver them: the run record, the source protocol, and the sources."""
