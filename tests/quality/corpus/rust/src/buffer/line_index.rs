use super::Position;

/// Where each line begins, to get from byte offsets to lines and back without reading the text.
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        LineIndex { starts }
    }

    pub fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        Position { line, column: offset - self.starts[line] }
    }

    pub fn offset(&self, position: Position) -> Option<usize> {
        self.starts.get(position.line).map(|start| start + position.column)
    }

    pub fn shift(&mut self, from: usize, by: isize) {
        for start in self.starts.iter_mut().filter(|s| **s > from) {
            *start = start.wrapping_add_signed(by);
        }
    }
}
