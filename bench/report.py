"""What a measurement amounts to: medians, ratios within a round, and the page in docs/ that keeps the last one."""

import re
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from bench import machine
from bench.pipeline import Measured, Options, Run
from bench.programs import ROOT

PAGE: Final = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- pipeline: written by `rasid bench pipeline --write` -->", "<!-- /pipeline -->"
OURS, FAUST, QUIX = "ours", "faust", "quix"
WHAT: Final = {
    OURS: "Rasid, one worker: tagged, matched, stories, alerts, webhooks delivered",
    FAUST: "bare Faust, a message at a time, articles passed on as they are",
    QUIX: "Quix Streams, the same analysis, stories and alerts; nothing delivered",
}


COUNTS: Final = (
    "A run counts when every article came out, every match was made, every alert arrived and all was committed."
)
NODE: Final = "Apache Kafka, one node, on the same cores, 4 partitions, acks=all."
TABLE: Final = (
    "| system | articles/s | tagged/s | µs of CPU an article | start, s | duplicates |",
    "|---|--:|--:|--:|--:|--:|",
)


class Summary(msgspec.Struct, frozen=True):
    """The figures that outsiders rely on first; None where a part was not measured."""

    articles_per_second: float | None
    ratio: float | None
    quix_ratio: float | None
    p50_ms: float | None
    p99_ms: float | None
    systems: Mapping[str, Mapping[str, Any]]
    latency: Mapping[str, Any] | None
    setting: Mapping[str, Any]
    machine: Mapping[str, object]
    versions: Mapping[str, str]
    measured_at: datetime


def summary(measured: Measured, options: Options) -> Summary:
    """Medians over the rounds; a ratio is the median of those within each round: machines have slow minutes."""
    runs, delays = measured.runs, measured.delays
    systems: dict[str, dict[str, Any]] = {
        name: {**medians(found), "runs": found} for name, found in runs.items() if found
    }
    setting = {"count": options.count, "repeat": options.repeat, "alert_every": options.alert_every,
               "rate": options.rate, "seconds": options.seconds, "live_alert_every": options.live_alert_every,
               "bytes_per_article": round(measured.bytes_per_article), "not_installed": measured.skipped,
               "articles": options.articles.name if options.articles else "synthetic"}  # fmt: skip
    return Summary(
        systems.get(OURS, {}).get("articles_per_second"), ratio(runs, OURS, FAUST), ratio(runs, OURS, QUIX),
        delays.p50_ms if delays else None, delays.p99_ms if delays else None, systems,
        msgspec.to_builtins(delays) if delays else None, setting, machine.described(), machine.versions(),
        datetime.now(UTC))  # fmt: skip


def medians(runs: Sequence[Run]) -> dict[str, float]:
    """The median of each figure of some runs."""
    rows = [msgspec.to_builtins(run) for run in runs]
    return {name: statistics.median(row[name] for row in rows) for name, value in rows[0].items()
            if isinstance(value, int | float)}  # fmt: skip


def ratio(runs: Mapping[str, Sequence[Run]], ours: str, other: str) -> float | None:
    """How many times as fast one system is as another; None where either was not measured."""
    pairs = list(zip(runs.get(ours, ()), runs.get(other, ()), strict=False))
    if not pairs:
        return None
    return round(statistics.median(one.articles_per_second / two.articles_per_second for one, two in pairs), 3)


def write(found: Summary, page: Path = PAGE) -> Path:
    """Puts the result in its place on the page, and leaves the rest of the page as it is."""
    section = f"{BEGIN}\n{markdown(found)}\n{END}"
    text = page.read_text("utf-8") if page.exists() else "# Benchmarks\n"
    place = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    new = place.sub(lambda _: section, text) if place.search(text) else f"{text.rstrip()}\n\n{section}\n"
    page.write_text(new, "utf-8")
    return page


def markdown(found: Summary) -> str:
    """The result as a section of the page."""
    setting, on = found.setting, found.machine
    rows = [_row(name, figures) for name, figures in found.systems.items()]
    where = f"{on['processor']}, {on['cores']} cores, {on['memory_gb']} GB, {on['system']}"
    taken = f"`rasid bench pipeline`, {found.measured_at:%Y-%m-%d %H:%M} UTC, on {where}."
    ran = ", ".join(f"{name} {number}" for name, number in found.versions.items())
    what = f"Backlog of {setting['count']:,} articles ({setting['articles']}, {setting['bytes_per_article']:,} bytes)"
    how = f"{_share(setting, 'alert_every')}, the newsroom's watches; medians of {setting['repeat']} rounds."
    parts = ["## The whole path", "", f"{taken} {NODE} {ran}.", "", f"{what}, {how} {COUNTS}", "", *TABLE, *rows, ""]
    return "\n".join([*parts, *_ratios(found), *_delays(found)]).rstrip()


def _share(setting: Mapping[str, Any], name: str) -> str:
    return f"1 in {setting[name]} alerting" if setting["articles"] == "synthetic" else "alerting as they do"


def _row(name: str, figures: Mapping[str, Any]) -> str:
    return (f"| {WHAT[name]} | {figures['articles_per_second']:,.0f} | {figures['tagged_per_second']:,.0f} | "
            f"{figures['micros']:,.0f} | {figures['start_seconds']:.1f} | {figures['duplicates']:.0f} |")  # fmt: skip


def _ratios(found: Summary) -> list[str]:
    values = {"bare Faust (goal 1.0)": found.ratio, "Quix Streams (goal 1.0, at least 0.8)": found.quix_ratio}
    told = [f"Rasid to {name}: **{value:.2f}**" for name, value in values.items() if value is not None]
    return ["; ".join(told) + ".\n"] if told else []


def _delays(found: Summary) -> list[str]:
    if found.latency is None:
        return []
    late, setting = found.latency, found.setting
    load = f"{setting['rate']:g} articles/s for {setting['seconds']:g} s, {_share(setting, 'live_alert_every')}"
    told = f"p50 **{late['p50_ms']} ms** (goal 20), p99 **{late['p99_ms']} ms** (goal 60), at worst {late['max_ms']} ms"
    rest = (
        f"{late['alerts']} alerts, {late['missing']} missing; the publisher was late by {late['late_ms']} ms at worst"
    )
    return [f"Publish to webhook at {load}: {told}, {rest}."]
