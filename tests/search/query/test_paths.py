import pytest

from lsp_server.errors import InvalidParams
from lsp_server.search.query.paths import PathFilter

PATHS = [
    "main.py",
    "src/app.py",
    "src/deep/er/util.go",
    "lib/src/other.py",
    "tests/test_app.py",
    "docs/a b.md",
]


def passing(includes: list[list[str]], exclude: list[str]) -> list[str]:
    compiled = PathFilter.compiled(includes, exclude)
    assert compiled is not None
    return [path for path, passes in zip(PATHS, compiled.passing(PATHS), strict=True) if passes]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*.py"], ["main.py", "src/app.py", "lib/src/other.py", "tests/test_app.py"]),
        (["/*.py"], ["main.py"]),
        (["src/**"], ["src/app.py", "src/deep/er/util.go"]),
        (["src"], ["src/app.py", "src/deep/er/util.go", "lib/src/other.py"]),
        (["src/", "*.md"], ["src/app.py", "src/deep/er/util.go", "lib/src/other.py", "docs/a b.md"]),
        (["**/er/*"], ["src/deep/er/util.go"]),
        (["*.py", "!tests/**"], ["main.py", "src/app.py", "lib/src/other.py"]),
        (["a b.md"], ["docs/a b.md"]),
        (["nothing"], []),
    ],
)
def test_patterns_mean_what_they_mean_in_a_gitignore_file(patterns: list[str], expected: list[str]) -> None:
    assert passing([patterns], []) == expected
    assert passing([], patterns) == [path for path in PATHS if path not in expected]


def test_lists_of_patterns_intersect() -> None:
    assert passing([["*.py"], [], ["src/**", "tests/**"]], []) == ["src/app.py", "tests/test_app.py"]
    assert passing([["*.py"], ["src/**", "tests/**"]], ["test_*"]) == ["src/app.py"]


def test_a_dot_before_a_pattern_is_the_workspace_folder() -> None:
    assert passing([["./src/**"]], ["./src/app.py"]) == [
        path for path in passing([["src/**"]], []) if path != "src/app.py"
    ]
    assert passing([["./src/app.py"]], []) == ["src/app.py"]


def test_a_filter_tells_whether_a_single_path_passes() -> None:
    compiled = PathFilter.compiled([["*.py"]], ["tests/"])
    assert compiled is not None
    assert compiled.passes("a/b.py")
    assert not compiled.passes("tests/b.py")
    assert not compiled.passes("b.go")


def test_without_patterns_there_is_no_filter() -> None:
    assert PathFilter.compiled([], []) is None
    assert PathFilter.compiled([[]], []) is None


@pytest.mark.parametrize(
    "pattern",
    ["", " ", "#note", "!", "/", "a\\", "[z-a]", "./", "src/./a", "../a", "*a*a*a*a*a*a*b", "x" * 2_000],
)
@pytest.mark.parametrize("key", ["include", "exclude"])
def test_what_is_no_pattern_is_named_with_its_key(pattern: str, key: str) -> None:
    with pytest.raises(InvalidParams, match=key) as caught:
        PathFilter.compiled([["*.py", pattern]] if key == "include" else [], [pattern])
    assert caught.value.details["key"] == key
