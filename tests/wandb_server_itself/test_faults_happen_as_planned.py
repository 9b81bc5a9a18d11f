"""Each fault, seen as a client sees it: without the wandb client, whose own retries would hide it."""

import http.client
import json
import threading
import urllib.error
import urllib.request

import pytest
from wandb_server import API_KEY, faults

QUERY = json.dumps({"query": "query Viewer { viewer { id entity } }", "variables": {}}).encode()


@pytest.fixture
def ask(wandb_server):
    """Send one query and return (status, headers, body)."""

    def send(path="/graphql", *, body=QUERY, timeout=5):
        request = urllib.request.Request(wandb_server.url + path, data=body)  # noqa: S310 - this machine
        manager = urllib.request.HTTPPasswordMgrWithPriorAuth()
        manager.add_password(None, wandb_server.url, "api", API_KEY, is_authenticated=True)
        opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(manager))
        try:
            with opener.open(request, timeout=timeout) as answered:
                return answered.status, answered.headers, answered.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    return send


@pytest.fixture
def stored(wandb_server):
    wandb_server.store.blobs["a.parquet"] = bytes(range(100))


@pytest.mark.parametrize("code", [401, 403, 404, 408, 429, 500, 502, 503])
def test_any_status_can_be_answered_a_number_of_times(wandb_server, ask, code):
    wandb_server.faults.add("Viewer", faults.status(code, retry_after=7), times=2)
    assert [ask()[0] for _ in range(3)] == [code, code, 200]


def test_a_busy_server_says_when_to_come_again(wandb_server, ask):
    wandb_server.faults.add("Viewer", faults.status(429, retry_after=7))
    assert ask()[1]["Retry-After"] == "7"


def test_an_error_may_hide_in_a_200(wandb_server, ask):
    wandb_server.faults.add("Viewer", faults.graphql_error("no such thing"), times=1)
    wandb_server.faults.add("Viewer", faults.rate_limited_in_200(), times=1)
    told = [ask() for _ in range(3)]
    assert [status for status, _, _ in told] == [200, 200, 200]
    assert b"no such thing" in told[0][2]
    assert b"rate limit" in told[1][2]
    assert json.loads(told[2][2])["data"]["viewer"]["entity"] == "tester"


def test_a_page_may_come_instead_of_json(wandb_server, ask):
    wandb_server.faults.add("Viewer", faults.html())
    _, headers, body = ask()
    assert headers["Content-Type"] == "text/html"
    assert body.startswith(b"<!doctype html>")


def test_a_connection_may_be_reset(wandb_server, ask):
    wandb_server.faults.add("Viewer", faults.reset(), times=1)
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected, urllib.error.URLError)):
        ask()
    assert ask()[0] == 200


def test_a_body_may_end_too_early(wandb_server, ask):
    wandb_server.faults.add("Viewer", faults.truncated(keep=0.5))
    with pytest.raises(http.client.IncompleteRead):
        ask()


def test_an_answer_may_never_come(wandb_server, ask):
    wandb_server.faults.add("Viewer", faults.hang())
    with pytest.raises(TimeoutError):
        ask(timeout=0.2)


def test_a_server_that_hangs_still_stops(wandb_server, ask):
    wandb_server.faults.add("Viewer", faults.hang())
    lost = []

    def wait():
        try:
            ask(timeout=60)
        except OSError as error:
            lost.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not wandb_server.requests:
        pass
    wandb_server.closing.set()
    waiting.join(10)
    assert lost


def test_the_first_requests_may_pass(wandb_server, ask):
    wandb_server.faults.add("Viewer", faults.status(500), times=1, after=1)
    assert [ask()[0] for _ in range(3)] == [200, 500, 200]


def test_files_may_be_missing_short_or_damaged(wandb_server, stored, ask):
    planned = [faults.missing(), faults.short_file(keep=0.25), faults.flipped_bit(at=0.5)]
    for fault in planned:
        wandb_server.faults.add("*.parquet", fault, times=1)
    missing, short, flipped, whole = [ask("/storage/a.parquet", body=None) for _ in range(4)]
    assert missing[0] == 404
    assert (short[0], short[2]) == (200, bytes(range(25)))
    assert flipped[2] == bytes(byte ^ (byte == 50) for byte in range(100))
    assert whole[2] == bytes(range(100))


def test_other_requests_are_left_alone_and_faults_can_be_cleared(wandb_server, stored, ask):
    wandb_server.faults.add("Viewer", faults.status(500))
    assert ask("/storage/a.parquet", body=None)[0] == 200
    wandb_server.faults.clear()
    assert ask()[0] == 200


def test_a_query_outside_the_schema_is_kept_for_the_test(wandb_server, ask):
    assert ask(body=json.dumps({"query": "query Odd { viewer { shoeSize } }"}).encode())[0] == 400
    assert "shoeSize" in wandb_server.mistakes.pop()
