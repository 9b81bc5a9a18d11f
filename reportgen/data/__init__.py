"""From runs to scores: axes, methods, reductions, normalisation, and everything left out, named and counted."""
