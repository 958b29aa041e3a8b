"""What arrives, when, with which id and signature: scenarios with a clock of their own and a server that misbehaves."""

import base64
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from rasid.deliver.schedule import DELAYS_SECONDS
from rasid.deliver.sign import PUBLIC, key
from schemas.alert import Story as AlertStory
from tests.agents import real_time
from tests.agents.clock import START
from tests.agents.desk import OTHER_SECRET, receiver
from tests.agents.timed import Story, about, gaps, stamped
from tests.collector import CLOSED, GARBAGE, SECRET, Collector, Endless, Raw, Slow, Status, redirect
from tests.deliver.alerts import alert

MINUTE, HOUR = 60, 3600
FIRST = alert(1).id
NEVER = Slow(60)  # longer than these receivers are given
SHORT_SECONDS = 2.0  # an attempt that is to take too long; those beside it are made in this time too


def asking(code, value):
    return Status(code, (("Retry-After", value),))


@dataclass(frozen=True)
class Row:
    """One alert: the answers to its attempts (204 after them), the waits between these, and its end."""

    name: str
    answers: list = field(default_factory=list)
    waits: list = field(default_factory=list)
    outcome: str = "delivered"
    status: int | None = 204
    real_seconds: float = 30.0  # an attempt may take


TAKEN = [Row(f"{code}_is_success", [Status(code)], status=code) for code in (200, 201, 202, 204, 206, 299)]
RETRIED = [
    Row(f"{code}_is_tried_again", [Status(code)], [5])
    for code in (400, 401, 403, 404, 405, 408, 409, 413, 422, 425, 429, 500, 501, 502, 503, 504, 511, 599)
]
REDIRECTED = [
    Row(f"{code}_is_not_followed", [Status(code, (("Location", "http://localhost/elsewhere"),))], [5])
    for code in (301, 302, 303, 307, 308)
]
BROKEN = [
    Row("closed_without_an_answer", [CLOSED], [5]),
    Row("no_http", [GARBAGE], [5]),
    Row("no_answer_in_time", [NEVER], [5], real_seconds=SHORT_SECONDS),
    Row("a_head_a_byte_at_a_time", [Raw(b"HTTP/1.1 204 No Content\r\n\r\n", 0.3)], [5],
        real_seconds=SHORT_SECONDS),
    Row("half_a_head", [Raw(b"HTTP/1.1 200 OK\r\nContent-Le")], [5]),
    Row("a_head_without_end", [Raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")], [5]),
    Row("a_body_without_end", [Endless()], status=200),
    Row("half_a_body", [Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")], status=200),
    Row("a_body_that_unpacks_to_gigabytes", [Status(200, (("Content-Encoding", "gzip"),), b"\x1f\x8b")], status=200),
    Row("a_redirect_to_a_private_address", [redirect("http://169.254.169.254/latest/meta-data")], [5]),
    Row("a_redirect_to_itself_twice", [redirect("/"), redirect("/")], [5, 5 * MINUTE]),
]  # fmt: skip
ASKED = [
    Row("429_asks_for_longer", [asking(429, "100")], [(100, 120)]),
    Row("503_asks_for_longer", [asking(503, "7200")], [(7200, 8640)]),
    Row("500_asks_for_longer", [asking(500, "60")], [(60, 72)]),
    Row("429_asks_for_less", [asking(429, "1")], [5]),
    Row("429_asks_for_nothing", [asking(429, "0")], [5]),
    Row("503_asks_for_a_date", [asking(503, "Mon, 23 Nov 2026 10:10:00 GMT")], [(600, 720)]),
    Row("503_asks_for_a_date_that_is_over", [asking(503, "Mon, 23 Nov 2026 09:10:00 GMT")], [5]),
    Row("503_asks_for_rubbish", [asking(503, "soon")], [5]),
    Row("429_asks_for_years", [asking(429, "999999999")], [(24 * HOUR, 28.8 * HOUR)]),
    Row("a_second_429_asks_for_less_than_planned", [Status(500), asking(429, "10")], [5, 5 * MINUTE]),
]
SCHEDULED = [
    Row(f"{count}_failures", [Status(500)] * count, list(DELAYS_SECONDS[:count]))
    for count in range(1, len(DELAYS_SECONDS) + 1)
]
ENDED = [
    Row("never_taken", [Status(500)] * 10, list(DELAYS_SECONDS), "failed", 500),
    Row("never_answered", [CLOSED] * 10, list(DELAYS_SECONDS), "failed", None),
    Row("gone_at_once", [Status(410)], [], "gone", 410),
    Row("gone_after_two_failures", [Status(500), CLOSED, Status(410)], [5, 5 * MINUTE], "gone", 410),
    Row("other_faults_each_time", [Status(500), CLOSED, GARBAGE, Status(429), NEVER],
        list(DELAYS_SECONDS[:5]), real_seconds=SHORT_SECONDS),
]  # fmt: skip
ROWS = [*TAKEN, *RETRIED, *REDIRECTED, *BROKEN, *ASKED, *SCHEDULED, *ENDED]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_scenario(row):
    async with Collector(script=row.answers) as server:
        desk = receiver("default", server.url, timeout_seconds=row.real_seconds)
        async with Story(server, desk) as story:
            await story.tell(alert(1))
            await story.run()
            story.check()
            assert story.times(FIRST)[0] == 0
            assert about(gaps(story.times(FIRST)), row.waits), gaps(story.times(FIRST))
            (result,) = story.stream.results
            assert (result.outcome, result.status, result.attempts) == (row.outcome, row.status, len(row.waits) + 1)
            assert len(story.stream.letters) == (row.outcome != "delivered")
            assert not story.stream.schedule
            assert all(stamped(each, story.clock) for each in story.arrivals)


async def test_real_time_agrees_with_the_clock_that_is_moved_by_hand():
    """Past the second trials of the breaker; ten minutes by `python -m tests.agents.real_time`."""
    assert await real_time.compare(25.0, late=5.0) == 0


def test_there_are_enough_of_them():
    assert len(ROWS) >= 60
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.fixture
async def server():
    async with Collector() as open_server:
        yield open_server


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_step_of_the_calendar_changes_no_wait(server, hours):
    server.script = [Status(500), Status(500)]
    async with Story(server, receiver("default", server.url)) as story:
        await story.tell(alert(1))
        story.clock.step(hours=hours)
        await story.run()
        story.check()
        assert about(gaps(story.times(FIRST)), [5, 5 * MINUTE])
        assert stamped(story.arrivals[-1], story.clock)


@pytest.mark.parametrize(
    ("hours", "waits"),
    [(0, 30 * MINUTE), (1, (0, 1)), (-1, 30 * MINUTE)],  # of 30 minutes, none may become an hour and a half
)
async def test_a_step_of_the_calendar_before_a_restart_never_makes_a_wait_longer(server, hours, waits):
    server.script = [Status(500)] * 3
    async with Story(server, receiver("default", server.url)) as story:
        await story.tell(alert(1))
        await story.run(until=10 * MINUTE)
        assert len(story.arrivals) == 3
        story.clock.step(hours=hours)
        failed_at = story.times(FIRST)[-1]
        story.clock.advance(failed_at - story.clock.passed)
        await story.restart()
        await story.run()
        story.check()
        last = story.times(FIRST)[-1] - failed_at
        assert about([last], [waits]) or 10 * MINUTE - failed_at <= last <= 10 * MINUTE


@pytest.mark.parametrize("failures", range(1, 10))
async def test_a_kill_at_any_point_of_the_schedule_changes_nothing(server, failures):
    server.script = [Status(500)] * failures
    async with Story(server, receiver("default", server.url)) as story:
        await story.tell(alert(1))
        while len(story.arrivals) <= failures:
            await story.restart()
            await story.run(until=story.clock.passed + story.clock.next())
        story.check()
        assert about(gaps(story.times(FIRST)), DELAYS_SECONDS[:failures])
        assert story.outcomes() == {FIRST: "delivered"}
        assert not story.stream.schedule


async def test_410_ends_what_waits_and_nothing_more_is_sent(server):
    server.script = [Status(500), Status(500), Status(410)]
    async with Story(server, receiver("default", server.url, connections=1)) as story:
        await story.tell(alert(1), alert(2), alert(3), alert(4))
        await story.run()
        story.check()
        assert [each.id for each in story.arrivals] == [alert(1).id, alert(2).id, alert(3).id]
        assert set(story.outcomes().values()) == {"gone"}
        assert len(story.stream.letters) == 4
        (state,) = [message for message in story.stream.sent if message.topic == "receivers"]
        assert state.key == b"default"
        assert b"to-hide" not in state.value


async def test_a_receiver_that_is_off_stays_off_after_a_restart_until_it_is_switched_on(server):
    async with Story(server, receiver("default", server.url)) as story:
        story.off.add("default")
        await story.restart()
        await story.tell(alert(1))
        assert story.outcomes() == {FIRST: "gone"}
        story.off.clear()
        story.desk.look_at("default")
        await story.tell(alert(2))
        story.check()
        assert [each.id for each in story.arrivals] == [alert(2).id]


async def test_after_five_failures_in_a_row_trials_are_made_and_at_the_first_success_all_is_sent(server):
    server.default = Status(500)
    async with Story(server, receiver("default", server.url, connections=1)) as story:
        await story.tell(*[alert(number) for number in range(100)])
        assert len(story.arrivals) == 5
        await story.run(until=HOUR)
        trials = len(story.arrivals)
        assert trials < 5 + 7 + 12  # 5 s, 10 s ... 5 minutes, and so on
        server.default = Status(204)
        await story.run(until=HOUR + 6 * MINUTE)
        story.check()
        assert set(story.outcomes().values()) == {"delivered"}
        assert len(story.outcomes()) == 100
        assert story.clock.passed - HOUR <= 6 * MINUTE
        assert len(story.arrivals) == trials + 100
        first_time = [each.id for each in story.arrivals[trials:] if len(story.times(each.id)) == 1]
        assert first_time == sorted(first_time)


async def test_an_attempt_before_its_time_uses_up_nothing(server):
    """A receiver that comes and goes, and never takes one alert."""
    async with Story(server, receiver("default", server.url, connections=1)) as story:
        server.script = [Status(500)]
        await story.tell(alert(1))
        for number in range(2, 22, 2):
            server.script = [Status(500)] * 5
            await story.tell(*[alert(100 * number + each) for each in range(5)])
            server.script = [Status(204)] * 200
            await story.run(until=story.clock.passed + 20)
        story.check()
        assert len(story.outcomes()) == 51
        assert set(story.outcomes().values()) == {"delivered"}


async def test_what_is_never_tried_is_given_up_after_the_longest_schedule(server):
    server.default = Status(500)
    async with Story(server, receiver("default", server.url, connections=1)) as story:
        await story.tell(*[alert(number) for number in range(1000)])
        await story.run(until=11 * 24 * HOUR)
        assert len(story.outcomes()) == 1000
        assert set(story.outcomes().values()) == {"failed"}
        assert len(story.stream.letters) == 1000
        assert not story.stream.schedule


async def test_retry_after_holds_for_the_whole_receiver(server):
    server.script = [asking(429, "60")]
    async with Story(server, receiver("default", server.url, connections=1)) as story:
        await story.tell(alert(1), alert(2), alert(3))
        await story.run()
        story.check()
        assert [each.at == 0 for each in story.arrivals] == [True, False, False, False]
        assert min(each.at for each in story.arrivals[1:]) >= 60
        assert max(each.at for each in story.arrivals) <= 72


async def test_of_one_story_the_later_waits_for_the_earlier_even_over_a_restart(server):
    server.script = [Status(500), Status(500)]
    one = [alert(number, story=AlertStory("one", 1, [])) for number in (1, 2)]
    async with Story(server, receiver("default", server.url)) as story:
        await story.tell(*one)
        await story.run(until=10)
        await story.restart()
        await story.run()
        story.check()
        assert [each.id for each in story.arrivals] == [one[0].id] * 3 + [one[1].id]


async def test_while_a_key_rotates_each_retry_has_both_signatures():
    async with Collector(SECRET, OTHER_SECRET, script=[Status(500)]) as server:
        both = (SecretStr(OTHER_SECRET), SecretStr(SECRET))
        async with Story(server, receiver("default", server.url, secrets=both)) as story:
            await story.tell(alert(1))
            await story.run()
            story.check()
            assert [len(each.headers["webhook-signature"].split()) for each in story.arrivals] == [2, 2]


async def test_a_secret_that_changes_between_two_attempts_signs_the_second(server):
    server.script = [Status(500)]
    async with Story(server, receiver("default", server.url)) as story:
        await story.tell(alert(1))
        server._hooks = Collector(OTHER_SECRET)._hooks
        story.desk.use({"default": receiver("default", server.url, secrets=(SecretStr(OTHER_SECRET),))})
        await story.settle()
        await story.run()
        story.check()
        assert len(story.arrivals) == 2


async def test_a_public_key_verifies_each_attempt(server):
    seed = bytes(range(32))
    public = (
        PUBLIC + base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()).decode()
    )
    secrets = (SecretStr("whsk_" + base64.b64encode(seed).decode()),)
    server.script = [Status(500)]
    async with Story(server, receiver("default", server.url, secrets=secrets)) as story:
        await story.tell(alert(1))
        await story.run()
        for each in story.arrivals:
            assert key(public).verifies(each.headers["webhook-signature"], FIRST, each.sent, each.body.decode())
        assert len({each.headers["webhook-signature"] for each in story.arrivals}) == 2


async def test_what_waits_goes_where_the_receivers_file_points_by_then(server):
    server.script = [Status(500)]
    async with Collector() as elsewhere, Story(server, receiver("default", server.url)) as story:
        await story.tell(alert(1))
        story.desk.use({"default": receiver("default", elsewhere.url)})
        await story.settle()
        await story.run()
        assert elsewhere.ids == {FIRST}
        assert len(server.received) == 1


async def test_what_waits_for_a_receiver_that_is_taken_out_is_put_aside(server):
    server.default = Status(500)
    async with Story(server, receiver("default", server.url), receiver("other", server.url)) as story:
        await story.tell(alert(1))
        story.desk.use({"other": receiver("other", server.url)})
        await story.run()
        assert story.outcomes() == {FIRST: "unroutable"}
        assert len(story.stream.letters) == 1
        assert not story.stream.schedule


async def test_the_same_alert_twice_on_the_topic_is_sent_once(server):
    server.script = [Status(500)]
    async with Story(server, receiver("default", server.url)) as story:
        await story.tell(alert(1), alert(1))
        await story.run()
        await story.tell(alert(1))
        story.check()
        assert len(story.arrivals) == 2
        assert len(story.stream.results) == 1


async def test_an_alert_that_its_topic_has_lost_is_given_up(server):
    server.default = Status(500)
    async with Story(server, receiver("default", server.url)) as story:
        await story.tell(alert(1))
        story.stream.kept.clear()
        await story.run()
        (result,) = story.stream.results
        assert (result.outcome, result.detail) == ("failed", "the alert is no longer on its topic")


async def test_the_first_attempt_does_not_wait_for_the_clock(server):
    async with Story(server, receiver("default", server.url)) as story:
        await story.tell(*[alert(number) for number in range(50)])
        assert {each.at for each in story.arrivals} == {0}
        assert len(story.arrivals) == 50
        assert story.clock.now() == START
