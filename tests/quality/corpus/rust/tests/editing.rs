use quill::edit::{Editor, MemoryClipboard};
use quill::Rope;

fn editor(text: &str) -> Editor {
    Editor::new(text, Box::<MemoryClipboard>::default())
}

#[test]
fn undo_takes_typed_text_back() {
    let mut e = editor("abc");
    e.type_text("x");
    e.undo();
    assert!(e.get_dirty());
}

#[test]
fn inserting_in_the_middle_of_a_rope() {
    let rope = Rope::from_text("hello world").insert(5, ",");
    assert_eq!(rope.len(), 12);
}
