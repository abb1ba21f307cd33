"""What changed below a folder: events of the system, gathered in bursts; comparing where it has none."""
