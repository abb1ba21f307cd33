"""What happened, for whoever wants to know: subscribers in this process and webhooks outside."""

import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from urllib.request import Request, urlopen

from dropbay.retry import with_retries


@dataclass(frozen=True)
class UploadFinished:
    session_id: str
    owner: str
    key: str


@dataclass(frozen=True)
class UploadFailed:
    session_id: str
    reason: str


_subscribers = defaultdict(list)
failures = Counter()


def subscribe(event_type, handler):
    _subscribers[event_type].append(handler)


def publish(event):
    for handler in _subscribers[type(event)]:
        handler(event)


def count_failed_uploads(event: UploadFailed):
    """Count failed uploads by reason, for the dashboard; nothing is tried again here."""
    failures[event.reason] += 1


def call_webhook(address, event):
    """Tell another server of an event, as JSON."""
    body = json.dumps({"type": type(event).__name__, **asdict(event)}).encode()
    request = Request(address, data=body, headers={"content-type": "application/json"})
    with_retries(lambda: urlopen(request, timeout=5).close())
