"""What holds for every library that runs a model, before it is imported."""

import os

_OFF = {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


def keep_quiet() -> None:
    """Have them tell nobody anything: onnxruntime collects events about its users when it is imported."""
    os.environ.update(_OFF)
