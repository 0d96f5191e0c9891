"""When letters are carried: in place, or by a bounded pool that survives a fork."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from flask_airlock.delivery.outbox import KEPT, Outbox, as_console_text
from flask_airlock.delivery.post import LONGEST_QUEUE, WORKERS, InPlace, InThreads, Post
from flask_airlock.domain.letters import Channel, Message
from flask_airlock.errors import DeliveryFailed
from tests.forks import in_a_child

SECONDS = 4
MESSAGE = Message(to="ada@example.com", channel=Channel.MAIL, subject="Hi", text="12345678\n")


class Carrier:
    """Carries letters once the gate is open, and remembers which."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.carried: list[int] = []
        self.threads: set[str] = set()
        self._changed = threading.Condition()

    def __call__(self, letter_id: int) -> None:
        """What the pool calls."""
        assert self.gate.wait(SECONDS)
        with self._changed:
            self.carried.append(letter_id)
            self.threads.add(threading.current_thread().name)
            self._changed.notify_all()
        if letter_id < 0:
            raise DeliveryFailed("on purpose")

    def wait_for(self, number: int) -> list[int]:
        """All letters, once there are so many."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.carried) >= number, SECONDS)
            return list(self.carried)


def carries(pool: InThreads, number: int = 3) -> bool:
    """Whether a pool carries letters now."""
    carrier = Carrier()
    carrier.gate.set()
    pool.run(carrier, range(number))
    return sorted(carrier.wait_for(number)) == list(range(number))


def test_in_place_a_letter_is_carried_before_the_answer_is_given() -> None:
    carried: list[int] = []
    InPlace().run(carried.append, [3, 1, 2])
    assert carried == [3, 1, 2]


def test_in_place_a_letter_that_fails_stops_neither_the_others_nor_the_caller(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the letters tell of is committed by then."""
    carrier = Carrier()
    carrier.gate.set()
    InPlace().run(carrier, [1, -1, 2])
    assert carrier.carried == [1, -1, 2]
    assert "letter -1 could not be carried" in caplog.text


def test_the_pool_does_not_keep_its_caller_waiting() -> None:
    carrier, pool = Carrier(), InThreads()
    pool.run(carrier, range(20))
    carried_so_far = list(carrier.carried)
    carrier.gate.set()
    assert carried_so_far == []
    assert sorted(carrier.wait_for(20)) == list(range(20))
    assert len(carrier.threads) <= WORKERS


def test_the_pool_is_bounded_and_takes_letters_again_when_some_have_gone() -> None:
    carrier, pool = Carrier(), InThreads()
    pool.run(carrier, range(LONGEST_QUEUE + 100))
    carrier.gate.set()
    assert sorted(carrier.wait_for(LONGEST_QUEUE)) == list(range(LONGEST_QUEUE))
    assert carries(pool)
    assert len(carrier.carried) == LONGEST_QUEUE


def test_a_letter_that_fails_stops_no_other_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    carrier, pool = Carrier(), InThreads()
    carrier.gate.set()
    with caplog.at_level(logging.ERROR, "flask_airlock"):
        for _ in range(3):
            pool.run(carrier, [-1] * WORKERS)
        carrier.wait_for(3 * WORKERS)
        assert carries(pool)
    assert "letter -1 could not be carried" in caplog.text


def test_the_pool_starts_no_thread_before_it_is_needed() -> None:
    before = threading.active_count()
    InThreads()
    assert threading.active_count() == before


def test_a_forked_worker_carries_letters_though_its_parent_did_before() -> None:
    """Threads do not survive a fork; a pool that was begun before it must begin anew."""
    pool = InThreads()
    assert carries(pool)
    assert in_a_child(lambda: carries(pool))
    assert carries(pool)


def test_a_worker_that_was_forked_from_a_busy_parent_carries_letters() -> None:
    """The parent's queue is the parent's: the child begins with an empty one."""
    carrier, pool = Carrier(), InThreads()
    pool.run(carrier, range(LONGEST_QUEUE + 1))
    child_carries = in_a_child(lambda: carries(pool))
    carrier.gate.set()
    carrier.wait_for(LONGEST_QUEUE)
    assert child_carries


def test_many_threads_may_hand_over_their_first_letters_at_once() -> None:
    carrier, pool = Carrier(), InThreads()
    carrier.gate.set()
    numbers, start = count(), threading.Barrier(16)

    def hand_over() -> None:
        start.wait(SECONDS)
        pool.run(carrier, [next(numbers)])

    threads = [threading.Thread(target=hand_over) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert sorted(carrier.wait_for(16)) == list(range(16))
    assert carries(pool, LONGEST_QUEUE)


def test_the_post_finds_its_transport_when_a_letter_is_sent() -> None:
    asked: list[Channel] = []
    outbox = Outbox(lambda: datetime.now(UTC))

    class Kept:
        def send(self, message: Message) -> None:
            outbox.keep(message)

    def find(channel: Channel) -> Kept:
        asked.append(channel)
        return Kept()

    post = Post(find)
    assert asked == []
    post.send(MESSAGE)
    assert asked == [Channel.MAIL]
    assert outbox.messages()[0].message == MESSAGE


def test_the_outbox_keeps_the_last_messages_with_their_time() -> None:
    moments = count()
    start = datetime(2030, 1, 1, tzinfo=UTC)
    outbox = Outbox(lambda: start + timedelta(seconds=next(moments)))
    for number in range(KEPT + 5):
        channel = Channel.SMS if number % 2 else Channel.MAIL
        outbox.keep(Message(to=f"{number % 3}", channel=channel, subject="", text=str(number)))
    kept = outbox.messages()
    assert len(kept) == KEPT
    assert (kept[0].message.text, kept[0].at) == ("5", start + timedelta(seconds=5))
    chosen = outbox.messages(to="1", channel=Channel.SMS)
    assert {each.message.to for each in chosen} == {"1"}
    assert all(each.message.channel is Channel.SMS for each in chosen)
    outbox.clear()
    assert outbox.messages() == []


def test_a_developer_reads_the_whole_message_in_the_terminal() -> None:
    shown = as_console_text(MESSAGE)
    assert "mail to ada@example.com" in shown
    assert "\nHi\n" in shown
    assert "\n12345678\n" in shown
