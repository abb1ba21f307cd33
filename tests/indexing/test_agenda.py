"""What commands add up to."""

import pytest

from lsp_server.indexing.agenda import MAX_OPEN, Agenda
from lsp_server.indexing.inbox import Inbox
from lsp_server.indexing.messages import Command, Pause, Prioritise, Rebuild, Resume, Scan, Update
from lsp_server.indexing.queue import Lane
from lsp_server.indexing.scanning.scanner import FileStat


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def agenda(inbox: Inbox) -> Agenda:
    return Agenda(inbox)


def obey(agenda: Agenda, inbox: Inbox, *commands: Command) -> bool:
    for command in commands:
        inbox.put(command)
    return agenda.catch_up()


def test_nothing_is_to_be_done_at_first(agenda: Agenda) -> None:
    assert agenda.is_settled
    assert agenda.may_work
    assert not agenda.has_work


def test_updates_add_up(agenda: Agenda, inbox: Inbox) -> None:
    obey(agenda, inbox, Update(("a", "b"), 1), Update(("b", "c"), 2))
    assert agenda.ticket == 2
    assert agenda.take_updates() == ["a", "b", "c"]
    assert not agenda.has_updates
    assert not agenda.is_settled
    agenda.settled = 2
    assert agenda.is_settled


def test_what_is_named_before_a_scan_is_looked_at_after_it(agenda: Agenda, inbox: Inbox) -> None:
    obey(agenda, inbox, Update(("a", ""), 1), Scan(2))
    agenda.begin_scan(["a", "b"])
    obey(agenda, inbox, Update(("c",), 3))
    assert agenda.take_updates() == ["a", "c"]
    assert agenda.outdated == set()


def test_a_rebuild_outdates_what_is_known_until_the_scan_is_done(agenda: Agenda, inbox: Inbox) -> None:
    obey(agenda, inbox, Rebuild(1))
    agenda.begin_scan(["a", "b"])
    assert agenda.outdated == {"a", "b"}
    assert agenda.distrusts_cache
    agenda.outdated.discard("a")
    obey(agenda, inbox, Scan(2))
    agenda.begin_scan(["a", "b"])
    assert agenda.outdated == {"b"}
    agenda.finish_scan()
    assert agenda.outdated == set()
    assert not agenda.distrusts_cache


def test_a_pause_stops_work_and_keeps_it(agenda: Agenda, inbox: Inbox) -> None:
    agenda.queue_files([FileStat("a", 1, 1)], Lane.SCANNED)
    assert not obey(agenda, inbox, Scan(1), Pause())
    assert agenda.has_work
    assert obey(agenda, inbox, Resume())
    assert agenda.wants_scan
    assert len(agenda.queue) == 1


def test_the_end_stops_work(agenda: Agenda, inbox: Inbox) -> None:
    inbox.put(Scan(1))
    inbox.close()
    assert agenda.is_over
    assert not agenda.catch_up()
    assert not agenda.wait()


def test_a_waiting_command_ends_the_idle_time(agenda: Agenda, inbox: Inbox) -> None:
    assert agenda.is_idle
    inbox.put(Pause())
    assert not agenda.is_idle
    assert agenda.wait()
    assert agenda.is_idle
    assert not agenda.wait(0)


def test_open_files_come_first_even_when_they_are_found_later(agenda: Agenda, inbox: Inbox) -> None:
    obey(agenda, inbox, Prioritise(("b",)))
    agenda.queue_files([FileStat("a", 1, 9), FileStat("b", 1, 1)], Lane.CHANGED)
    assert agenda.queue.pop() == FileStat("b", 1, 1)


def test_only_so_many_open_files_are_remembered(agenda: Agenda, inbox: Inbox) -> None:
    obey(agenda, inbox, Prioritise(("first",)), Prioritise(tuple(f"p{n}" for n in range(MAX_OPEN))))
    agenda.queue_files([FileStat("a", 1, 9), FileStat("first", 1, 1)], Lane.CHANGED)
    assert agenda.queue.pop() == FileStat("a", 1, 9)


def test_after_a_failure_the_folder_is_looked_at_anew(agenda: Agenda, inbox: Inbox) -> None:
    obey(agenda, inbox, Rebuild(1))
    agenda.begin_scan(["a"])
    agenda.queue_files([FileStat("a", 1, 1)], Lane.SCANNED)
    agenda.scanned_at_ns = 5
    agenda.start_over()
    assert agenda.wants_scan
    assert len(agenda.queue) == 0
    assert agenda.scanned_at_ns is None
    assert agenda.outdated == {"a"}
