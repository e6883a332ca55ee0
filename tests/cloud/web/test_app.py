"""The addresses of the web application: what they answer, to whom, and with which headers."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cloud.gaps import Gap
from cloud.live import LiveModel
from cloud.state import DeadLetter, State
from cloud.stores.protocol import Query, StoredReading
from cloud.web.app import SECURITY_HEADERS, make_app
from sensorhub.reading import US_PER_S, Reading
from tests.cloud.junction import NOW_US, Clock, busy_junction
from tests.cloud.shelf import Shelf
from tests.cloud.stores.model_store import ModelStore
from tests.cloud.stores.packs import pack, readings

TOKEN = "correct-horse"
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def shelf() -> Shelf:
    reading = Reading("detector-2", "actuation_count", NOW_US, 12.0)
    return Shelf([StoredReading("device-1136", reading, None)])


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = State.open(tmp_path)
    yield made
    made.close()


@pytest.fixture
def live() -> LiveModel:
    clock = Clock(NOW_US - 600 * US_PER_S)
    model = LiveModel(clock.machine)
    clock.now_us = NOW_US
    busy_junction(model, NOW_US)
    return model


@pytest.fixture
def client(live: LiveModel, shelf: Shelf, state: State) -> Iterator[TestClient]:
    with TestClient(make_app(live, shelf, state, TOKEN), raise_server_exceptions=False) as made:
        yield made


@pytest.mark.parametrize("path", ["/", "/?renew=10", "/health", "/nowhere", "/api/readings", "/static/page.css"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_page_renews_itself_only_when_asked(client: TestClient) -> None:
    assert "Refresh" not in client.get("/").headers
    assert "Refresh" not in client.get("/?renew=1").headers
    renewing = client.get("/?renew=10")
    assert renewing.headers["Refresh"] == "10"
    assert '<a href="/">stop renewing' in renewing.text


def test_static_files_are_kept_for_ever_at_the_address_of_their_content(client: TestClient) -> None:
    addresses = set(re.findall(r"/static/[^\"#]+", client.get("/").text))
    assert {address.rpartition(".")[2] for address in addresses} == {"css", "js", "svg"}
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/static/page.000000000000.css").status_code == 404
    assert client.get("/static/..%2Fapp.py").status_code == 404


def test_health_answers_without_a_token(client: TestClient, live: LiveModel) -> None:
    live.trouble("The disk is full.")
    assert client.get("/health").json() == {
        "store": "5f0c2a9e41d07b36",
        "trouble": "The disk is full.",
        "sensors": 23,
        "watching": 0,
    }


def test_an_unknown_address_says_so_in_a_sentence(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.text.endswith(".\n")
    assert client.post("/").status_code == 405


@pytest.mark.parametrize("path", ["/api/readings", "/api/dead-letters"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": "Bearer é"}],
)
def test_api_refuses_who_does_not_know_the_token(
    client: TestClient, shelf: Shelf, path: str, headers: dict[str, str]
) -> None:
    answer = client.get(path, headers={name: value.encode() for name, value in headers.items()})
    assert answer.status_code == 401
    assert "hub.json" in answer.text
    assert "device-1136" not in answer.text
    assert not shelf.asked


def test_api_readings_flow_as_csv(client: TestClient, shelf: Shelf) -> None:
    answer = client.get("/api/readings", headers=AUTHORIZATION)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.text == (
        "time,gateway,sensor,quantity,value,unit,quality\n"
        "2026-11-24T14:32:00Z,device-1136,detector-2,actuation_count,12.0,count,\n"
    )
    assert shelf.asked == [Query()]


def test_api_readings_pass_on_every_filter(client: TestClient, shelf: Shelf) -> None:
    asked = {
        "format": "json",
        "gateway": "device-1136",
        "sensor": "detector-2",
        "quantity": "occupancy",
        "from": "2026-11-24T14:32:00Z",
        "to": "2026-11-24T14:32:00.5+00:00",
    }
    answer = client.get("/api/readings", params=asked, headers=AUTHORIZATION)
    assert answer.status_code == 200
    assert len(answer.json()) == 1
    assert shelf.asked == [Query("device-1136", "detector-2", "occupancy", NOW_US, NOW_US + 500_000)]


def test_api_readings_as_parquet(client: TestClient) -> None:
    answer = client.get("/api/readings?format=parquet", headers=AUTHORIZATION)
    assert answer.content[:4] == answer.content[-4:] == b"PAR1"
    assert 'filename="readings.parquet"' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("format=xlsx", "csv, json, parquet"),
        ("gateway=Device", "cannot name a gateway"),
        ("sensor=../x", "cannot name a sensor"),
        ("quantity=speed", "occupancy"),
        ("from=yesterday", "2024-04-15T12:00:00Z"),
        ("to=0000-00-00", "2024-04-15T12:00:00Z"),
        ("when=now", "from, to"),
        ("sensor=a&sensor=b", "give it once"),
    ],
)
def test_api_readings_say_which_parameter_is_wrong(client: TestClient, shelf: Shelf, asked: str, said: str) -> None:
    answer = client.get(f"/api/readings?{asked}", headers=AUTHORIZATION)
    assert answer.status_code == 400
    assert said in answer.text
    assert not shelf.asked


def test_api_readings_say_when_the_store_is_away(client: TestClient, shelf: Shelf) -> None:
    shelf.broken = True
    for name in ("csv", "json", "parquet"):
        answer = client.get(f"/api/readings?format={name}", headers=AUTHORIZATION)
        assert answer.status_code == 503
        assert answer.text == "The store is away. Start it.\n"


def test_api_dead_letters_keep_their_bytes(client: TestClient, state: State) -> None:
    assert client.get("/api/dead-letters", headers=AUTHORIZATION).json() == []
    letter = DeadLetter("device-1136", "essex/v1/device-1136/pack/x", None, "no pack", b"\x00\xff[", NOW_US)
    state.add_dead_letters([letter])
    (row,) = client.get("/api/dead-letters?gateway=device-1136&limit=5", headers=AUTHORIZATION).json()
    assert base64.b64decode(row["raw"]) == letter.raw
    assert (row["arrived"], row["reason"], row["sequence"]) == ("2026-11-24T14:32:00Z", "no pack", None)
    for limit in ("0", "x", "99999999999999"):
        answer = client.get(f"/api/dead-letters?limit={limit}", headers=AUTHORIZATION)
        assert answer.status_code == 400
        assert "not a number from 1" in answer.text


class _Broken(Shelf):
    @property
    def id(self) -> str:
        raise RuntimeError("inside")


def test_a_fault_of_ours_is_told_without_its_inside(live: LiveModel, state: State) -> None:
    with TestClient(make_app(live, _Broken(), state, TOKEN), raise_server_exceptions=False) as client:
        answer = client.get("/health")
    assert answer.status_code == 500
    assert "inside" not in answer.text
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/gaps"), ("GET", "/api/refetch"), ("POST", "/api/refetch")])
def test_losses_need_the_token(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path, params={"since": "2025-01-01"}).status_code == 401


def test_refetch_is_asked_with_post_and_looked_at_with_get(live: LiveModel, state: State) -> None:
    store = ModelStore()
    store.write([pack(readings(5))])
    with TestClient(make_app(live, store, state, TOKEN)) as client:
        before = store.id
        assert client.get("/api/refetch", headers=AUTHORIZATION).json() == {"wanted": []}
        assert client.get("/api/refetch?since=2020-01-01", headers=AUTHORIZATION).status_code == 400
        assert client.post("/api/refetch", headers=AUTHORIZATION).text.startswith("since is missing")
        assert store.id == before

        asked = client.post("/api/refetch?since=2020-01-01", headers=AUTHORIZATION).json()
        assert asked["wanted"] == [{"gateway": "device-1136", "records": 5, "on_no_card": 0}]
        assert store.id != before
        assert client.get("/api/refetch?format=text", headers=AUTHORIZATION).text.startswith("Still missing: 5 records")


def test_gaps_are_answered_as_json_and_as_text(client: TestClient, state: State) -> None:
    state.set_gaps("g", "0" * 16, [Gap("g", "0" * 16, "dropped", 5, 131, 127, "spool-full", NOW_US)])

    assert client.get("/api/gaps", headers=AUTHORIZATION).json()["gaps"][0]["count"] == 127
    assert "127 records lost: spool-full" in client.get("/api/gaps?format=text", headers=AUTHORIZATION).text
    assert client.get("/api/gaps?gateway=NO", headers=AUTHORIZATION).status_code == 400
