"""The line between one gateway and its broker, which can be cut: a relay on 127.0.0.1."""

import asyncio
from contextlib import suppress

from sensorhub.broker import BrokerSettings
from simulators.programs import LOOPBACK

READ_BYTES = 65_536


class Line:
    """Relays to a broker until it is cut; open connections break then, and new ones are refused until it is mended.

    Arguments:
        broker: where it leads.
    """

    def __init__(self, broker: BrokerSettings) -> None:
        self._broker = broker
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._port = 0

    async def begin(self) -> BrokerSettings:
        """Listen; returns how to reach the broker over this line."""
        await self.mend()
        return self._broker.model_copy(update={"host": LOOPBACK, "port": self._port})

    async def mend(self) -> None:
        """Take connections on the same port, where it was cut."""
        if self._server is None:
            self._server = await asyncio.start_server(self._relay, LOOPBACK, self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break all connections and take no more; may be called twice."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection(self._broker.host, self._broker.port)
        except OSError:
            self._drop(writer)
            return
        self._open.add(far_writer)
        if self._server is None:
            self.cut()
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        self._drop(writer)
        self._drop(far_writer)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._open.discard(writer)
        writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes until one side ends; then the other ends too."""
        with suppress(OSError):
            while data := await reader.read(READ_BYTES):
                writer.write(data)
                await writer.drain()
        writer.close()
