use super::{Clipboard, History, Selection};
use crate::buffer::Rope;

/// One open text with its carets. Every change goes through `replace`.
pub struct Editor {
    rope: Rope,
    selections: Vec<Selection>,
    history: History,
    clipboard: Box<dyn Clipboard>,
    dirty: bool,
}

impl Editor {
    pub fn new(text: &str, clipboard: Box<dyn Clipboard>) -> Self {
        let rope = Rope::from_text(text);
        Editor {
            history: History::new(rope.clone()),
            rope,
            selections: vec![Selection::caret(0)],
            clipboard,
            dirty: false,
        }
    }

    /// Type at every caret at once.
    pub fn type_text(&mut self, text: &str) {
        for i in (0..self.selections.len()).rev() {
            self.replace(i, text);
        }
        self.merge_selections();
    }

    fn replace(&mut self, i: usize, text: &str) {
        let span = self.selections[i].span();
        self.rope = self.rope.remove(span.start, span.end).insert(span.start, text);
        self.selections[i] = Selection::caret(span.start + text.len());
        let moved = text.len() as isize - span.len() as isize;
        for later in &mut self.selections[i + 1..] {
            later.shift(moved);
        }
        self.history.record(self.rope.clone());
        self.dirty = true;
    }

    pub fn undo(&mut self) {
        if let Some(rope) = self.history.back() {
            self.rope = rope;
        }
    }

    pub fn redo(&mut self) {
        if let Some(rope) = self.history.forward() {
            self.rope = rope;
        }
    }

    pub fn paste(&mut self) {
        let text = self.clipboard.get();
        self.type_text(&text);
    }

    /// Carets that have run into each other become one.
    fn merge_selections(&mut self) {
        self.selections.sort_by_key(|s| s.span().start);
        self.selections.dedup_by(|b, a| {
            let touching = a.span().touches(&b.span());
            if touching {
                *a = Selection::over(a.span().merge(&b.span()));
            }
            touching
        });
    }

    pub fn get_dirty(&self) -> bool {
        self.dirty
    }
}
