"""The records as JSON Schema (draft 2020-12), for readers in other languages.

`python -m schemas.json_schema` writes them to schemas/json/; a test holds the files in step with the records.
"""

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from schemas.alert import Alert
from schemas.article import ArticleEvent
from schemas.decision import Decision
from schemas.delivery_result import DeliveryResult
from schemas.receiver_state import ReceiverState
from schemas.scheduled_delivery import ScheduledDelivery
from schemas.silence import Silence
from schemas.tagged_article import TaggedArticle
from schemas.watch import Watch
from schemas.watch_match import WatchMatch
from schemas.worker_state import WorkerState

FOLDER: Final = Path(__file__).parent / "json"
RECORDS: Final[tuple[type[msgspec.Struct], ...]] = (
    ArticleEvent, TaggedArticle, Watch, WatchMatch, Alert, Decision, Silence, DeliveryResult, ScheduledDelivery,
    ReceiverState, WorkerState,
)  # fmt: skip


def file_name(record: type[msgspec.Struct]) -> str:
    """`TaggedArticle` is in tagged_article.json."""
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in record.__name__).strip("_") + ".json"


def document(record: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema of one record, whole in itself."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(record)}


def text(record: type[msgspec.Struct]) -> str:
    """The file's contents."""
    return json.dumps(document(record), ensure_ascii=False, indent=2) + "\n"


def write() -> None:
    """Writes every file."""
    FOLDER.mkdir(exist_ok=True)
    for record in RECORDS:
        (FOLDER / file_name(record)).write_text(text(record), "utf-8")


if __name__ == "__main__":
    write()
