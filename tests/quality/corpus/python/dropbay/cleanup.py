import logging
from datetime import datetime, timedelta

log = logging.getLogger(__name__)


def sweep_stale(sessions, ledger, now=None, max_age=timedelta(days=1)):
    now = now or datetime.utcnow()
    gone = 0
    for s in list(sessions.values()):
        if s.state.value == "open" and now - s.touched > max_age:
            s._drop_chunks()
            ledger.release(s.owner, s.announced_size)
            del sessions[s.id]
            gone += 1
    if gone:
        log.info("removed %d", gone)
    return gone


def orphans(storage, sessions):
    for key in storage.keys("incoming/"):
        sid = key.split("/")[1]
        if sid not in sessions:
            yield key
