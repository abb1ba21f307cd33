"""Only code whose own licence file allows it is learned from."""

import pytest

from lsp_server.training.licences import PERMISSIVE, is_licence_file, licence_of

MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software ...
The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software."""
APACHE = "                 Apache License\n           Version 2.0, January 2004\n"
BSD_3 = """Redistribution and use in source and binary forms, with or without modification, ...
3. Neither the name of the holder nor the names of its contributors may be used to endorse or promote ..."""
BSD_2 = "Redistribution and use in source and binary forms, with or without\n * modification, are permitted"
ISC = """Permission to use, copy, modify, and/or distribute this software for any purpose with or without
fee is hereby granted, provided that the above copyright notice and this permission notice appear in all
copies."""
GPL = "GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007"
LGPL = "GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3 ... supplements the GNU General Public License"
MPL = "Mozilla Public License Version 2.0 ... GNU Affero General Public License"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MIT, "MIT"),
        (APACHE, "Apache-2.0"),
        (BSD_3, "BSD-3-Clause"),
        (BSD_2, "BSD-2-Clause"),
        (ISC, "ISC"),
        (GPL, "GPL"),
        (LGPL, "LGPL"),
        (MPL, "MPL-2.0"),
        ("All rights reserved.", None),
    ],
)
def test_a_licence_is_recognised_by_its_words(text: str, expected: str | None) -> None:
    assert licence_of({"LICENSE": text}) == expected


def test_what_comes_first_in_a_file_counts() -> None:
    assert licence_of({"LICENSE": f"{APACHE}\nBundled data is under the {MPL}"}) == "Apache-2.0"
    assert licence_of({"LICENSE": f"{GPL}\nSome files: {MIT}"}) == "GPL"


def test_of_two_licences_the_permissive_one_may_be_chosen() -> None:
    assert licence_of({"COPYING": GPL, "LICENSE": BSD_3}) == "BSD-3-Clause"


def test_files_at_the_root_count_before_those_below() -> None:
    assert licence_of({"LICENSE": GPL, "sub/LICENSE": MIT}) == "GPL"
    assert licence_of({"sub/LICENSE": MIT}) == "MIT"


@pytest.mark.parametrize(
    "path", ["LICENSE", "license.md", "COPYING", "LICENCE.txt", "MIT-LICENSE", "nx/LICENSE"]
)
def test_a_licence_file_is_told_by_its_name(path: str) -> None:
    assert is_licence_file(path)


@pytest.mark.parametrize("path", ["src/a/LICENSE", "licenses.py", "README.md", "copyleft.txt"])
def test_other_files_are_no_licence_files(path: str) -> None:
    assert not is_licence_file(path)


def test_copyleft_is_not_permissive() -> None:
    assert not PERMISSIVE & {"GPL", "LGPL", "AGPL-3.0", "MPL-2.0", "EPL", "SSPL", "BUSL-1.1"}
