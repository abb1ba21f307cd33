"""What changed below a folder: the system's events, debounced into bursts; polling where there are none."""
