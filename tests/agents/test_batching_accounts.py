"""The commit rule as properties, against what it means: everything below the committed offset is acknowledged."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agents.accounts import Account


@dataclass(eq=False)
class Event:
    """An event of the records at `offsets`."""

    offsets: list[int]
    acked: bool = False
    taken: bool = False  # by its agent

    @property
    def offset(self) -> int:
        return self.offsets[-1]


gaps = st.lists(st.integers(1, 5), min_size=1, max_size=40)  # from one offset to the next: more than 1 is a hole


def events_of(steps: list[int], sizes: list[int]) -> list[Event]:
    """Offsets that grow by `steps`, cut into events of `sizes`, which are used in turn."""
    offsets = [sum(steps[: number + 1]) for number in range(len(steps))]
    events = []
    while offsets:
        size = sizes[len(events) % len(sizes)]
        events.append(Event(offsets[:size]))
        offsets = offsets[size:]
    return events


@given(gaps, st.lists(st.integers(1, 6), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_any_order_of_acknowledgement_is_committed_up_to_the_first_missing_one(steps, sizes, random):
    account, events = Account(), events_of(steps, sizes)
    for event in events:
        account.deliver(event)
    for event in random.sample(events, len(events)):
        event.acked = True
        account.settle(event)
        owed = [offset for each in events if not each.acked for offset in each.offsets]
        done = [each.offset for each in events if each.acked and (not owed or each.offset < owed[0])]
        assert account.safe == (max(done) + 1 if done else None)
    assert (account.safe, account.events, account.records, account.size_bytes) == (events[-1].offset + 1, 0, 0, 0)


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 1000), st.booleans()), max_size=30))
def test_what_is_owed_is_counted_in_events_records_and_bytes(deliveries):
    account = Account()
    for number, (records, size_bytes, acked) in enumerate(deliveries):
        event = Event([number])
        account.deliver(event, records, size_bytes)
        if acked:
            event.acked = True
            account.settle(event)
            account.settle(event)  # a second time changes nothing
    owed = [(records, size_bytes) for records, size_bytes, acked in deliveries if not acked]
    assert account.events == len(owed)
    assert (account.records, account.size_bytes) == (sum(r for r, _ in owed), sum(b for _, b in owed))


def test_work_in_hand_over_a_seek_counts_and_its_redelivery_in_smaller_events_takes_nothing_back():
    account, held, again = Account(), Event([0, 1, 2]), Event([0])
    account.deliver(held)
    account.rewind(lambda event: event is held)
    account.deliver(again)
    for event in (held, again):
        event.acked = True
        account.settle(event)
        assert account.safe == 3


def test_what_waited_in_a_queue_over_a_seek_is_forgotten_and_all_that_follows_it():
    account, waiting, done = Account(), Event([0]), Event([1])
    account.deliver(waiting, records=1, size_bytes=5)
    account.deliver(done, records=1, size_bytes=5)
    done.acked = True
    account.rewind(lambda _: False)
    assert (account.events, account.records, account.size_bytes) == (0, 0, 0)
    waiting.acked = True
    account.settle(waiting)
    assert account.safe is None


class Partition(RuleBasedStateMachine):
    """A partition with an agent, a broker and, at times, another owner.

    `processed` is what any owner has finished with; what is committed must never pass what is not in it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log: list[int] = []  # offsets in the partition
        self.processed: set[int] = set()
        self.committed = 0
        self.highest = 0  # ever committed
        self.begin()

    def begin(self) -> None:
        """An assignment: reading starts at the committed offset."""
        self.account, self.position, self.known = Account(), self.committed, []
        self.safest = 0
        self.late: list[Event] = getattr(self, "late", [])

    @rule(steps=st.lists(st.integers(1, 4), min_size=1, max_size=8))
    def publish(self, steps):
        for step in steps:
            self.log.append((self.log[-1] if self.log else 0) + step)

    @rule(count=st.integers(1, 5))
    def fetch(self, count):
        offsets = [offset for offset in self.log if offset >= self.position][:count]
        if offsets:
            self.known.append(Event(offsets))
            self.account.deliver(self.known[-1], len(offsets))
            self.position = offsets[-1] + 1

    @precondition(lambda self: any(not each.taken for each in self.known))
    @rule(data=st.data())
    def take(self, data):
        """An agent takes an event: any, as the rule does not rely on queues."""
        data.draw(st.sampled_from([each for each in self.known if not each.taken])).taken = True

    @precondition(lambda self: any(each.taken and not each.acked for each in self.known))
    @rule(data=st.data())
    def acknowledge(self, data):
        event = data.draw(st.sampled_from([each for each in self.known if each.taken and not each.acked]))
        self.finish(event)

    @precondition(lambda self: self.late)
    @rule(data=st.data())
    def acknowledge_late(self, data):
        """An event of an assignment that has ended: its work is done, but nothing may be concluded from it here."""
        event = data.draw(st.sampled_from(self.late))
        self.late.remove(event)
        before = self.account.safe
        self.finish(event)
        assert self.account.safe == before

    def finish(self, event):
        event.acked = True
        self.processed.update(event.offsets)
        self.account.settle(event)

    @rule()
    def commit(self):
        safe = self.account.advance()
        if safe is not None:
            self.committed = max(self.committed, safe)

    @rule()
    def seek(self):
        """Queues are cleared and reading starts anew at what is committed, in the same assignment."""
        self.account.rewind(lambda event: event.taken)
        self.known = [each for each in self.known if each.taken]
        self.position = self.committed

    @rule(others=st.integers(0, 5))
    def lose_and_get_back(self, others):
        """Another worker owns the partition for a while, finishes some messages in order, and commits."""
        self.late += [each for each in self.known if each.taken and not each.acked]
        for offset in [each for each in self.log if each >= self.committed][:others]:
            self.processed.add(offset)
            self.committed = offset + 1
        self.begin()

    @invariant()
    def nothing_unfinished_is_below_what_is_committed(self):
        assert all(offset in self.processed for offset in self.log if offset < self.committed)

    @invariant()
    def nothing_unfinished_is_below_what_may_be_committed(self):
        assert all(offset in self.processed for offset in self.log if offset < (self.account.safe or 0))

    @invariant()
    def it_never_goes_back(self):
        assert self.committed >= self.highest
        assert (self.account.safe or 0) >= self.safest
        self.highest, self.safest = self.committed, self.account.safe or 0

    def teardown(self):
        """Whatever happened, once everything delivered is acknowledged the end is reached."""
        self.seek()
        self.fetch(len(self.log) + 1)
        for event in self.known:
            event.taken = True
            if not event.acked:
                self.finish(event)
        self.commit()
        assert not self.log or self.committed == self.log[-1] + 1
        assert self.account.events == 0


TestPartition = Partition.TestCase
