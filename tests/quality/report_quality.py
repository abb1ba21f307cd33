"""Prints what the retrieval quality test sees: `python tests/quality/report_quality.py [LANGUAGE]`."""

import sys
import tempfile
from pathlib import Path

from corpus_views import corpus_view
from judging import Judged, figures, judge, read_questions, table_of_worst


def main(languages: list[str]) -> None:
    """Judge all questions, or those of the named languages."""
    questions = read_questions()
    judged: list[Judged] = []
    for language in languages or sorted({one.language for one in questions}):
        with tempfile.TemporaryDirectory() as base, corpus_view(language, Path(base)) as view:
            judged += [judge(one, view) for one in questions if one.language == language]
    sys.stdout.write(table_of_worst(judged, len(judged)) + "\n\n")
    for group, value in sorted(figures(judged).items()):
        sys.stdout.write(f"{group:14} {value:.3f}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
