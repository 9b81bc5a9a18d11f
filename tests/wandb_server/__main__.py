"""Serve by hand: `PYTHONPATH=tests python -m wandb_server [port]`."""

import sys
import threading

from wandb_server import API_KEY, WandbServer

with WandbServer(port=int(sys.argv[1]) if sys.argv[1:] else 8080) as server:
    print(f"export WANDB_BASE_URL={server.url} WANDB_API_KEY={API_KEY}", flush=True)
    threading.Event().wait()
