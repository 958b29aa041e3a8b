"""Templates for a receiver's title and text: Jinja2 in its sandbox, narrowed to what writing a few lines takes.

What cannot be known to end quickly is refused when the template is read: functions, macros, arithmetic, assignment. The
steps of loops and the length of what is written are bounded.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rasid.deliver import payload, wording
from rasid.deliver.example import example
from rasid.errors import ConfigError
from schemas.alert import Alert

MOST_CHARACTERS: Final = 2_000  # of a template
MOST_WRITTEN: Final = 8_000  # characters of what it makes
MOST_STEPS: Final = 5_000  # of all loops together
ALLOWED: Final = (
    nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.Filter, nodes.Test,
    nodes.If, nodes.CondExpr, nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat,
    nodes.List, nodes.Tuple, nodes.Slice, nodes.Keyword,
)  # fmt: skip
FILTERS: Final = (
    "upper", "lower", "title", "capitalize", "trim", "length", "count", "join", "default", "d", "first", "last",
    "truncate", "replace", "escape", "e", "round", "int", "float", "string", "list", "sort", "unique", "reverse", "map",
    "urlencode", "striptags", "select", "reject", "selectattr", "rejectattr",
)  # fmt: skip
STEPS: Final = "steps"  # our own filter, put around what a loop goes through


class ExhaustedError(TemplateError):
    """A template wrote or looped more than it may."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Makes code only of what is allowed."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, finalize=_shown)
        self.globals.clear()
        self.filters = {name: _guarded(self.filters[name]) for name in FILTERS}
        self.filters[STEPS] = _steps


def _shown(value: Any) -> Any:
    """What is absent is written as nothing."""
    return "" if value is None else value


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose result is not longer than all that may be written."""

    def guarded(*arguments: Any, **named: Any) -> Any:
        made = function(*arguments, **named)
        if isinstance(made, str) and len(made) > MOST_WRITTEN:
            raise ExhaustedError(f"a filter made more than {MOST_WRITTEN} characters")
        return made

    for name, value in getattr(function, "__dict__", {}).items():  # Jinja's marks of what a filter is to be given
        setattr(guarded, name, value)
    return guarded


def _steps(items: Iterable[Any], budget: list[int]) -> Iterator[Any]:
    for item in items:
        budget[0] -= 1
        if budget[0] < 0:
            raise ExhaustedError(f"its loops take more than {MOST_STEPS} steps")
        yield item


_ENVIRONMENT: Final = _Sandbox()
BUDGET: Final = "_budget"


class Writer:
    """One template, read. Raises ConfigError for one that is not allowed, or names what an alert does not have."""

    def __init__(self, source: str) -> None:
        if len(source) > MOST_CHARACTERS:
            raise ConfigError(f"has {len(source)} characters: at most {MOST_CHARACTERS} are allowed")
        self._template = _compiled(source)
        self._try()

    def write(self, alert: Alert) -> str:
        """What it makes of an alert; raises TemplateError where it cannot."""
        return self._write(_fields(alert))

    def _write(self, fields: dict[str, Any]) -> str:
        parts, length = [], 0
        for part in self._template.generate({**fields, BUDGET: [MOST_STEPS]}):
            length += len(part)
            if length > MOST_WRITTEN:
                raise ExhaustedError(f"it writes more than {MOST_WRITTEN} characters")
            parts.append(part)
        return "".join(parts)

    def _try(self) -> None:
        fields = _fields(example("alert_1", datetime(2026, 1, 1, tzinfo=UTC)))
        fields["watch"]["labels"] = _AnyLabel()
        try:
            self._write(fields)
        except UndefinedError as error:
            raise ConfigError(_missing(str(error), fields)) from None
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise ConfigError(f"cannot be rendered: {error}") from None


class _AnyLabel(dict[str, str]):
    """Labels of the trial: which there are is known only to watches."""

    def __missing__(self, name: str) -> str:
        return name


def _fields(alert: Alert) -> dict[str, Any]:
    """What a template may name: the fields of `data`, `type`, and the `title` and `text` that it replaces."""
    own = {"type": alert.type, "title": wording.title(alert), "text": wording.text(alert)}
    return payload.data_of(alert) | own


def _compiled(source: str) -> Template:
    try:
        tree = _ENVIRONMENT.parse(source)
        _check(tree)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, STEPS, [nodes.Name(BUDGET, "load")], [], None, None, lineno=loop.lineno)
        tree.set_environment(_ENVIRONMENT)
        code = _ENVIRONMENT.compile(tree)
    except TemplateSyntaxError as error:
        raise ConfigError(f"line {error.lineno}: {error.message}") from None
    except TemplateError as error:
        raise ConfigError(str(error)) from None
    return Template.from_code(_ENVIRONMENT, code, {}, None)


def _check(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, ALLOWED) or (isinstance(node, nodes.For) and node.recursive):
            raise ConfigError(
                f"line {node.lineno}: {type(node).__name__} is not allowed: a template has fields, filters, if and for"
            )
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            known = ", ".join(FILTERS)
            raise ConfigError(f"line {node.lineno}: the filter {node.name!r} is not allowed: there are {known}")
        if isinstance(node, nodes.Name) and node.name == BUDGET:
            raise ConfigError(f"line {node.lineno}: {BUDGET!r} is not a field")


def _missing(message: str, fields: dict[str, Any]) -> str:
    """Jinja's complaint of a missing field, with the nearest one that there is."""
    found = re.findall(r"'([^']+)'", message)
    name = found[-1] if found else ""
    known = sorted(_names(fields))
    nearest = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {nearest[0]!r}?" if nearest else "there are " + ", ".join(sorted(fields))
    return f"names {name!r}, which an alert does not have: {advice}"


def _names(fields: Any) -> Iterator[str]:
    """Every field's name, however deep."""
    if isinstance(fields, dict):
        for name, value in fields.items():
            yield name
            yield from _names(value)
    elif isinstance(fields, list):
        for each in fields:
            yield from _names(each)


@dataclass(frozen=True)
class Wording:
    """A receiver's title and text: its own where it has them, else those of wording.py."""

    title_writer: Writer | None = None
    text_writer: Writer | None = None

    def __bool__(self) -> bool:
        return bool(self.title_writer or self.text_writer)

    def title(self, alert: Alert) -> tuple[str, str]:
        """The title, and why the receiver's own could not be written, or nothing."""
        return _written(self.title_writer, wording.title, alert)

    def text(self, alert: Alert) -> tuple[str, str]:
        """The text, likewise."""
        return _written(self.text_writer, wording.text, alert)


def _written(writer: Writer | None, usual: Callable[[Alert], str], alert: Alert) -> tuple[str, str]:
    if writer is None:
        return usual(alert), ""
    try:
        return writer.write(alert), ""
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        return usual(alert), str(error)
