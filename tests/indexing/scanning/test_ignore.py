"""What is indexed: our rules against git's own answer, and what goes beyond git."""

import gc
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written import indexed, write

from lsp_server.indexing.scanning.folder_rules import SETTINGS_NAME
from lsp_server.indexing.scanning.ignore import OWN_FILE, IgnoreRules
from lsp_server.indexing.scanning.ignore_files import IgnoreFiles, Rule


def check(root: Path, files: dict[str, str], expected: list[str]) -> None:
    write(root, files)
    assert indexed(root) == sorted(expected)


def git(root: Path, *arguments: str) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", "-c", "core.excludesFile=", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


NAMES = st.sampled_from(["a", "b", "ab", "a.py", "b.py", "c.txt", "#x", "x y"])
PIECES = st.sampled_from(
    [
        "a",
        "b",
        "ab",
        "*",
        "**",
        "?",
        "a*",
        "*b",
        "*.py",
        "a.py",
        "[ab]",
        "[!a]",
        "[a-c].py",
        "\\#x",
        "x y",
        "**b",
        "*.*",
    ]
)
PATTERNS = st.builds(
    lambda negated, anchor, pieces, tail: negated + anchor + "/".join(pieces) + tail,
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "", "/", "**/"]),
    st.lists(PIECES, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", "/**", " "]),
)
FOLDERS = st.sampled_from(["", "a/", "b/", "a/b/", "ab/a/"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    paths=st.lists(st.lists(NAMES, min_size=1, max_size=4).map("/".join), min_size=4, max_size=14),
    ignores=st.dictionaries(FOLDERS, st.lists(PATTERNS, min_size=1, max_size=5), min_size=1, max_size=3),
    excludes=st.lists(PATTERNS, max_size=2),
)
def test_git_lists_the_same_files(
    tmp_path_factory: pytest.TempPathFactory,
    paths: list[str],
    ignores: dict[str, list[str]],
    excludes: list[str],
) -> None:
    root = tmp_path_factory.mktemp("tree")
    git(root, "init", "-q")
    for path in paths:
        if any((root / path).is_relative_to(root / other) for other in paths if other != path):
            continue
        if not (root / path).exists():
            write(root, {path: "x"})
    for folder, patterns in ignores.items():
        if (root / folder).is_dir():
            (root / folder / ".gitignore").write_text("\n".join(patterns) + "\n")
    (root / ".git/info/exclude").write_text("\n".join(excludes) + "\n")
    listed = git(root, "ls-files", "-co", "--exclude-standard", "-z").split("\0")
    assert indexed(root) == sorted(path for path in listed if path and not path.endswith(".gitignore"))


def test_without_a_repository_gitignore_counts_all_the_same(tmp_path: Path) -> None:
    check(
        tmp_path,
        {
            ".gitignore": "*.log\n",
            "sub/.gitignore": "!keep.log\n/x.py",
            "a.log": "",
            "sub/keep.log": "",
            "sub/x.py": "",
        },
        ["sub/keep.log"],
    )


def test_parents_count_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".gitignore": "outside.py",
            "repo/.git/info/exclude": "excluded.py",
            "repo/.gitignore": "/pkg/sub/gone.py\n*.log\n",
            "repo/pkg/.ignore": "!b.log",
        },
    )
    check(
        tmp_path / "repo/pkg/sub",
        dict.fromkeys(["gone.py", "a.log", "b.log", "excluded.py", "outside.py"], ""),
        ["b.log", "outside.py"],
    )


def test_an_ignored_folder_opened_itself_is_indexed(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, {".gitignore": "node_modules/**\n"})
    check(tmp_path / "node_modules/lib", {"index.js": "", "node_modules/x/y.js": ""}, ["index.js"])


def test_a_nested_repository_does_not_hear_the_one_around_it(tmp_path: Path) -> None:
    check(
        tmp_path,
        {
            ".gitignore": "*.gen",
            "inner/.git/HEAD": "",
            "inner/a.gen": "",
            "inner/.gitignore": "b.py",
            "inner/b.py": "",
        },
        ["inner/a.gen"],
    )


def test_dot_ignore_wins_over_gitignore(tmp_path: Path) -> None:
    check(
        tmp_path,
        {".gitignore": "a/\nb.py", ".ignore": "!a/\nc.py", "a/x": "", "b.py": "", "c.py": ""},
        ["a/x"],
    )


def test_own_file_forces_in_below_folders_that_are_left_out(tmp_path: Path) -> None:
    own = "!node_modules/lib/*.js\n!/private/keys/test.pem\n!.env\n!made/\n"
    check(
        tmp_path,
        {
            ".semanticsymbolsignore": own,
            ".gitignore": "private\nmade/*\n",
            "node_modules/lib/a.js": "",
            "node_modules/lib/b.css": "",
            "node_modules/other/c.js": "",
            "private/keys/test.pem": "",
            "private/notes.txt": "",
            "made/by/tool.py": "",
            "made/.env.local": "",
            "made/node_modules/x.js": "",
            ".env": "",
        },
        ["node_modules/lib/a.js", "private/keys/test.pem", "made/by/tool.py", ".env"],
    )


def test_own_file_leaves_out_and_its_last_line_wins(tmp_path: Path) -> None:
    check(
        tmp_path,
        {
            ".semanticsymbolsignore": "docs/\n!docs/api.md\n*.sql\n",
            "sub/.semanticsymbolsignore": "!*.sql",
            "docs/api.md": "",
            "docs/old.md": "",
            "a.sql": "",
            "sub/b.sql": "",
        },
        ["docs/api.md", "sub/b.sql"],
    )


def test_settings_force_in_and_leave_out(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "gen/", "gen/a.py": "", "gen/b.py": "", "c.py": ""})
    assert indexed(tmp_path, extra_include=["gen/*.py"], extra_exclude=["b.py"]) == ["c.py", "gen/a.py"]


def test_secrets_are_left_out(tmp_path: Path) -> None:
    secrets = [
        ".env",
        ".env.production",
        "server.pem",
        "a/tls.KEY",
        "id_rsa",
        "id_ed25519.pub",
        ".npmrc",
        ".netrc",
        "deploy/prod.env",
        "deploy/credentials",
        "deploy/service-account-prod.json",
        "client_secret_12.json",
        "AuthKey.p8",
    ]
    no_secrets = ["id_generator.py", "id_rsa_key.py", "keys.py", "identity", "credentials.py", "environment"]
    check(tmp_path, dict.fromkeys([*secrets, *no_secrets], ""), no_secrets)
    decision = IgnoreRules(tmp_path).decide("a/tls.KEY")
    assert "secrets" in decision.reason


def test_nothing_forces_version_control_in(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", OWN_FILE: "!*.py\n!.git/\n", ".git/hooks/b.py": "", "c/.hg/d.py": ""})
    assert indexed(tmp_path) == ["a.py"]
    rules = IgnoreRules(tmp_path)
    for path in (".git/hooks/b.py", "c/.hg/d.py"):
        assert "version control" in rules.decide(path).reason


def test_gitignore_cannot_let_secrets_in(tmp_path: Path) -> None:
    check(tmp_path, {".gitignore": ".env*\n!.env.local\n", ".env.local": "KEY=1"}, [])


@pytest.mark.parametrize(
    "made",
    ["node_modules/a.js", "x/__pycache__/a.py", ".venv/a.py", "venv/a.py", "build/a.py", "dist/a.js",
     "target/a.rs",
     "x/.tox/a.py", "x/foo.egg-info/PKG-INFO", "vendor/a.php", ".hg/store"],
)  # fmt: skip
def test_vendored_and_build_folders_are_left_out(tmp_path: Path, made: str) -> None:
    check(tmp_path, {made: "", "src/a.py": ""}, ["src/a.py"])


@pytest.mark.parametrize(
    ("evidence", "made"),
    [
        ("crate/Cargo.toml", "crate/target/a.rs"),
        ("app/web.csproj", "app/obj/a.cs"),
        ("ui/package.json", "ui/dist/a.js"),
        ("x/build/CMakeCache.txt", "x/build/a.c"),
        ("my/environment/pyvenv.cfg", "my/environment/lib/a.py"),
        ("x/cached/CACHEDIR.TAG", "x/cached/a.py"),
        ("lib/vendor/modules.txt", "lib/vendor/a.go"),
    ],
)
def test_evidence_condemns_a_folder_with_a_doubtful_name(tmp_path: Path, evidence: str, made: str) -> None:
    write(tmp_path, {evidence: "", made: ""})
    assert made not in indexed(tmp_path)


@pytest.mark.parametrize(
    "source",
    ["src/build/plan.py", "pkg/dist/geometry.go", "lib/target/arm.c", "bin/tool.py", "venv/__init__.py",
     "build/__init__.py", "a/vendor/model.py", "deps/graph.py", ".github/workflows/ci.yml", ".eslintrc"],
)  # fmt: skip
def test_source_with_a_doubtful_name_stays(tmp_path: Path, source: str) -> None:
    check(tmp_path, {source: ""}, [source])


def test_a_build_folder_that_git_tracks_is_source(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, {"go.mod": "", "build/release.sh": "", "dist/out.js": ""})
    git(tmp_path, "add", "build")
    assert indexed(tmp_path) == ["build/release.sh", "go.mod"]


def test_a_decision_names_file_line_and_pattern(tmp_path: Path) -> None:
    write(tmp_path, {"sub/.gitignore": "# made\n\ngen/\n", "sub/gen/deep/a.py": ""})
    decision = IgnoreRules(tmp_path).decide("sub/gen/deep/a.py")
    assert not decision.indexed
    assert decision.rule is not None
    assert (decision.rule.file, decision.rule.line, decision.rule.pattern) == (
        str(tmp_path / "sub/.gitignore"), 3, "gen/",
    )  # fmt: skip
    assert "sub/gen" in decision.reason


def test_a_decision_of_the_settings_says_so_and_names_the_pattern(tmp_path: Path) -> None:
    decision = IgnoreRules(tmp_path, ["c.py"], ["a.py", "b.py"]).decide("b.py")
    assert not decision.indexed
    assert decision.rule == Rule(SETTINGS_NAME, 3, "b.py")


def test_a_changed_ignore_file_counts_after_invalidate(tmp_path: Path) -> None:
    write(tmp_path, {"sub/.gitignore": "a.py", "sub/a.py": ""})
    rules = IgnoreRules(tmp_path)
    assert not rules.decide("sub/a.py").indexed
    write(tmp_path, {"sub/.gitignore": ""})
    assert rules.is_ignore_file("sub/.gitignore")
    rules.invalidate("sub/.gitignore")
    assert rules.decide("sub/a.py").indexed


def test_what_was_read_before_a_change_is_not_remembered_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"sub/.gitignore": "a.py", "sub/a.py": ""})
    rules = IgnoreRules(tmp_path)
    read = IgnoreFiles.read

    def read_slowly(files: IgnoreFiles, file: Path, *rest: Any, **named: Any) -> Any:
        found = read(files, file, *rest, **named)
        if file == tmp_path / "sub/.gitignore" and file.read_text():
            write(tmp_path, {"sub/.gitignore": ""})
            rules.invalidate("sub/.gitignore")
        return found

    monkeypatch.setattr(IgnoreFiles, "read", read_slowly)
    rules.decide("sub/a.py")
    assert rules.decide("sub/a.py").indexed


def test_a_folder_at_hand_from_before_a_change_decides_nothing_after_it(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "sub/", "sub/a.py": ""})
    rules = IgnoreRules(tmp_path)
    before = rules.folder("")
    write(tmp_path, {".gitignore": ""})
    rules.invalidate(".gitignore")
    assert not rules.enters(before, "sub")
    assert rules.decide("sub/a.py").indexed


def test_memory_does_not_grow_with_reports_of_what_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "target/", "target/x": ""})
    rules = IgnoreRules(tmp_path)
    assert not rules.decide("target/0/deps/a.rs").indexed
    gc.collect()
    before = len(gc.get_objects())
    for number in range(2_000):
        assert not rules.decide(f"target/{number}/deps/a.rs").indexed
        assert not rules.visits(f"target/{number}/deps")
    gc.collect()
    assert len(gc.get_objects()) - before < 100


def test_a_file_far_below_what_is_left_out_can_be_forced_in(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "target/", OWN_FILE: "!target/a/b/c.rs\n"})
    rules = IgnoreRules(tmp_path)
    for _ in range(2):
        assert rules.decide("target/a/b/c.rs").indexed
        assert not rules.decide("target/a/b/d.rs").indexed
        assert not rules.decide("target/x/b/c.rs").indexed


@pytest.mark.parametrize("name", [".gitignore", ".ignore", OWN_FILE])
def test_an_ignore_file_that_is_a_link_says_nothing_but_is_named(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, {"patterns": "a.py\n", "folder/a.py": "", "folder/b.py": ""})
    (tmp_path / "folder" / name).symlink_to(tmp_path / "patterns")
    assert indexed(tmp_path / "folder") == ["a.py", "b.py"]
    (warning,) = [record.getMessage() for record in caplog.records]
    assert str(tmp_path / "folder" / name) in warning
    assert "symbolic link" in warning
    if name == ".gitignore":
        git(tmp_path / "folder", "init")
        listed = git(tmp_path / "folder", "ls-files", "--others", "--exclude-standard").split()
        assert listed == [".gitignore", "a.py", "b.py"]
