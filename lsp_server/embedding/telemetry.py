"""Turns off what libraries that run models would report; to be called before they are imported."""

import os

_OFF = {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


def disable_telemetry() -> None:
    """Turn off usage events: onnxruntime starts collecting them as soon as it is imported."""
    os.environ.update(_OFF)
