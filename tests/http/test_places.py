"""Places of connections and the room for bodies that wait: bounded, and whoever works or is whole is served."""

import time
from pathlib import Path

import pytest

from decision_service.http import admission
from decision_service.http.places import Places, peer_name
from tests.http.sockets import DECIDE, connect
from tests.http.staging import application, staged


class Held:
    """A connection that holds a place, as a test sees it."""

    def __init__(self, peer: str = "") -> None:
        self.peer, self.gone = peer, False

    def give_way(self) -> None:
        self.gone = True


def test_when_all_places_are_taken_whoever_waited_longest_gives_way() -> None:
    refused: list[str] = []
    places = Places(3, 3, refused.append)
    first, second, third, fourth = (Held() for _ in range(4))
    assert all(places.take(one) for one in (first, second, third))
    places.works(first)
    assert places.take(fourth)
    assert (first.gone, second.gone, third.gone) == (False, True, False)
    places.leave(second)
    for one in (third, fourth):
        places.works(one)
    assert not places.take(Held()), "nobody waits: all work"
    places.waits(first)
    assert places.take(Held())
    assert first.gone
    assert refused == ["displaced", "full", "displaced"]


def test_one_peer_has_no_more_than_its_share() -> None:
    places = Places(100, 2, lambda _: None)
    held = [Held("192.0.2.1") for _ in range(2)]
    assert all(places.take(one) for one in held)
    assert not places.take(Held("192.0.2.1"))
    assert places.take(Held("192.0.2.2"))
    places.leave(held[0])
    assert places.take(Held("192.0.2.1"))


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("127.0.0.1", ""),
        ("::1", ""),
        (None, ""),
    ],
)
def test_peers_are_told_apart_by_address_and_this_machine_is_none(host: str | None, name: str) -> None:
    assert peer_name(host) == name


def test_more_connections_than_places_are_all_answered_in_turn(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers, most_connections=16) as stage:
        idle = [connect(stage.url) for _ in range(40)]
        try:
            assert stage.send("GET", "/livez").status == 200
            shown = stage.send("GET", "/metrics").body.decode()
            assert 'miaopi_unserved_total{why="displaced"}' in shown
        finally:
            for one in idle:
                one.close()


def test_half_a_body_takes_no_place_from_whole_ones(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers, most_in_flight=2) as stage:
        halves = [connect(stage.url) for _ in range(8)]
        try:
            for wire in halves:
                wire.sendall(DECIDE + b"Content-Length: 500\r\n\r\n{")
            time.sleep(0.2)
            assert stage.decide(application("ELD-1")).json["outcome"] == "APPROVED"
        finally:
            for wire in halves:
                wire.close()


def test_bodies_that_wait_have_only_so_much_room_together(
    registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "WAITING_BYTES", 100_000)
    with staged(tmp_path, registers) as stage:
        halves = [connect(stage.url) for _ in range(3)]
        for wire in halves:
            wire.sendall(DECIDE + b"Content-Length: 60000\r\n\r\n" + b"x" * 40_000)
            time.sleep(0.1)
        assert halves[2].recv(65536).startswith(b"HTTP/1.1 503")
        for wire in halves:
            wire.close()
        ends = time.monotonic() + 60
        while (got := stage.decide(application("ELD-1"))).status == 503:  # it has not seen yet that they are gone
            assert time.monotonic() < ends
        assert got.json["outcome"] == "APPROVED"
