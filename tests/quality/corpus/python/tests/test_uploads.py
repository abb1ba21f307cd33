import pytest

from dropbay.checksum import sha_of
from dropbay.quota import QuotaLedger
from dropbay.uploads import ChunkMismatch, UploadSession


@pytest.fixture
def session(memory_storage):
    return UploadSession("ann", "film.mkv", 3, memory_storage)


def test_pieces_may_come_in_any_order(session):
    for number in (2, 0, 1):
        session.accept_chunk(number, b"x", sha_of(b"x"))
    assert session.missing_chunks() == []


def test_a_damaged_piece_is_refused(session):
    with pytest.raises(ChunkMismatch):
        session.accept_chunk(0, b"x", sha_of(b"y"))


def test_assembling_charges_the_owner(session):
    ledger = QuotaLedger(100)
    for number in range(3):
        session.accept_chunk(number, b"abc", sha_of(b"abc"))
    session.assemble(ledger)
    assert ledger.used("ann") == 9
