"""The shop's API with every answer late by a share of the time that it took."""

import os
import time

from api.main import app as shop

SHARE = float(os.environ["SLOWER"])


async def app(scope, receive, send) -> None:
    """Answers as the shop does, and waits before it begins to."""
    began = time.perf_counter()

    async def late(message) -> None:
        if message["type"] == "http.response.start":
            # Busy, as slower code is: to sleep takes a thread, which takes longer than what is to be added.
            now = time.perf_counter()
            until = now + SHARE * (now - began)
            while time.perf_counter() < until:
                pass
        await send(message)

    await shop(scope, receive, late if scope["type"] == "http" else send)
