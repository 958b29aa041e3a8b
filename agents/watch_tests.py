"""Reading files of watch tests: TOML with `[[test]]`, the watches beside them or in the files that `watches` names."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from agents import watch_store
from rasid.errors import ConfigError
from rasid.watch_cases import WatchCase, WatchCases

_KEYS = {"watches", "watch", "test"}


def load(path: Path) -> tuple[WatchCases, list[tuple[str, WatchCase]]]:
    """The cases of a file with their places, and what runs them. Raises ConfigError with the place of what is wrong."""
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{str(path)!r} is no TOML file: {error}") from error
    if set(content) - _KEYS or not isinstance(content.get("test"), list):
        raise ConfigError(
            f"{str(path)!r} must hold [[test]] tables, and may hold watches = [files] and [[watch]] tables"
        )
    watches = watch_store.parsed(path, content["watch"]) if "watch" in content else []
    for name in content.get("watches", []):
        watches += watch_store.load(path.parent / str(name))
    watch_store.all_different(path, watches)
    return WatchCases(watches), list(_cases(path, content["test"]))


def _cases(path: Path, tables: list[Any]) -> Iterator[tuple[str, WatchCase]]:
    for number, table in enumerate(tables, 1):
        place = f"{path}, test {number}"
        try:
            yield place, msgspec.convert(table, WatchCase)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{place}: {error}") from error
