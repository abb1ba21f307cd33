"""What to do before any library that runs models is imported."""

import os

_OFF = {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


def keep_quiet() -> None:
    """Turn off telemetry: onnxruntime starts collecting usage events as soon as it is imported."""
    os.environ.update(_OFF)
