"""What batches promise on Apache Kafka: nothing is lost, whatever ends or moves the process that reads."""

import random
import time

COUNT = 4000  # messages of a test


def test_kill_9_loses_nothing(new_case):
    case = new_case()
    case.load(COUNT)
    for at in sorted(random.Random(1).sample(range(300, COUNT - 800), 3)):
        worker = case.relay(delay=0.05)
        case.came_out(max(at, case.size(case.out) + 1))
        worker.kill()
    case.relay()
    case.finished()
    lost, _ = case.counted()
    assert lost == set()


def test_sigterm_under_load_loses_and_doubles_nothing(new_case):
    case = new_case()
    case.load(COUNT)
    for at in (800, 2200):
        worker = case.relay(delay=0.05)
        case.came_out(at)
        assert worker.terminate() == 0
        assert case.committed() == case.size(case.out)
    case.relay()
    case.finished()
    assert case.counted() == (set(), 0)


def test_joins_and_leaves_under_load_lose_and_double_nothing(new_case):
    case = new_case()
    first = case.relay(delay=0.02)
    first.wait_for("Worker ready")
    with case.publishing(per_second=700):
        for pure in ("", "1"):  # the second with Faust's iterator in Python, as where it was not compiled
            case.came_out(case.size(case.out) + 500)
            second = case.relay(delay=0.02, NO_CYTHON=pure)
            second.wait_for("Worker ready")
            case.came_out(case.size(case.out) + 500)
            assert second.terminate() == 0
    case.finished()
    assert case.counted() == (set(), 0)


def test_a_storm_of_rebalances_with_a_kill_loses_nothing(new_case):
    """A backlog in 24 partitions, so that every worker has batches in hand whenever one comes or goes."""
    case = new_case(partitions=24)
    case.load(COUNT)
    workers = [case.relay(delay=0.3, count=50, NO_CYTHON=pure) for pure in ("", "1")]
    case.came_out(400)
    workers.append(case.relay(delay=0.3, count=50))
    workers[-1].wait_for("Worker ready")
    assert workers.pop(0).terminate() == 0
    workers.append(case.relay(delay=0.3, count=50))
    workers.pop(0).kill()
    workers[-1].wait_for("Worker ready")
    case.finished()
    assert [worker.terminate() for worker in workers] == [0, 0]
    lost, _ = case.counted()
    assert lost == set()


def test_a_broker_that_is_away_for_ten_seconds_loses_nothing(new_case):
    case = new_case()
    case.load(COUNT)
    worker = case.relay(delay=0.1)
    case.came_out(1000)
    case.node.stop()
    time.sleep(10)
    case.node.start()
    case.finished()
    assert worker.alive()
    assert worker.terminate() == 0
    lost, _ = case.counted()
    assert lost == set()


def test_an_exception_in_the_agent_ends_the_process_and_loses_nothing(new_case, tmp_path):
    case = new_case()
    case.load(COUNT)
    settings = {"crash": f"{case.name}/{COUNT // 2}", "flag": tmp_path / "crashed", "delay": 0.02}
    worker = case.relay(**settings)
    assert worker.wait() != 0
    assert "a surprise inside the agent" in worker.log()
    assert case.committed() < COUNT
    case.relay(**settings)
    case.finished()
    lost, _ = case.counted()
    assert lost == set()


def test_one_unreadable_record_in_a_batch_is_set_aside_and_the_rest_goes_on_in_order(new_case):
    case = new_case()
    case.load(COUNT // 2)
    with case.producer() as producer:
        producer.send(case.source, b"unreadable", b"poison", headers=[("trace", "ر".encode())])
    case.publish(f"after/{number}" for number in range(COUNT // 2))
    worker = case.relay()
    case.finished()
    assert worker.terminate() == 0
    assert case.counted() == (set(), 0)
    (letter,) = case.read(case.dead)
    assert (letter.key, letter.value) == (b"poison", b"unreadable")
    assert letter.headers == [("rasid-reason", b"unreadable"), ("trace", "ر".encode())]
    written = case.by_partition(case.out)
    for number, read in case.by_partition(case.source).items():
        assert [each.key for each in written[number]] == [each.key for each in read if each.key != b"poison"]


def test_compaction_leaves_holes_that_stop_nothing(new_case):
    case = new_case(
        cleanup_policy="compact", segment_ms="200", min_cleanable_dirty_ratio="0.001", max_compaction_lag_ms="500"
    )
    for version in range(4):
        case.publish((f"{number}" for number in range(COUNT // 4)), f"version {version}".encode() * 20)
        time.sleep(0.5)  # the next append finds the segment old and rolls it, so that it can be compacted
    case.publish(["last"])
    case.until(lambda: len(case.read(case.source)) < COUNT, "compaction")
    worker = case.relay(count=20)
    case.came_out(200)
    worker.kill()
    case.relay(count=20)
    case.finished()
    newest = {message.key: message.value for message in case.read(case.out)}
    assert newest == {message.key: message.value for message in case.read(case.source)}


def test_transaction_markers_are_holes_that_stop_nothing(new_case):
    case = new_case()
    with case.producer(transactional_id=case.name) as producer:
        producer.init_transactions()
        for transaction in range(COUNT // 40):
            producer.begin_transaction()
            case.send_with(producer, (f"{transaction}/{number}" for number in range(40)))
            producer.commit_transaction()
    case.relay(count=30)
    case.finished(short_of=case.partitions)  # the marker after the last message of each partition
    assert case.counted() == (set(), 0)
