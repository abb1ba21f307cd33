use crate::buffer::Rope;

/// All states of the text, as a tree: undo goes to the parent, typing after it starts a new branch.
pub struct History {
    states: Vec<State>,
    current: usize,
}

struct State {
    rope: Rope,
    parent: Option<usize>,
    last_child: Option<usize>,
}

impl History {
    pub fn new(rope: Rope) -> Self {
        History { states: vec![State { rope, parent: None, last_child: None }], current: 0 }
    }

    pub fn record(&mut self, rope: Rope) {
        let next = self.states.len();
        self.states.push(State { rope, parent: Some(self.current), last_child: None });
        self.states[self.current].last_child = Some(next);
        self.current = next;
    }

    pub fn back(&mut self) -> Option<Rope> {
        self.current = self.states[self.current].parent?;
        Some(self.states[self.current].rope.clone())
    }

    pub fn forward(&mut self) -> Option<Rope> {
        self.current = self.states[self.current].last_child?;
        Some(self.states[self.current].rope.clone())
    }
}
