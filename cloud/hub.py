"""The hub as a program: puts its parts together, runs them, and ends them."""

import asyncio
import contextlib
import logging
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import FrameType
from typing import Any, NoReturn

import uvicorn

from cloud.config import HubConfig
from cloud.disk import HubDisk
from cloud.folder import KEYS, FolderUnusable, hub_folder
from cloud.ingest import Ingest
from cloud.ingester import Ingester
from cloud.live import LiveModel
from cloud.mqtt import BrokerLink
from cloud.registry import Registry
from cloud.settings import HubSettings
from cloud.state import State
from cloud.stores import open_store
from cloud.stores.protocol import StoreUnavailable
from cloud.trouble import Troubles
from cloud.web.app import make_app
from cloud.web.gateways import notices
from sensorhub.clock import MachineClock
from sensorhub.errors import AskedWrong
from sensorhub.hubfile import remove_hub_file, write_hub_file

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
"""How often the page learns what the books say of gateways, and how full the disk is."""

LOOKS_PER_NOTE = 5
"""Every 10 s it is noted until when the states were known: they are judged by it after a restart."""

STREAMS_END_S = 1
"""How long open streams may take to end: the hub is gone within 2 s of the signal."""

INGEST_END_S = 0.6
LINK_END_S = 0.3

_CLIENT_ID = "mqtt_client_id"


class PortTaken(AskedWrong):
    """The page's address cannot be listened on."""


def run_hub(config: HubConfig) -> int:
    """Run a hub until SIGTERM or SIGINT; the exit code.

    Raises:
        AskedWrong: its folder, port or settings cannot be used; nothing was started.
        StoreUnavailable: the store cannot be opened.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with ExitStack() as stack:
        stack.enter_context(hub_folder(config.data))
        listener = stack.enter_context(_listen(config.host, config.port))
        _Hub(config, listener, stack).run()
    return 0


class _Hub:
    """The parts of a running hub; `stack` closes what was opened."""

    def __init__(self, config: HubConfig, listener: socket.socket, stack: ExitStack) -> None:
        self._data = config.data
        clock = MachineClock()
        _keep_settings(config)
        self._state = state = State.open(config.data)
        stack.callback(state.close)
        store = open_store(config.readings, state, config.data)
        stack.callback(store.close)
        self._live = live = LiveModel(clock)
        self._store = store
        registry = Registry(config.data / KEYS, state, clock)
        live.warm_start(store, state, lambda gateway: registry.key(gateway) is not None)
        self._troubles = troubles = Troubles(live)
        self._clock = clock
        self._disk = HubDisk(config.data, config.disk_alarm_percent, config.disk_full_percent)
        self._ingest = Ingest(registry, state, store, live, clock, root=config.root)
        self._ingester = Ingester(self._ingest, troubles, self._disk)
        offer = self._ingester.offer
        self._link = BrokerLink(config.broker, _client_id(state), offer, troubles, clock, root=config.root)
        self._listener = listener
        self._url = _url(listener)
        self._token = secrets.token_urlsafe(32)
        self._app = make_app(live, store, state, self._token, social_care=config.social_care)

    def run(self) -> None:
        """Serve until a signal; then end all threads."""
        self._ingester.start(self._link)
        self._link.start()
        try:
            asyncio.run(self._serve())
        finally:
            self._ingester.stop()
            self._ingester.join(INGEST_END_S)
            self._link.stop(LINK_END_S)
            remove_hub_file(self._data)
            _log.info("The hub ends. Since it began, in messages: %s.", self._ingest.counts)

    async def _serve(self) -> None:
        server = _Server(self._app, self._ready)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end, server)
        looking = asyncio.create_task(self._look())
        try:
            await server.serve(sockets=[self._listener])
        finally:
            looking.cancel()

    def _end(self, server: "_Server") -> None:
        self._ingester.stop()
        self._app.state.stream.end()  # an open stream would keep the server waiting
        server.should_exit = True

    def _ready(self) -> None:
        write_hub_file(self._data, self._url, self._token)
        sys.stdout.write(f"The page is at {self._url}\n")
        sys.stdout.flush()

    async def _look(self) -> None:
        looks = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            looks += 1
            try:
                await asyncio.to_thread(self._look_once, note=looks % LOOKS_PER_NOTE == 0 and self._link.up)
            except StoreUnavailable as error:
                self._troubles.begin("state", str(error))
            else:
                self._troubles.end("state", "The state database can be used again.")

    def _look_once(self, *, note: bool) -> None:
        now_us = self._clock.wall_us()
        self._live.noticed(notices(self._state, now_us), self._disk.look(self._state, now_us))
        self._live.read_back(self._store)
        if note:
            self._live.note_knowledge(self._state)


class _Server(uvicorn.Server):
    """uvicorn on a socket of ours, with signals left to the hub."""

    def __init__(self, app: Callable[..., Any], ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                log_config=None,
                log_level=logging.WARNING,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STREAMS_END_S,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """A signal before the page is up: leave by way of everything opened so far."""
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"The page cannot be served on {host} port {port}: {error.strerror}. Name another port with --port."
        ) from None
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _keep_settings(config: HubConfig) -> None:
    """Note what the folder is for; social care and open data never share one.

    Raises:
        FolderUnusable: it is for the other.
        ConfigInvalid: what was noted is damaged.
    """
    now = HubSettings.model_validate(dict(config.readings) | {"social_care": config.social_care})
    token_file = now.influx_token_file
    if token_file is not None:
        now = now.model_copy(update={"influx_token_file": token_file.absolute()})  # commands that read it run elsewhere
    before = HubSettings.noted(config.data) or now
    if before.social_care != now.social_care:
        holds, start = ("social care", "with") if before.social_care else ("open data", "without")
        raise FolderUnusable(
            f"The folder {config.data} holds {holds}, and social care and open data never share one. "
            f"Start this hub {start} --social-care (social_care in its configuration), or name another folder."
        )
    if before.store != now.store:
        _log.warning("The store was %s and is %s now; what the old one holds stays there.", before.store, now.store)
    now.save(config.data)


def _client_id(state: State) -> str:
    """The same at every start, so that the broker keeps our session; another one for each hub's folder."""
    known = state.noted(_CLIENT_ID)
    if known is None:
        known = f"sensorhub-{secrets.token_hex(6)}"
        state.note(_CLIENT_ID, known)
    return known
