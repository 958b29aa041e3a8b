"""Which watches there are, and which refer to which by `search:`, so that a change reaches those that depend on it."""

from collections.abc import Iterator

from rasid.watch.query import Node, Search, walk
from schemas.watch import Watch


class Links:
    """Watches by id, in force or not, and the references between them."""

    def __init__(self) -> None:
        self._watches: dict[str, Watch] = {}
        self._named: dict[str, frozenset[str]] = {}  # by a watch, where there are any
        self._users: dict[str, set[str]] = {}  # of a watch, which need not be there yet

    def put(self, watch: Watch, tree: Node | None) -> None:
        """Takes note of a watch and of what its query refers to; `tree` is None where it cannot be read."""
        self.drop(watch.id)
        self._watches[watch.id] = watch
        named = searches(tree) if tree is not None and "search:" in watch.query else frozenset()
        if named:
            self._named[watch.id] = named
        for each in named:
            self._users.setdefault(each, set()).add(watch.id)

    def drop(self, watch_id: str) -> None:
        """Forgets a watch; who refers to it is still known."""
        self._watches.pop(watch_id, None)
        for each in self._named.pop(watch_id, ()):
            self._users[each].discard(watch_id)
            if not self._users[each]:
                del self._users[each]

    def find(self, watch_id: str) -> Watch | None:
        """The watch of this id."""
        return self._watches.get(watch_id)

    def users(self, watch_id: str) -> Iterator[Watch]:
        """The watches whose meaning changes with this one, itself left out."""
        seen, waiting = {watch_id}, [watch_id]
        while waiting:
            for each in sorted(self._users.get(waiting.pop(), set()) - seen):
                seen.add(each)
                waiting.append(each)
                yield self._watches[each]


def searches(tree: Node) -> frozenset[str]:
    """The ids of the watches that a query refers to."""
    return frozenset(node.watch_id for node in walk(tree) if isinstance(node, Search))
