"""Runs of a W&B server: a child process asks it and can be killed; this side decides, waits, caches and tells."""
