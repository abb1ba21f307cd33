"""Scores mean the same for every model: 0.5 is probably relevant, and order is kept."""

import numpy as np

from lsp_server.embedding import (
    ModelChoice,
    ScoreCurve,
    SymbolTexts,
    load_embedder,
    similarity_to_score,
)
from lsp_server.text import split_file

CODE = b"def load_session_cookie(request):\n    return request.cookies.get(SESSION_COOKIE_NAME)\n"


def test_scores_rise_from_0_to_1_through_one_half_at_the_midpoint() -> None:
    scores = similarity_to_score(np.linspace(-1, 1, 201), ScoreCurve(midpoint=0.4, steepness=12))
    assert scores[140] == 0.5
    assert np.all(np.diff(scores) > 0)
    assert 0 <= scores[0] < 0.01
    assert 0.99 < scores[-1] <= 1


def test_an_answer_is_probably_relevant_and_nonsense_is_not() -> None:
    model = load_embedder(ModelChoice())
    texts = SymbolTexts(split_file(CODE), ["load_session_cookie"], [""], [(0, len(CODE))], [None], CODE)
    vectors = model.place(model.content_vectors(texts), "web/sessions.py").astype(np.float32)
    queries = np.stack(
        [model.query_vector("read the session cookie"), model.query_vector("bake a chocolate cake")]
    )
    answer, nonsense = similarity_to_score(vectors @ queries.T, model.curves.query)[0]
    assert answer > 0.5 > nonsense
