"""The watch language as the table of docs/watch-language.md has it, evaluated the plain way: the oracle of the oracle.

Nothing of the matcher is used. An article is fields of sentences of words; which words are a watched one is a table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product

from rasid.watch.query import And, AtLeast, Has, Level, Near, Node, Not, Or, Published, Score, Search, Term

# What counts as the watched word, at the level of word identity, without translation.
FAMILIES = {
    "سلام": {"سلام", "السلام", "والسلام", "بسلام"},
    "حرب": {"حرب", "الحرب", "حروب", "للحرب"},
    "هدنة": {"هدنة", "الهدنة", "وهدنة"},
    "talk": {"talk", "talks", "Talks", "talked"},
    "oil": {"oil", "Oil"},
    "هدن*": {"هدنة", "الهدنة", "وهدنة", "هدنات"},
    "tal*": {"talk", "talks", "Talks", "talked"},
}
FILLERS = ["المدينة", "جديد", "market", "said", "اليوم"]
SURFACES = sorted({form for forms in FAMILIES.values() for form in forms} | set(FILLERS))

Place = tuple[int, int]  # the first and last word, counted over title and body


@dataclass(frozen=True)
class Story:
    """An article: each field is a list of sentences, each a list of words."""

    title: list[list[str]]
    body: list[list[str]]
    language: str = "ar"
    source: str = "وكالة"
    published: datetime | None = None
    words: list[tuple[str, int, str]] = field(default_factory=list)  # field, number of the sentence, surface

    def __post_init__(self) -> None:
        sentences = [*(("title", each) for each in self.title), *(("body", each) for each in self.body)]
        for number, (name, sentence) in enumerate(sentences):
            self.words.extend((name, number, word) for word in sentence)


def text(sentences: list[list[str]]) -> str:
    """The sentences as an article has them."""
    return ". ".join(" ".join(sentence) for sentence in sentences)


def holds(node: Node, story: Story, others: Mapping[str, Node]) -> bool:
    """Whether the query matches."""
    match node:
        case And(parts):
            return all(holds(part, story, others) for part in parts)
        case Or(parts):
            return any(holds(part, story, others) for part in parts)
        case Not(part):
            return not holds(part, story, others)
        case Score(threshold, parts):
            return sum(weight for part, weight in parts if holds(part, story, others)) >= threshold
        case AtLeast(count, part):
            begun = {first for first, _ in places(part, story)}
            return any(sum(story.words[each][0] == name for each in begun) >= count for name in ("title", "body"))
        case Search(watch_id):
            return holds(others[watch_id], story, others)
        case Has(attribute, value):
            return getattr(story, {"lang": "language", "source": "source"}[attribute]) == value
        case Published(since, until):
            moment = story.published
            return moment is not None and not (since and moment < since) and not (until and moment > until)
        case _:
            return bool(places(node, story))


def places(node: Node, story: Story) -> set[Place]:
    """Where a term, an OR of terms or a NEAR stands."""
    match node:
        case Term():
            return set(_of_term(node, story))
        case Or(parts):
            return set().union(*(places(part, story) for part in parts))
        case Near(left, right):
            return set(_of_near(node, places(left, story), places(right, story), story))
        case _:
            raise AssertionError(node)


def _of_term(term: Term, story: Story) -> Iterator[Place]:
    """From each first word the shortest way to the last one: in order, in a sentence, with few words between."""
    wanted = term.text.split()
    standing = [[n for n, word in enumerate(story.words) if _is(each, word[2], term.level)] for each in wanted]
    found: dict[int, int] = {}
    for chosen in product(*standing):
        names = {story.words[each][0] for each in chosen}
        in_order = list(chosen) == sorted(set(chosen)) and len({story.words[each][1] for each in chosen}) == 1
        between = chosen[-1] - chosen[0] + 1 - len(wanted)
        if in_order and between <= term.slop and (term.field is None or names == {term.field}):
            found[chosen[0]] = min(chosen[-1], found.get(chosen[0], len(story.words)))
    yield from found.items()


def _is(wanted: str, surface: str, level: Level) -> bool:
    if level is Level.RAW:
        return wanted == surface
    if level is Level.NORM:
        return wanted.lower() == surface.lower()
    return surface in FAMILIES[wanted]


def _of_near(near: Near, left: set[Place], right: set[Place], story: Story) -> Iterator[Place]:
    for one in left:
        for other in right:
            pairs = [(one, other)] if near.ordered else [(one, other), (other, one)]
            for before, after in pairs:
                same_field = story.words[before[0]][0] == story.words[after[0]][0]
                if same_field and 0 < after[0] - before[1] <= near.distance:
                    yield before[0], after[1]
