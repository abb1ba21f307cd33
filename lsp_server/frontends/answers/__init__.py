"""Results as JSON, for editors and for `--json`: values in, plain dicts out."""
