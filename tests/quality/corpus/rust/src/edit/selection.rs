use crate::buffer::Span;

/// A caret, or what is marked between two places; the head is the end that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    anchor: usize,
    head: usize,
}

impl Selection {
    pub fn caret(at: usize) -> Self {
        Selection { anchor: at, head: at }
    }

    pub fn over(span: Span) -> Self {
        Selection { anchor: span.start, head: span.end }
    }

    pub fn span(&self) -> Span {
        Span { start: self.anchor.min(self.head), end: self.anchor.max(self.head) }
    }

    pub fn shift(&mut self, by: isize) {
        self.anchor = self.anchor.wrapping_add_signed(by);
        self.head = self.head.wrapping_add_signed(by);
    }

    pub fn is_caret(&self) -> bool {
        self.anchor == self.head
    }
}
