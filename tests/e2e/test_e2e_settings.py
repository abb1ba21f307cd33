"""New settings take effect without a restart, and cost only what they must."""

import sys
from pathlib import Path

import pytest
from editor import Desk, Editor, eventually, write


@pytest.fixture
def editor(desk: Desk, project: Path) -> Editor:
    write(project, "notes.xyz", "class Coin:\n    def mint(self): ...\n")
    write(project, "large.py", "def large_one(): ...\n" + "# padding\n" * 200)
    return desk.editor().open(project).ready()


def test_an_excluded_file_is_found_no_longer(editor: Editor) -> None:
    editor.configure({"indexing": {"exclude": ["*.go"]}})
    eventually(lambda: not editor.finds("OpenCrate"))
    editor.configure({})
    eventually(lambda: editor.finds("OpenCrate"))


def test_a_file_that_became_too_large_is_found_no_longer(editor: Editor, project: Path) -> None:
    assert editor.finds("large_one")
    editor.configure({"indexing": {"maxFileBytes": 1000}})
    eventually(lambda: not editor.finds("large_one"))
    assert "larger than" in editor.explain(project / "large.py")["reason"]


def test_a_new_suffix_means_its_language(editor: Editor) -> None:
    assert not editor.finds("mint")
    editor.configure({"indexing": {"extraSuffixes": {".xyz": "python"}}})
    eventually(lambda: editor.finds("mint"))


def test_searches_and_open_documents_outlast_a_change(editor: Editor, project: Path) -> None:
    editor.show(project / "net.py", "def mint_coin(): ...\n")
    assert editor.finds("mint_coin")
    for number in range(5):
        editor.configure({"indexing": {"exclude": [f"*.{number}"]}})
        assert editor.finds("mint_coin")
        assert editor.finds("OpenCrate")
    assert editor.ready().finds("mint_coin")
    assert editor.status()["metrics"]["embeddedSymbols"] > 0


def test_the_palette_can_do_without_meaning(editor: Editor) -> None:
    def names() -> list[str]:
        return [symbol["name"] for symbol in editor.request("workspace/symbol", {"query": "repeat request"})]

    assert "resend_after_error" in names()
    editor.configure({"palette": {"meaning": False}})
    assert "resend_after_error" not in names()


def test_a_hover_can_be_short_or_off(editor: Editor, project: Path) -> None:
    twins = "\n\n".join(f'def send_again_{n}(request):\n    """Send it again."""' for n in range(4))
    write(project, "twins.py", twins + "\n")
    eventually(lambda: editor.finds("send_again_3"))
    place = {
        "textDocument": {"uri": (project / "twins.py").as_uri()},
        "position": {"line": 0, "character": 6},
    }

    def lines() -> int:
        hover = editor.request("textDocument/hover", place)
        return 0 if hover is None else str(hover["contents"]).count("twins.py")

    assert lines() > 1
    editor.configure({"hover": {"limit": 1}})
    assert lines() == 1
    editor.configure({"hover": {"enabled": False}})
    assert lines() == 0


def test_the_default_limit_holds(editor: Editor) -> None:
    assert len(editor.search("it")) > 1
    editor.configure({"search": {"defaultLimit": 1}})
    assert len(editor.search("it")) == 1


def test_what_concerns_no_index_restarts_nothing(editor: Editor) -> None:
    before = {child.pid for child in editor.children()}
    editor.configure({"search": {"defaultLimit": 3}, "hover": {"limit": 2}, "log": {"level": "debug"}})
    assert editor.status()["state"] == "ready"
    assert {child.pid for child in editor.children()} == before


def test_the_folders_own_file_of_settings_is_followed(editor: Editor, project: Path) -> None:
    write(project, ".semanticsymbols.toml", '[indexing]\nexclude = ["*.go"]\n')
    eventually(lambda: not editor.finds("OpenCrate"))
    (project / ".semanticsymbols.toml").unlink()
    eventually(lambda: editor.finds("OpenCrate"))


def test_the_folders_own_file_of_settings_is_followed_though_rules_change_with_it(
    editor: Editor, project: Path
) -> None:
    write(project, ".ignore", "large.py\n")
    write(project, ".semanticsymbols.toml", '[indexing]\nexclude = ["*.go"]\n')
    eventually(lambda: not editor.finds("OpenCrate"))
    assert not editor.ready().finds("large_one")


def test_the_folders_own_file_of_settings_is_followed_though_it_is_ignored(desk: Desk, project: Path) -> None:
    write(project, ".gitignore", ".semanticsymbols.toml\n")
    editor = desk.editor().open(project).ready()
    write(project, ".semanticsymbols.toml", '[indexing]\nexclude = ["*.go"]\n')
    eventually(lambda: not editor.finds("OpenCrate"))


def test_the_folders_own_file_of_settings_may_change_again_while_it_takes_effect(
    editor: Editor, project: Path
) -> None:
    for _ in range(3):
        file = write(project, ".semanticsymbols.toml", '[indexing]\nexclude = ["*.go"]\n')
        editor.comes_to("starting")
        file.unlink()
        eventually(lambda: editor.explain(project / "deep" / "box.go")["indexed"])
    editor.ready()


def test_the_folders_own_file_of_settings_says_how_searches_and_hovers_answer(
    editor: Editor, project: Path
) -> None:
    assert len(editor.search("it")) > 1
    write(project, ".semanticsymbols.toml", "[search]\ndefaultLimit = 1\n[palette]\nmeaning = false\n")
    eventually(lambda: len(editor.search("it")) == 1)
    editor.configure({"search": {"defaultLimit": 2}})
    assert len(editor.search("it")) == 2
    assert editor.request("workspace/symbol", {"query": "how crates are opened"}) == []


@pytest.mark.skipif(sys.platform != "linux", reason="counts what is mapped")
def test_settings_that_no_longer_hold_keep_no_model_in_memory(editor: Editor) -> None:
    def n_models() -> int:
        mapped = Path(f"/proc/{editor.process.pid}/maps").read_text(encoding="utf-8")
        return mapped.count("model.safetensors")

    before = n_models()
    for number in range(5):
        editor.configure({"indexing": {"exclude": [f"*.{number}"]}})
        editor.comes_to("starting")
        editor.ready()
    eventually(lambda: n_models() == before)


def test_a_bad_setting_is_named_and_changes_nothing(editor: Editor) -> None:
    editor.configure({"indexing": {"exlude": ["*.go"]}})
    warning = editor.notification("window/showMessage")["message"]
    assert "indexing.exlude" in warning
    assert "Did you mean indexing.exclude?" in warning
    assert editor.finds("OpenCrate")


def test_mistakes_in_the_folders_own_file_of_settings_are_named(desk: Desk, project: Path) -> None:
    file = write(project, ".semanticsymbols.toml", '[indexing]\nexlude = ["*.go"]\n')
    editor = desk.editor().open(project)
    warning = editor.notification("window/showMessage")["message"]
    assert "Did you mean indexing.exclude?" in warning
    assert str(file) in warning
    editor.ready()
    file.write_text("[search]\ndefaultLimit = 0\n", encoding="utf-8")
    assert "search.defaultLimit" in editor.notification("window/showMessage")["message"]
    file.write_text("[search\n", encoding="utf-8")
    assert "can't be read" in editor.notification("window/showMessage")["message"]


def test_the_folders_own_file_of_settings_puts_no_link_into_a_message(desk: Desk, project: Path) -> None:
    write(project, ".semanticsymbols.toml", '"[Fix it](command:workbench.action.quit)" = 1\n')
    editor = desk.editor().open(project)
    warning = editor.notification("window/showMessage")["message"]
    assert "Fix it" in warning
    assert "](" not in warning


def test_settings_that_change_while_the_folder_is_being_opened_lose_no_answer(
    desk: Desk, project: Path
) -> None:
    desk.editor().open(project).ready().leave()
    editor = desk.editor().open(project)
    for number in range(5):
        editor.configure({"indexing": {"exclude": [f"*.{number}"]}})
        assert editor.finds("resend_after_error")
    editor.ready()


def test_text_on_screen_counts_while_new_settings_take_effect(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    for number in range(3):
        editor.configure({"indexing": {"exclude": [f"*.{number}"]}})
        editor.show(project / "net.py", f"def mint_coin_{number}(): ...\n")
        editor.show(project / "new.py", f"def melt_coin_{number}(): ...\n")
        names = editor.names("coin")
        assert {f"mint_coin_{number}", f"melt_coin_{number}"} <= set(names)
        assert f"mint_coin_{number - 1}" not in names
        editor.hide(project / "new.py")
        assert not editor.finds(f"melt_coin_{number}")
