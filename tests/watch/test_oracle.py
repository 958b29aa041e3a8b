"""Presearched, unfiltered and naive evaluation agree; watches leave no trace; their order says nothing; printed is parsed.

More on demand: ORACLE_EXAMPLES=5000 pytest tests/watch/test_oracle.py, of 200 pairs of query and article each.
"""

import os
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rasid.watch.parser import parse
from rasid.watch.query import And, AtLeast, Attribute, Has, Level, Near, Not, Or, Published, Score, Search, Term
from rasid.watch.watchbook import Watchbook
from schemas.article import ArticleEvent
from schemas.watch import Watch
from tests.watch.naive import FAMILIES, SURFACES, Story, holds, text

EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", "110"))
QUERIES, STORIES = 10, 20  # 200 pairs an example
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
BOOK = Watchbook()  # one for all examples: what an example leaves behind would show in the next

words = st.sampled_from(sorted(FAMILIES))
plain_words = st.sampled_from([word for word in FAMILIES if not word.endswith("*")])
fields = st.sampled_from([None, None, "title", "body"])
single = st.builds(Term, words, field=fields)
phrase = st.builds(
    Term,
    st.lists(words, min_size=2, max_size=3).map(" ".join),
    slop=st.integers(0, 3),
    field=fields,
    quoted=st.just(value=True),
)
leveled = st.builds(
    Term, plain_words, st.sampled_from([Level.NORM, Level.RAW]), field=fields, quoted=st.just(value=True)
)
terms = st.one_of(single, phrase, leveled)
either = st.one_of(terms, st.lists(terms, min_size=2, max_size=3).map(lambda each: Or(tuple(each))))
near = st.builds(Near, either, either, st.integers(1, 6), st.booleans())
nested_near = st.builds(Near, near, either, st.integers(1, 8), st.booleans())
moments = st.integers(0, 9).map(lambda days: NEW_YEAR + timedelta(days=days))
conditions = st.one_of(
    st.just(Has(Attribute.LANG, "ar")),
    st.just(Has(Attribute.SOURCE, "وكالة")),
    st.builds(Published, st.none() | moments, st.none()),
)
leaves = st.one_of(
    terms, near, nested_near, conditions, st.builds(AtLeast, st.integers(1, 3), st.one_of(either, near)),
    st.integers(0, QUERIES).map(lambda number: Search(f"w{number}")),
)  # fmt: skip


def within(inner):
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    weights = st.integers(-9, 9).filter(bool)
    weighed = st.lists(st.tuples(inner, weights), min_size=1, max_size=4).map(tuple)
    return st.one_of(several.map(And), several.map(Or), inner.map(Not), st.builds(Score, st.integers(1, 12), weighed))


nodes = st.recursive(leaves, within, max_leaves=6)


def stories(seed):
    rng = Random(seed)
    for _ in range(STORIES):
        title, body = (
            [rng.choices(SURFACES, k=rng.randint(1, 6)) for _ in range(rng.randint(0, most))] for most in (1, 3)
        )
        when = None if rng.random() < 0.1 else NEW_YEAR + timedelta(days=rng.randint(0, 9))
        yield Story(title, body or [["المدينة"]], rng.choice(["ar", "en"]), rng.choice(["وكالة", "Wire"]), when)


def event(story):
    return ArticleEvent(
        "urn:story", text(story.title), text(story.body), language=story.language, source=story.source,
        published=story.published,
    )  # fmt: skip


def in_force(trees, rng):
    """Puts the queries into the book, in any order; returns those that are in force, as parsed."""
    watches = [Watch(name, str(tree), translate=False) for name, tree in trees.items()]
    for watch in rng.sample(watches, len(watches)):
        BOOK.add(watch)
    return {watch.id: parse(watch.query) for watch in watches if watch.id not in BOOK.faulty}


def fired(articles):
    return [[match.watch.id for match in BOOK.match(article)] for article in articles]


def empty():
    for number in range(2 * QUERIES):
        BOOK.remove(f"w{number}")
        BOOK.remove(f"x{number}")
    assert not BOOK.lexis._entries
    assert not BOOK._filed
    assert not BOOK.always
    assert not BOOK.faulty


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(nodes, min_size=QUERIES, max_size=QUERIES), st.lists(nodes, max_size=3), st.integers())
def test_three_evaluators_agree_and_neither_order_nor_what_was_removed_matters(queries, passing, seed):
    rng, told = Random(seed), list(stories(seed))
    articles = [event(story) for story in told]
    trees = {f"w{number}": tree for number, tree in enumerate(queries)}
    try:
        parsed = in_force(trees, rng)
        for article in articles:  # with the same evidence
            assert BOOK.match(article) == BOOK.match_all(article)
        presearched = fired(articles)
        assert presearched == [
            sorted(name for name, tree in parsed.items() if holds(tree, story, parsed)) for story in told
        ]
        for tree in parsed.values():
            assert parse(str(tree)) == tree

        in_force({f"x{number}": tree for number, tree in enumerate(passing)}, rng)  # come and go
        for number in range(len(passing)):
            BOOK.remove(f"x{number}")
        assert in_force(trees, rng).keys() == parsed.keys()  # again, in another order
        assert fired(articles) == presearched
    finally:
        empty()


def test_the_table_of_the_naive_evaluator_is_true():
    for word, forms in FAMILIES.items():
        book = Watchbook()
        book.add(Watch("w", word, translate=False))
        assert {form for form in SURFACES if book.match(ArticleEvent("urn:word", body=form))} == forms, word
