"""What the program writes itself is never indexed, wherever it is."""

from pathlib import Path

from written import write

from lsp_server.indexing.scanning.ignore import OWN_FILE, IgnoreRules
from lsp_server.indexing.scanning.scanner import walk


def test_what_the_program_writes_itself_is_never_indexed(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.py": "",
            "mine/notes.txt": "",
            "mine/indexes/x/meta.json": "",
            "mine/indexes.md": "",
            "mine/analyses.sqlite3": "",
            OWN_FILE: "!mine/indexes/\n!meta.json\n",
        },
    )
    places = [tmp_path / "mine" / "indexes", tmp_path / "mine" / "analyses.sqlite3", tmp_path.parent]
    rules = IgnoreRules(tmp_path, ["**/*.json"], own_paths=places)
    found = sorted(file.path for file in walk(rules, "", []))
    assert found == [OWN_FILE, "a.py", "mine/indexes.md", "mine/notes.txt"]
    assert not rules.decide("mine/indexes/x/meta.json").indexed
    assert not rules.visits("mine/indexes/x")


def test_own_paths_are_known_behind_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, {"a.py": "", "idx/meta.json": ""})
    (tmp_path / "link").symlink_to(root, target_is_directory=True)
    rules = IgnoreRules(tmp_path / "link", own_paths=[root / "idx"])
    assert [file.path for file in walk(rules, "", [])] == ["a.py"]
