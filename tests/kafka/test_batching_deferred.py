"""Events that are acknowledged long after they were taken on, in any order, while partitions come and go."""

import time

COUNT = 3000


def test_late_acknowledgements_in_any_order_reach_the_end(new_case):
    case = new_case()
    case.load(COUNT)
    worker = case.relay(settle=1.5, count=20)
    case.finished()
    assert worker.terminate() == 0
    assert case.counted() == (set(), 0)


def test_joins_and_leaves_do_not_wait_for_what_is_never_settled_and_the_next_owner_gets_it(new_case):
    case = new_case()
    case.publish(f"stuck/{number}" for number in range(8))
    first = case.relay(settle=1, count=1, stuck="stuck")
    first.wait_for("Worker ready")
    case.load(COUNT // 3)
    case.came_out(COUNT // 3)
    second = case.relay(settle=1, count=1, stuck="stuck")
    second.wait_for("Worker ready")
    for worker in (first, second):
        began = time.monotonic()
        assert worker.terminate() == 0
        assert time.monotonic() - began < 30  # and not as long as the stuck ones
    assert case.committed() < 8  # the stuck ones came first in their partitions
    case.relay(settle=1, count=20)
    case.finished()
    lost, _ = case.counted()
    assert lost == set()


def test_partitions_that_leave_and_return_under_late_acknowledgements_lose_nothing(new_case):
    """Acknowledgements come up to 3 s late, so that many arrive in another assignment; and a kill -9 at the end."""
    case = new_case()
    first = case.relay(settle=3, count=10)
    first.wait_for("Worker ready")
    with case.publishing(per_second=400):
        case.came_out(300)
        second = case.relay(settle=3, count=10)
        second.wait_for("Worker ready")
        case.came_out(case.size(case.out) + 300)
        assert second.terminate() == 0
        case.came_out(case.size(case.out) + 300)
    first.kill()
    case.relay(settle=0.5, count=10)
    case.finished()
    lost, _ = case.counted()
    assert lost == set()
