"""The processes that analyse: order, shares, changes of watches, and what happens when one ends."""

import asyncio
import os
import signal

import msgspec
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from agents import analysts
from agents.analyst_messages import Change, Made, Record, Refused
from agents.analysts import Analysts, LostError
from schemas.article import ArticleEvent
from schemas.tagged_article import TaggedArticle
from schemas.watch import Watch
from tests.agents.babbler import READY
from tests.patience import PATIENCE_SECONDS

NOW_MS = 1_768_903_200_000
ENCODE = msgspec.json.encode


def record(number, body="انتهت المحادثات الثلاثية في أبوظبي.", stood=()):
    uri = f"urn:x:{number}"
    return Record(uri.encode(), ENCODE(ArticleEvent(uri, "", body, "ar")), NOW_MS, list(stood))


@pytest.mark.parametrize(("processors", "processes"), [(1, 1), (2, 2), (4, 2), (6, 3), (8, 4), (64, 4)])
def test_the_loop_and_the_broker_keep_processors_for_themselves(processors, processes):
    assert analysts.by_default(processors) == processes


def change(watch):
    return Change(watch.id.encode(), ENCODE(watch))


TALKS = Watch(id="talks", name="Talks", query="trilateral talks")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two():
    made = Analysts(2)
    running = asyncio.create_task(made.run())
    await asyncio.wait_for(made.ready.wait(), PATIENCE_SECONDS)
    yield made
    running.cancel()
    await made.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_articles_come_back_in_order_from_both(two):
    await two.change([change(TALKS)])
    records = [record(number) for number in range(50)]
    made, _ = await two.read(records)
    assert [each.uri for each in made] == [f"urn:x:{number}" for number in range(50)]
    tagged = [msgspec.json.decode(each.tagged, type=TaggedArticle) for each in made]
    assert {each.entities[0].name.en for each in tagged} == {"Abu Dhabi"}
    assert [[name for name, _ in each.matches] for each in made] == [["talks"]] * 50


@pytest.mark.asyncio(loop_scope="module")
async def test_a_change_is_in_force_for_whatever_is_asked_after_it(two):
    for turn in range(20):
        watch = TALKS if turn % 2 else msgspec.structs.replace(TALKS, enabled=False)
        told = asyncio.create_task(two.change([change(watch)]))
        await asyncio.sleep(0)
        made, _ = await two.read([record(number) for number in range(8)])
        assert [len(each.matches) for each in made] == [turn % 2] * 8
        assert (await told).enabled == turn % 2


@pytest.mark.asyncio(loop_scope="module")
async def test_a_watch_that_is_none_is_refused_with_its_reason(two):
    standing = await two.change([Change(b"bad", b"{"), change(Watch(id="odd", name="Odd", query="(peace"))])
    assert standing.faulty == 2
    assert standing.faults == {"record": 1, "query": 1}
    assert standing.refused.keys() == {"bad", "odd"}
    standing = await two.change([Change(b"bad", None), Change(b"odd", None)])
    assert (standing.faulty, standing.refused) == (0, {})


@pytest.mark.asyncio(loop_scope="module")
async def test_what_cannot_be_read_is_refused_in_its_place(two):
    made, _ = await two.read([record(0), Record(b"x", b"{", NOW_MS), Record(None, None, NOW_MS), record(3)])
    assert [type(each) for each in made] == [Made, Refused, Refused, Made]
    assert [made[1].reason, made[2].reason] == ["not_json", "null_value"]


@pytest.mark.asyncio(loop_scope="module")
async def test_an_article_that_stood_for_a_watch_and_no_longer_matches_says_so(two):
    await two.change([change(TALKS)])
    made, _ = await two.read([record(1, "لا شيء هنا.", stood=["talks", "unknown"])])
    assert (made[0].matches, [name for name, _ in made[0].gone]) == ([], ["talks"])


@pytest.mark.asyncio(loop_scope="module")
async def test_one_that_ends_takes_all_down_and_answers_whoever_waits():
    made = Analysts(2)
    running = asyncio.create_task(made.run())
    await asyncio.wait_for(made.ready.wait(), PATIENCE_SECONDS)
    os.kill(made.pids[0], signal.SIGSTOP)
    waiting = asyncio.create_task(made.read([record(number) for number in range(8)]))
    await asyncio.sleep(0.1)
    os.kill(made.pids[0], signal.SIGKILL)
    with pytest.raises(LostError):
        await waiting
    with pytest.raises(LostError, match="exit code 137"):
        await running
    with pytest.raises(LostError):
        await made.read([record(0)])
    with pytest.raises(ProcessLookupError):
        os.kill(made.pids[1], 0)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("answer", ["undecodable", "malformed", "of_another_kind", "unasked", "never_ready"])
async def test_an_answer_that_is_none_takes_all_down_at_once_and_is_told(caplog, answer, monkeypatch):
    monkeypatch.setenv("BABBLE", answer)
    made = Analysts(2, program="tests.agents.babbler")
    running = asyncio.create_task(made.run())
    if answer not in READY:
        await asyncio.wait_for(made.ready.wait(), PATIENCE_SECONDS)
        with pytest.raises(LostError):
            await asyncio.wait_for(made.read([record(number) for number in range(8)]), PATIENCE_SECONDS)
    with pytest.raises(LostError, match="exit code"):
        await asyncio.wait_for(running, PATIENCE_SECONDS)
    assert "answers what is no answer" in caplog.text
    if answer not in READY:
        for pid in made.pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


@given(st.integers(1, 200), st.integers(1, 9))
def test_shares_are_all_of_it_in_order_and_none_is_tiny(count, most):
    records = [record(number) for number in range(count)]
    shares = analysts._shares(records, most)
    assert [each for share in shares for each in share] == records
    assert len(shares) <= most
    assert len(shares) == 1 or len(shares[0]) >= analysts.LEAST_SHARE
