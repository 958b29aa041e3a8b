"""The analysis alone, in one process without a broker: time an article, by how many watches there are.

Beside it, in the same run and over the same texts, the peers of bench/peers: Lucene's Monitor, and who looks for the
watches' own words as bare strings: the floor for whoever reads the whole text, without inflection, clitics, other
languages, evidence or operators. Each size has a process of its own, so that loading begins with nothing. All times are
CPU time of one thread, so that others on the machine count for less.
"""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from bench import articles, machine
from bench.apart import Step, apart
from bench.peers import lucene_monitor, surfaces
from bench.peers.record import Peer
from bench.peers.strings import FINDERS, installed, strings_of
from rasid.analysis import Analysis
from rasid.watch.watchbook import Watchbook, in_bulk
from schemas.article import ArticleEvent
from schemas.watch import Watch

SIZES: Final = (1_000, 10_000, 100_000)
WITH_FORMS: Final = "ahocorasick_rs"  # the peer that is given all forms besides
ROUNDS: Final = 3  # of which the quickest counts: what is slower is the machine's doing


@dataclass(frozen=True)
class Options:
    """What to measure: articles of `articles` (`count` at most), and the first so many watches of `watches`.

    `lucene` asks for Lucene's Monitor, which warms up for half a minute twice a size.
    """

    articles: Path | None = None
    watches: Path | None = None
    sizes: Sequence[int] = ()
    count: int = 2_000
    lucene: bool = False


class Size(msgspec.Struct, frozen=True):
    """With so many watches: articles/s and µs an article to fold, tokenise and match with evidence.

    `tagged_*`: with topics and entities, from the event to the records that go out, encoded. `first_micros`: of
    matching in the first pass, when most words are new. `verified_per_article`: phrases that presearch found by
    letters, all of which are looked at.
    """

    articles_per_second: float
    micros_per_article: float
    watches: int
    matches_per_article: float
    verified_per_article: float
    first_micros: float
    tagged_per_second: float
    tagged_micros: float
    load_seconds: float
    memory_mb: float
    faulty: int
    peers: list[Peer]


class Measured(msgspec.Struct, frozen=True):
    """Every size, the figures of the last one first of all; `reading_micros` is to fold and tokenise alone."""

    articles_per_second: float
    micros_per_article: float
    watches: int
    matches_per_article: float
    articles: int
    words_per_article: float
    reading_micros: float
    tags_micros: float
    sizes: list[Size]
    machine: dict[str, object]
    versions: dict[str, str]


def measure(options: Options, step: Step) -> Measured:
    """Everything, smallest watchlist first. `step` is told what is being done and how many steps of it are done."""
    texts = articles.events(options.articles, options.count)
    watches = articles.watches(options.watches)
    analysis = Analysis()
    _whole(analysis, texts)
    _freeze()
    reading = _quickest(lambda: _scans(analysis.book, texts), texts)
    tags = _tags_micros(analysis, texts)
    sizes, faulty = [], frozenset[str]()
    for size in _sizes(options.sizes, len(watches)):
        found, faulty = apart(partial(_size, analysis, watches[:size], texts), step)
        sizes.append(found)
    if options.lucene:
        sizes = _with_lucene(sizes, [each for each in watches if each.id not in faulty], texts, step)
    words = sum(len(analysis.book.scan(each).reading.at_place) for each in texts) / len(texts)
    last = sizes[-1]
    return Measured(
        last.articles_per_second, last.micros_per_article, last.watches, last.matches_per_article,
        len(texts), round(words, 1), reading, tags, sizes, machine.described(), machine.versions(),
    )  # fmt: skip


def _sizes(wanted: Sequence[int], most: int) -> list[int]:
    """Those of `wanted` that there are watches for; where none are wanted, the usual ones and all."""
    return sorted({min(size, most) for size in wanted} or {size for size in SIZES if size < most} | {most})


def _size(
    analysis: Analysis, watches: Sequence[Watch], texts: Sequence[ArticleEvent], step: Step
) -> tuple[Size, frozenset[str]]:
    """What is measured with these watches, and the ids of those that are faulty."""
    book = analysis.book
    before, began = _memory_mb(), time.process_time()
    with in_bulk():
        for number, watch in enumerate(watches):
            book.add(watch)
            if number % 100 == 0:
                step(f"loading {len(watches):,} watches", number)
    load = time.process_time() - began
    step(f"matching with {len(watches):,} watches", 0)
    first = _micros(lambda: _matches(book, texts), texts)
    _freeze()
    memory = _memory_mb() - before
    book.verified = 0
    found = _matches(book, texts)
    verified = book.verified / len(texts)
    micros = _quickest(lambda: _matches(book, texts), texts)
    _whole(analysis, texts)
    tagged = _quickest(lambda: _whole(analysis, texts), texts)
    peers = _string_peers([each for each in watches if each.id not in book.faulty], texts, micros, step)
    made = Size(
        round(1e6 / micros, 1), micros, len(book), round(found / len(texts), 3), round(verified, 2), first,
        round(1e6 / tagged, 1), tagged, round(load, 2), round(memory, 1), len(book.faulty), peers,
    )  # fmt: skip
    return made, frozenset(book.faulty)


def _freeze() -> None:
    """Keeps the collector from walking what stays, as the worker does."""
    gc.collect()
    gc.freeze()


def _scans(book: Watchbook, texts: Iterable[ArticleEvent]) -> None:
    for each in texts:
        book.scan(each)


def _matches(book: Watchbook, texts: Iterable[ArticleEvent]) -> int:
    return sum(len(book.match(each)) for each in texts)


def _whole(analysis: Analysis, texts: Iterable[ArticleEvent]) -> None:
    encode = msgspec.json.Encoder().encode
    for each in texts:
        found = analysis.analyse(each, articles.ARRIVED)
        encode(found.tagged)
        for match in found.matches:
            encode(match)


def _tags_micros(analysis: Analysis, texts: Sequence[ArticleEvent]) -> float:
    """What topics and entities of articles that are read already take."""

    def run() -> float:
        spent = 0.0
        for each in texts:
            scan = analysis.book.scan(each)
            began = time.process_time()
            analysis.tagger.tag(scan)
            spent += time.process_time() - began
        return round(spent / len(texts) * 1e6, 1)

    return min(run() for _ in range(ROUNDS))


def _string_peers(
    watches: Sequence[Watch], texts: Sequence[ArticleEvent], ours: float, step: Step
) -> list[Peer]:  # fmt: skip
    """Those that are installed, each looking for all strings of the queries in every text; one for all forms too."""
    strings = strings_of(watches)
    found = [_string_peer(name, name, strings, texts, step) for name in FINDERS if installed(name)]
    if installed(WITH_FORMS) and len(watches) <= surfaces.UP_TO:
        step(f"all forms of {len(watches):,} watches", 0)
        forms = surfaces.surfaces_of(watches)
        found.append(_string_peer(WITH_FORMS, f"{WITH_FORMS}, all forms", forms, texts, step))
    return [msgspec.structs.replace(each, ratio=round(ours / each.micros, 2)) for each in found]


def _string_peer(name: str, label: str, strings: Sequence[str], texts: Sequence[ArticleEvent], step: Step) -> Peer:
    """One of them, given `strings`; not compared yet."""
    step(f"{label}, {len(strings):,} strings", 0)
    raw, began = _raw(texts), time.process_time()
    finder = FINDERS[name][1](strings)
    load = time.process_time() - began
    count = sum(map(finder, raw)) / len(raw)
    micros = _quickest(lambda: [*map(finder, raw)], texts)
    return Peer(label, len(strings), micros, round(count, 3), round(load, 2), 0.0)


def _with_lucene(
    sizes: Sequence[Size], watches: Sequence[Watch], texts: Sequence[ArticleEvent], step: Step
) -> list[Size]:
    """The sizes with what Lucene's Monitor takes at each."""
    made = {size.watches: size for size in sizes}
    for line in lucene_monitor.measured(watches, sorted(made), _raw(texts)):
        step(f"Lucene's Monitor, {line.watches:,} watches done", 0)
        size = made[min(made, key=lambda each: abs(each - line.watches))]
        name, ratio = f"Lucene Monitor, {line.presearcher}", round(size.micros_per_article / line.micros, 2)
        peer = Peer(name, line.watches, line.micros, line.matches, line.load_seconds, ratio)
        made[size.watches] = msgspec.structs.replace(size, peers=[*size.peers, peer])
    return list(made.values())


def _raw(texts: Iterable[ArticleEvent]) -> list[str]:
    return [f"{each.title}\n\n{each.body}" for each in texts]


def _quickest(run: Callable[[], object], texts: Sequence[ArticleEvent]) -> float:
    return min(_micros(run, texts) for _ in range(ROUNDS))


def _micros(run: Callable[[], object], texts: Sequence[ArticleEvent]) -> float:
    """CPU time an article, in µs."""
    began = time.process_time()
    run()
    return round((time.process_time() - began) / len(texts) * 1e6, 1)


def _memory_mb() -> float:
    """What this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6
