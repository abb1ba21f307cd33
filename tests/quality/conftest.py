"""Indexes the corpus once a session and asks all questions."""

from collections.abc import Sequence

import pytest
from corpus_views import corpus_view
from judging import Judged, Listed, judge, list_all, read_questions

collect_ignore = ["corpus"]  # what is searched; its tests are not ours


@pytest.fixture(scope="session")
def answered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sequence[Judged], Sequence[Listed]]:
    """Every question with what was found, and every language's symbols."""
    questions = read_questions()
    judged: list[Judged] = []
    listed: list[Listed] = []
    for language in dict.fromkeys(one.language for one in questions):
        with corpus_view(language, tmp_path_factory.mktemp(language)) as view:
            judged += [judge(one, view) for one in questions if one.language == language]
            listed.append(Listed(language, list_all(view)))
    return judged, listed


@pytest.fixture(scope="session")
def judged(answered: tuple[Sequence[Judged], Sequence[Listed]]) -> Sequence[Judged]:
    return answered[0]


@pytest.fixture(scope="session")
def listed(answered: tuple[Sequence[Judged], Sequence[Listed]]) -> Sequence[Listed]:
    return answered[1]
