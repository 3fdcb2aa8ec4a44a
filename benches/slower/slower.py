"""The shop's API with every answer late by a share of the time that it took."""

import asyncio
import os
import time

from api.main import app as shop

SHARE = float(os.environ["SLOWER"])


async def app(scope, receive, send) -> None:
    """Answers as the shop does, and waits before it begins to."""
    began = time.perf_counter()

    async def late(message) -> None:
        if message["type"] == "http.response.start":
            # In a thread, because the event loop's own clock has only milliseconds.
            await asyncio.to_thread(time.sleep, SHARE * (time.perf_counter() - began))
        await send(message)

    await shop(scope, receive, late if scope["type"] == "http" else send)
