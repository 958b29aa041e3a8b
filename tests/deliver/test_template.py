"""Templates of receivers: what they may do, that they end, and what is said of one that is wrong."""

import time

import msgspec
import pytest

from rasid.deliver import wording
from rasid.deliver.template import MOST_WRITTEN, Wording, Writer
from rasid.errors import ConfigError
from tests.deliver.alerts import alert, hit


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("{{ watch.name }}: {{ article.title }}", "ضمانات أمنية: جولة محادثات"),
        (
            "{% for hit in evidence %}{{ loop.index }}.{{ hit.text }} {% endfor %}",
            "1.بالضمانات الأمنية 2.الضمانات الأمنية ",
        ),
        ("{% if watch.severity == 'warning' %}!{% else %}?{% endif %}", "!"),
        ("{{ story.sources | join('، ') }}", "وكالة المثال، صحيفة المثال"),
        ("{{ watch.labels.desk }} {{ watch.labels['desk'] }}", "diplomacy diplomacy"),
        ("{{ watch.labels.nobody | default('-') }}", "-"),
        ("{{ article.title | truncate(5, True, '…') }}", "جولة…"),
        ("{{ topics | map(attribute='label.ar') | first }}", "سياسة وحكومات"),
        ("{{ entities | selectattr('type', 'equalto', 'LOC') | map(attribute='wikidata') | list | length }}", "1"),
        ("{{ 'a' if type == 'alert.fired' else 'b' }}", "a"),
        ("{{ 'no ' if not article.url else article.url ~ '#' }}", "https://news.example/a#"),
        ("{{ article.published }}", "2026-11-23T10:00:00Z"),
        ("", ""),
    ],
)
def test_what_they_write(template, written):
    assert Writer(template).write(alert()) == written


def test_title_and_text_are_the_usual_ones():
    given = alert()
    assert Writer("{{ title }}\n{{ text }}").write(given) == f"{wording.title(given)}\n{wording.text(given)}"


def test_what_is_absent_is_nothing():
    given = alert(article=msgspec.structs.replace(alert().article, url=None))
    assert Writer("[{{ article.url }}]").write(given) == "[]"


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("{{ article.titel }}", "names 'titel', which an alert does not have: did you mean 'title'?"),
        ("{{ nothing }}", "names 'nothing', which an alert does not have: there are "),
        ("{{ watch.labls.desk }}", "did you mean 'labels'?"),
        ("{% for x in evidence %}", "line 1: Unexpected end of template"),
        ("a\n{{ 1 + }}", "line 2: "),
        ("{{ range(1000000000) }}", "Call is not allowed"),
        ("{% for i in range(10**9) %}x{% endfor %}", "is not allowed"),
        ("{% macro again() %}{{ again() }}{% endmacro %}", "is not allowed"),
        ("{% for a in text %}{% for b in text %}{% for c in text %}{% endfor %}{% endfor %}{% endfor %}", "5000 steps"),
        ("{% for a in evidence recursive %}{{ loop(evidence) }}{% endfor %}", "is not allowed"),
        ("{{ 'x' * 1000000000 }}", "Mul is not allowed"),
        ("{{ 10 ** 10 ** 10 }}", "Pow is not allowed"),
        ("{{ 'x' | center(1000000000) }}", "the filter 'center' is not allowed"),
        ("{{ text | replace('', text) | replace('', text) | replace('', text) }}", "a filter made more than"),
        ("{% for a in text %}{{ text }}{% endfor %}", f"writes more than {MOST_WRITTEN} characters"),
        ("{% set x = 1 %}", "Assign is not allowed"),
        ("{% include '/etc/passwd' %}", "Include is not allowed"),
        ("{% import 'os' as os %}", "Import is not allowed"),
        ("{% extends 'a' %}", "Extends is not allowed"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ article.__class__ }}", "unsafe"),
        ("{{ article.items }}{{ _budget }}", "'_budget' is not a field"),
        ("{{ 1 / 0 }}", "Div is not allowed"),
        ("{{ article.title | int | round('x') }}", "cannot be rendered"),
        ("x" * 2001, "has 2001 characters: at most 2000"),
    ],
)
def test_what_is_refused_and_how_soon(template, complaint):
    with pytest.raises(ConfigError) as caught:
        Writer(template)
    assert complaint in str(caught.value)
    assert min(_seconds_to_refuse(template) for _ in range(3)) < 0.5  # one may fall on the collector


def _seconds_to_refuse(template):
    began = time.process_time()
    with pytest.raises(ConfigError):
        Writer(template)
    return time.process_time() - began


def test_an_alert_that_a_template_does_not_suit_gets_the_usual_words():
    own = Wording(Writer("{{ watch.labels.desk }}"), Writer("{% for h in evidence %}{{ h.before }}{% endfor %}"))
    given = alert(watch=msgspec.structs.replace(alert().watch, labels={}), evidence=[hit(context="س" * 900)] * 10)
    title, wrong = own.title(given)
    assert (title, "has no attribute 'desk'" in wrong) == (wording.title(given), True)
    text, wrong = own.text(given)
    assert (text, "more than" in wrong) == (wording.text(given), True)
