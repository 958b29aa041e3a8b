"""The process in which Apprise runs for one receiver: lines of JSON on standard input, answers on standard output.

The first line is `{"url", "allow_private"}`, each further one `{"title", "text", "kind"}`, answered by
`{"sent", "refused"}`. An audit hook refuses connections to addresses that may not be called, on whatever thread and
after whatever redirect or name: it sees the address that the system is asked to connect to.
"""

import logging
import os
import socket
import sys
from typing import Any, BinaryIO

import msgspec

from rasid.deliver.target import refusal


class Guard:
    """Refuses to connect where it should not; `tripped` tells that it has."""

    def __init__(self) -> None:
        self.tripped = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """What `sys.addaudithook` takes."""
        if event in {"socket.connect", "socket.sendto", "socket.sendmsg"} and not _is_allowed(*arguments[:2]):
            self.tripped = True
            raise PermissionError("the address may not be called")


def _is_allowed(found: socket.socket, address: Any) -> bool:
    """Public addresses only. Name servers are asked by the system's resolver, which does not come by here."""
    if found.family not in {socket.AF_INET, socket.AF_INET6}:
        return False
    return address is None or refusal(str(address[0])) is None


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers until the input ends."""
    import apprise

    guard = Guard()
    about = msgspec.json.decode(requests.readline(), type=dict[str, Any])
    if not about["allow_private"]:
        sys.addaudithook(guard)
    asset = apprise.AppriseAsset(app_id="Rasid", app_desc="Rasid", storage_mode="memory", http_redirects=False)
    service = apprise.Apprise.instantiate(about["url"], asset=asset)
    _answer(answers, {"ready": service is not None})
    for line in requests:
        guard.tripped = False
        sent = service is not None and _sent(service, msgspec.json.decode(line, type=dict[str, str]))
        _answer(answers, {"sent": sent, "refused": guard.tripped and not sent})


def _sent(service: Any, message: dict[str, str]) -> bool:
    try:
        return bool(
            service.notify(
                body=message["text"], title=message["title"], notify_type=message["kind"], body_format="text"
            )
        )
    except Exception:  # noqa: BLE001  # of a hundred clients; it was not sent, and its text may be secret
        return False


def _answer(answers: BinaryIO, answer: dict[str, bool]) -> None:
    answers.write(msgspec.json.encode(answer) + b"\n")
    answers.flush()


def main() -> None:
    """Keeps standard output for answers: what Apprise's clients print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    logging.disable()
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
