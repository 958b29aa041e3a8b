"""Pairs of texts with the answer: made of the seed articles and of tests/cases/stories.toml by what newsrooms do.

Every operation is deterministic, so the set is the same in each run.
"""

import itertools
import json
import tomllib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

TREE = Path(__file__).resolve().parents[2]
CASES = tomllib.loads((TREE / "tests/cases/stories.toml").read_text("utf-8"))
COPIES = tomllib.loads((TREE / "seeds/articles/copies.toml").read_text("utf-8"))
PREFIX = "urn:article:seed:"
DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
SPELLING = str.maketrans({"أ": "ا", "إ": "ا", "ة": "ه", "ى": "ي", "،": ",", "«": '"', "»": '"', "“": '"', "”": '"'})


class Pair(NamedTuple):
    kind: str
    left: str
    right: str
    same: bool


class Article(NamedTuple):
    name: str
    language: str
    paragraphs: list[str]


def seeds() -> dict[str, Article]:
    found = {}
    for file in sorted((TREE / "seeds/articles").glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            event = json.loads(line)
            name = event["uri"].removeprefix(PREFIX)
            paragraphs = [part for part in event["body"].split("\n") if part.strip()]
            found[name] = Article(name, name[:2], paragraphs)
    return found


def choice(options: list, article: Article, salt: str):
    """The same one each time, another one for each article."""
    return options[zlib.crc32(f"{article.name}/{salt}".encode()) % len(options)]


def credited(article: Article) -> list[str]:
    first, *rest = article.paragraphs
    language = article.language
    return [
        choice(CASES["credits"][language], article, "c") + first,
        *rest,
        choice(CASES["endings"][language], article, "e"),
    ]


def new_lead(article: Article) -> list[str]:
    return [choice(CASES["leads"][article.language], article, "l"), *article.paragraphs[1:]]


def cut_end(article: Article) -> list[str]:
    return article.paragraphs[: max(2, len(article.paragraphs) - 2)]


def brief(article: Article) -> list[str]:
    """The first two paragraphs, as a short item."""
    return article.paragraphs[:2]


def cut_middle(article: Article) -> list[str]:
    return [*article.paragraphs[:1], *article.paragraphs[3:]]


def reordered(article: Article) -> list[str]:
    first, second, third, *rest = article.paragraphs
    return [first, third, second, *rest]


def with_background(article: Article) -> list[str]:
    return [*article.paragraphs, *CASES["backgrounds"][article.language]]


def edited(article: Article) -> list[str]:
    """One word for another, all through."""
    table = dict(CASES["words"][article.language])
    return [" ".join(table.get(word, word) for word in part.split()) for part in article.paragraphs]


def respelt(article: Article) -> list[str]:
    return [part.translate(SPELLING).translate(DIGITS) for part in article.paragraphs]


def rewritten(article: Article) -> list[str]:
    """All at once: credit, another lead, an editor's words, the end cut, background added."""
    language = article.language
    body = edited(article._replace(paragraphs=article.paragraphs[1:-1] or article.paragraphs))
    lead = choice(CASES["credits"][language], article, "r") + choice(CASES["leads"][language], article, "r")
    return [lead, *body, choice(CASES["backgrounds"][language], article, "b")]


def corrected(article: Article) -> list[str]:
    """One figure put right."""
    text = "\n".join(article.paragraphs)
    figure = next((word for word in text.split() if word.isdecimal()), None)
    return (text.replace(figure, str(int(figure) + 3), 1) if figure else text).split("\n")


EDITS: list[Callable[[Article], list[str]]] = [
    credited, new_lead, cut_end, brief, cut_middle, reordered, with_background, edited, respelt, rewritten, corrected,
]  # fmt: skip


def copies(articles: dict[str, Article]) -> Iterator[Pair]:
    """Three edits of each article that is no copy itself, turn by turn, and the copies among the seeds."""
    grouped = {uri.removeprefix(PREFIX) for group in COPIES["copies"] for uri in group["uris"]}
    chosen = [each for each in articles.values() if each.name not in grouped and len(each.paragraphs) in range(4, 9)]
    turn = itertools.cycle(EDITS)
    for article in chosen:
        for edit in itertools.islice(turn, 3):
            yield Pair(edit.__name__, "\n".join(article.paragraphs), "\n".join(edit(article)), same=True)
    for group in COPIES["copies"]:
        names = [uri.removeprefix(PREFIX) for uri in group["uris"]]
        for name in names[1:]:
            yield Pair("wire copy", body(articles[names[0]]), body(articles[name]), same=True)


def body(article: Article) -> str:
    return "\n".join(article.paragraphs)


def followups(articles: dict[str, Article]) -> Iterator[Pair]:
    """Later news with one paragraph of background kept, with two, and with three."""
    for case in CASES["followups"]:
        article = articles[case["of"]]
        kept = [article.paragraphs[number] for number in case["keeps"]]
        yield Pair("follow-up", body(article), case["body"].strip() + "\n" + "\n".join(kept), same=False)
        yield Pair("follow-up, more background", body(article),
                   case["body"].strip() + "\n" + "\n".join([article.paragraphs[1], *kept]), same=False)  # fmt: skip
        yield Pair("follow-up, much background", body(article),
                   case["body"].strip() + "\n" + "\n".join([*article.paragraphs[1:3], *kept]), same=False)  # fmt: skip


def templates() -> Iterator[Pair]:
    for case in CASES["templates"]:
        filled = [case["text"].strip().format(**fill) for fill in case["fills"]]
        for left, right in itertools.combinations(filled, 2):
            yield Pair(f"template: {case['name']}", left, right, same=False)


def template_copies() -> Iterator[Pair]:
    """One bulletin in two papers is one story all the same."""
    for case in CASES["templates"]:
        for fill in case["fills"]:
            text = case["text"].strip().format(**fill)
            yield Pair("copy of a template", text, "\n".join([*text.split("\n")[:-1], "(وكالات)"]), same=True)


def lookalikes(articles: dict[str, Article]) -> Iterator[Pair]:
    for case in COPIES["different"]:
        left, right = (articles[uri.removeprefix(PREFIX)] for uri in case["uris"])
        yield Pair("look-alike", body(left), body(right), same=False)
    names = sorted(articles)
    for left, right in zip(names[::2], names[1::2], strict=False):
        if left.rsplit("-", 1)[0] != right.rsplit("-", 1)[0] and not _copies(left, right):
            yield Pair("other report", body(articles[left]), body(articles[right]), same=False)


def _copies(left: str, right: str) -> bool:
    return any({PREFIX + left, PREFIX + right} <= set(group["uris"]) for group in COPIES["copies"])


def pairs() -> list[Pair]:
    articles = seeds()
    return [*copies(articles), *followups(articles), *templates(), *template_copies(), *lookalikes(articles)]
