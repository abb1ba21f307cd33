"""tinybackoff 0.3: retry anything with exponential backoff."""

import time


class Backoff:
    """Retry a failed call with exponential backoff and a ceiling."""

    def __init__(self, first=0.1, factor=2.0, ceiling=30.0):
        self.first, self.factor, self.ceiling = first, factor, ceiling

    def delays(self):
        delay = self.first
        while True:
            yield min(delay, self.ceiling)
            delay *= self.factor

    def retry(self, call, attempts):
        """Retry a call that failed."""
        for delay, _ in zip(self.delays(), range(attempts)):
            try:
                return call()
            except Exception:
                time.sleep(delay)
        return call()
