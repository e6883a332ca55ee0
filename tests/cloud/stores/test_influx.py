"""Tests of what the InfluxDB store does with each answer, against a stub with a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.settings import HubSettings
from cloud.state import DeadLetter, State
from cloud.stores.influx import LINES_PER_REQUEST_MAX, InfluxStore
from cloud.stores.influx_server import InfluxRefuses, InfluxServer
from cloud.stores.protocol import Fate, Kept, Outcome, Query, StoreUnavailable
from sensorhub.errors import AskedWrong
from sensorhub.reading import US_PER_S
from sensorhub.topics import CARE_ROOT
from tests.cloud.stores.influx_stub import Answer, InfluxStub, running_stub, said
from tests.cloud.stores.packs import ARRIVED_US, EPOCH, GATEWAY, T0_US, pack, reading, readings

ANSWER_S_MAX = 0.3


@pytest.fixture
def stub() -> Iterator[InfluxStub]:
    with running_stub() as running:
        yield running


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State.open(tmp_path)
    yield opened
    opened.close()


def _settings(stub: InfluxStub, tmp_path: Path, bucket: str = "readings") -> HubSettings:
    token_file = tmp_path / "token"
    token_file.write_text("secret\n")
    return HubSettings(
        store="influxdb", influx_url=stub.url, influx_org="essex", influx_bucket=bucket, influx_token_file=token_file
    )


def _open(stub: InfluxStub, state: State, tmp_path: Path) -> InfluxStore:
    settings = _settings(stub, tmp_path)
    server = InfluxServer(stub.url, "essex", "readings", tmp_path / "token", answer_s_max=ANSWER_S_MAX)
    return InfluxStore(settings, state, server=server)


def _values(body: bytes) -> set[str]:
    """The first field of each line of a request."""
    return {line.split()[1].split(b",")[0].decode() for line in body.splitlines()}


def test_points_go_in_requests_of_at_most_5000_lines(stub: InfluxStub, state: State, tmp_path: Path) -> None:
    store = _open(stub, state, tmp_path)
    packs = [
        pack([reading(f"s-{k}", time_us=T0_US + i * US_PER_S) for i in range(1_000)], first=1 + 1_000 * k)
        for k in range(7)
    ]
    assert {outcome.fate for outcome in store.write(packs)} == {Fate.STORED}
    assert [len(body.splitlines()) for body in stub.bodies] == [LINES_PER_REQUEST_MAX, 2_000]


@pytest.mark.parametrize("status", [400, 422])
def test_bad_line_becomes_a_dead_letter_and_its_neighbours_are_stored(
    stub: InfluxStub, state: State, tmp_path: Path, status: int
) -> None:
    taken: set[str] = set()

    def refuse_the_bad(body: bytes) -> Answer:
        if b"occupancy=666.0" in body:
            return said(status, "field type conflict")
        taken.update(part for line in body.decode().splitlines() for part in line.split()[1].split(","))
        return Answer()

    stub.answer = refuse_the_bad
    store = _open(stub, state, tmp_path)
    times = [T0_US + i * US_PER_S for i in range(20)]
    records = [
        reading(quantity=name, time_us=time_us, value=666.0 if (time_us, name) == (times[7], "occupancy") else float(i))
        for i, time_us in enumerate(times)
        for name in ("actuation_count", "occupancy")
    ]
    one = pack(records, refused=((41, 41),))
    assert store.write([one]) == [Outcome(Fate.STORED, ((16, 16), (41, 41)))]
    assert store.write([one]) == [Outcome(Fate.DUPLICATE, ((16, 16), (41, 41)))]
    assert store.kept(GATEWAY, EPOCH, 1, 99) == Kept(((1, 15), (17, 40)), ((16, 16), (41, 41)))
    assert "actuation_count=7.0" in taken
    assert len(taken) == 39
    (letter,) = state.dead_letters()
    assert letter == DeadLetter(
        GATEWAY,
        f"essex/v1/{GATEWAY}/pack/{EPOCH}/1/41",
        16,
        "record 16: InfluxDB does not take it: field type conflict",
        f"reading,gateway={GATEWAY},sensor=detector-2 occupancy=666.0 {times[7] * 1000}".encode(),
        ARRIVED_US,
    )


def test_dead_letter_of_social_care_keeps_its_own_topic(stub: InfluxStub, state: State, tmp_path: Path) -> None:
    stub.answer = lambda _body: said(400, "no")
    one = pack([reading()])
    care = type(one)(one.id, one.hash, one.records, one.refused, one.arrived_us, CARE_ROOT)
    _open(stub, state, tmp_path).write([care])
    assert [letter.topic for letter in state.dead_letters()] == [f"essex-care/v1/{GATEWAY}/pack/{EPOCH}/1/1"]


def test_too_large_a_request_is_halved(stub: InfluxStub, state: State, tmp_path: Path) -> None:
    stored: list[bytes] = []

    def small_ones_only(body: bytes) -> Answer:
        if len(body.splitlines()) > 3:
            return Answer(413, b"<html>too large</html>")
        stored.extend(body.splitlines())
        return Answer()

    stub.answer = small_ones_only
    store = _open(stub, state, tmp_path)
    assert store.write([pack([reading(f"s-{i}") for i in range(10)])]) == [Outcome(Fate.STORED, ())]
    assert len(stored) == len(set(stored)) == 10
    assert stored == sorted(stored)
    assert state.dead_letters() == []


@pytest.mark.parametrize(
    ("answer", "words", "retry_after_s"),
    [
        (said(429, "slow down", (("Retry-After", "7"),)), "429 slow down", 7.0),
        (said(500, "internal"), "500 internal", None),
        (Answer(503, b"<html>"), "503", None),
        (Answer(400, b"<html>plain HTTP to an HTTPS port</html>"), "400", None),
        (Answer(422), "422", None),
        (Answer(302, headers=(("Location", "/login"),)), "302", None),
        (Answer(200, b"hello"), "answered 200", None),
        (Answer(stall=True), "does not answer", None),
    ],
)
def test_other_answers_store_nothing_and_the_same_bytes_go_again(
    stub: InfluxStub, state: State, tmp_path: Path, answer: Answer, words: str, retry_after_s: float | None
) -> None:
    store = _open(stub, state, tmp_path)
    one = pack(readings(10))
    stub.answer = lambda _body: answer
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=words) as caught:
            store.write([one])
        assert caught.value.retry_after_s == retry_after_s
    assert store.kept(GATEWAY, EPOCH, 1, 99) == Kept((), ())
    assert store.arrivals() == {}
    stub.answer = lambda _body: Answer()
    assert store.write([one]) == [Outcome(Fate.STORED, ())]
    assert len(set(stub.bodies)) == 1
    assert state.dead_letters() == []


@pytest.mark.parametrize(("status", "words"), [(401, "refuses the token"), (403, "token"), (404, "no bucket")])
def test_wrong_token_or_bucket_is_said_and_nothing_is_stored(
    stub: InfluxStub, state: State, tmp_path: Path, status: int, words: str
) -> None:
    store = _open(stub, state, tmp_path)
    stub.answer = lambda _body: said(status, "no")
    with pytest.raises(InfluxRefuses, match=words):
        store.write([pack(readings(3))])
    stub.answer = lambda _body: Answer()
    assert store.write([pack(readings(3))]) == [Outcome(Fate.STORED, ())]


def test_claim_of_another_worker_with_the_same_hash_does_not_block(
    stub: InfluxStub, state: State, tmp_path: Path
) -> None:
    store = _open(stub, state, tmp_path)
    one = pack(readings(3))
    state.claims.claim([one])
    assert store.write([one]) == [Outcome(Fate.STORED, ())]


def test_claim_with_another_hash_is_a_conflict(stub: InfluxStub, state: State, tmp_path: Path) -> None:
    store = _open(stub, state, tmp_path)
    state.claims.claim([pack(readings(3), digest="b" * 16)])
    assert store.write([pack(readings(3))]) == [Outcome(Fate.CONFLICT, ((1, 3),))]
    assert stub.bodies == []


def test_answer_to_a_query_that_breaks_off_is_said(stub: InfluxStub, state: State, tmp_path: Path) -> None:
    store = _open(stub, state, tmp_path)
    for answer, words in (
        (Answer(200, b'{"results":[{"series":[{"name"'), "broke off"),
        (Answer(200, b'{"results":[{"error":"engine is closed"}]}'), "engine is closed"),
        (Answer(500, b""), "500"),
        (Answer(stall=True), "does not answer"),
    ):
        stub.query_answer = answer
        with pytest.raises(StoreUnavailable, match=words):
            list(store.read(Query()))


def test_nobody_at_the_address_is_said(state: State, tmp_path: Path) -> None:
    nowhere = InfluxStub(url="http://127.0.0.1:1")
    with pytest.raises(StoreUnavailable, match=r"InfluxDB at http://127\.0\.0\.1:1 does not answer"):
        InfluxStore(_settings(nowhere, tmp_path), state)


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe", "schlüssel".encode()])
def test_token_file_without_a_token_is_said(
    stub: InfluxStub, state: State, tmp_path: Path, content: bytes | None
) -> None:
    settings = _settings(stub, tmp_path)
    if content is None:
        (tmp_path / "token").unlink()
    else:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(AskedWrong, match="token"):
        InfluxStore(settings, state)


def test_store_id_is_another_at_each_start(stub: InfluxStub, state: State, tmp_path: Path) -> None:
    settings = _settings(stub, tmp_path)
    store = InfluxStore(settings, state, make_id=lambda: "00000000000000aa")
    assert store.id == "00000000000000aa"
    assert InfluxStore(settings, state).id != store.id


def test_folder_that_knows_another_bucket_is_refused(stub: InfluxStub, state: State, tmp_path: Path) -> None:
    InfluxStore(_settings(stub, tmp_path), state)
    with pytest.raises(AskedWrong, match="Go back to essex/readings"):
        InfluxStore(_settings(stub, tmp_path, bucket="other"), state)
