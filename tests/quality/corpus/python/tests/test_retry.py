import pytest

from dropbay.retry import with_retries


class Flaky:
    """Fails so many times, then works."""

    def __init__(self, failures):
        self.left = failures

    def __call__(self):
        if self.left:
            self.left -= 1
            raise ConnectionError
        return "done"


def test_retry_until_it_works():
    assert with_retries(Flaky(2), base_s=0) == "done"


def test_failed_upload_is_not_retried_forever():
    with pytest.raises(ConnectionError):
        with_retries(Flaky(9), attempts=3, base_s=0)
