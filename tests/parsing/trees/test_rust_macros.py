"""Definitions in Rust's macros."""

import time

from listed import check

from lsp_server.parsing.trees.grammars.rust import RULES as RUST


def test_branches_of_a_rust_macro() -> None:
    check(
        "rust",
        """cfg_if::cfg_if! {
    if #[cfg(unix)] {
        /// Sells.
        pub fn sell() { if a {} else {} }
    } else if #[cfg(windows)] {
        const LIMIT: u8 = 1;
    } else {
        fn other() {}
    }
}
fn last() {}
""",
        "3-4 function sell | Sells.",
        "6-6 constant LIMIT",
        "8-8 function other",
        "11-11 function last",
    )


def test_arms_of_a_rust_macro() -> None:
    check(
        "rust",
        """cfg_select! {
    unix => {
        /// Sells.
        pub fn sell() { match a { b => {} } }
    }
    any(windows, target_os = "uefi") => {
        const LIMIT: u8 = 1;
    }
    _ => {}
}
crate::cfg::switch! {
    #[cfg(feature = "shop")] => {
        fn other() {}
    }
}
fn last() {}
""",
        "3-4 function sell | Sells.",
        "7-7 constant LIMIT",
        "13-13 function other",
        "16-16 function last",
    )


def test_bit_flags_of_rust() -> None:
    check(
        "rust",
        """bitflags! {
    /// How it looks.
    #[derive(Clone)]
    pub struct Style: u8 {
        /// Thick.
        const BOLD = 1;
        const ALL = Self::BOLD.bits() | 2;
        const _ = !0;
    }
}
fn last() {}
""",
        "2-9 enum Style | How it looks.",
        "5-6 enumMember Style.BOLD | Thick.",
        "7-7 enumMember Style.ALL",
        "11-11 function last",
    )


def test_many_beginnings_of_bit_flags_of_rust_take_no_time() -> None:
    assert RUST.prepare is not None
    begun_s = time.process_time()
    for beginning in ("struct a:", "struct a { const b="):
        RUST.prepare(f"x! {{\nbitflags! {{\n{beginning * 10_000}".encode())
    RUST.prepare(b"x! {\nbitflags! {\nstruct a: u8 {" + b"const b=" * 10_000 + b"}")
    assert time.process_time() - begun_s < 0.5
