"""What is found, as the JSON that editors and `--json` are given: values in, plain dicts out."""
