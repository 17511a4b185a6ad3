"""The least that tells a thousand sockets something: raw Redis pub/sub into a websocket server.

The reference of `final`, `room` and `picture`: no sign-in, no numbers, no database; what is
published is broadcast.
"""

import sys

import redis.asyncio
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from lms import env

CHANNEL = "bench:bare"


async def main(port: int) -> None:
    here: set[ServerConnection] = set()

    async def hold(connection: ServerConnection) -> None:
        here.add(connection)
        try:
            await connection.wait_closed()
        finally:
            here.discard(connection)

    async with (
        serve(hold, "127.0.0.1", port, compression=None, ping_interval=None),
        redis.asyncio.Redis.from_url(env.REDIS_URL) as client,
        client.pubsub(ignore_subscribe_messages=True) as pubsub,
    ):
        await pubsub.subscribe(CHANNEL)
        print("ready", flush=True)
        async for message in pubsub.listen():
            data = message["data"]
            # A text of ours begins with a brace; everything else is a picture.
            broadcast(here, data.decode() if data.startswith(b"{") else data)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
