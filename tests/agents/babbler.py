"""Analysis processes that begin well and then answer what is no answer: of which kind, `BABBLE` says."""

import os
import socket
import sys

from agents.analyst_messages import Ready, Standing, framed
from agents.analyst_process import forked, questions, waited

NO_MESSAGEPACK = b"\xc1"  # the one byte that MessagePack never uses
SAID = {
    "undecodable": len(NO_MESSAGEPACK).to_bytes(4, "big") + NO_MESSAGEPACK,
    "malformed": framed(["read", [["made", 7]]]),
    "of_another_kind": framed(Standing(0, 0, 0, 0, {})),
}
READY = {"never_ready": framed({"pid": 1}), "unasked": framed(Ready(1)) * 2}


def serve(own):
    said = os.environ["BABBLE"]
    own.sendall(READY.get(said) or framed(Ready(os.getpid())))
    with own.makefile("rb") as asked:
        for _ in questions(asked):
            own.sendall(SAID[said])


if __name__ == "__main__":
    sockets = [socket.socket(fileno=int(each)) for each in sys.argv[1:]]
    sys.exit(waited({forked(own, sockets[number + 1 :], serve) for number, own in enumerate(sockets)}))
