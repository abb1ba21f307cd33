"""Jobs and replies survive the pipe, whatever a path looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.indexing.workers.jobs import ParseJob, ParseReply, ReplyStatus

ODD_PATHS = [
    "a.py",
    "späte/日本.py",
    "with space.py",
    'quo"te.py',
    "back\\slash.py",
    "lone\udc80.py",
    "lone\ud800.py",
]
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.mark.parametrize("path", ODD_PATHS)
def test_jobs_and_replies_survive_packing_whatever_the_path(path: str) -> None:
    job = ParseJob(path, f"/w/{path}", b"\0" * 16, "text ä".encode(), use_cache=False)
    assert ParseJob.unpack(job.pack()) == job
    reply = ParseReply(
        path, ReplyStatus.ANALYZED, b"\1" * 16, 7, 10**18, b"analysis", True, "", 0.25, "recipe", b"\2" * 16
    )
    assert ParseReply.unpack(reply.pack()) == reply


@pytest.mark.parametrize("status", ReplyStatus)
def test_each_status_survives_packing(status: ReplyStatus) -> None:
    assert ParseReply.unpack(ParseReply("a", status).pack()).status is status


@given(ANY_TEXT, ANY_TEXT)
def test_any_path_and_message_survive_packing(path: str, message: str) -> None:
    reply = ParseReply(path, ReplyStatus.UNREADABLE, message=message)
    assert ParseReply.unpack(reply.pack()) == reply
