/// Which lines are on the screen.
#[derive(Debug, Clone, Copy)]
pub struct Viewport {
    pub top: usize,
    pub height: usize,
    margin: usize,
}

impl Viewport {
    pub fn new(height: usize) -> Self {
        Viewport { top: 0, height, margin: 3.min(height / 3) }
    }

    /// Scroll no more than needed for a line to be seen, with some lines around it.
    pub fn reveal(&mut self, line: usize) {
        if line < self.top + self.margin {
            self.top = line.saturating_sub(self.margin);
        } else if line + self.margin >= self.top + self.height {
            self.top = line + self.margin + 1 - self.height;
        }
    }

    pub fn center(&mut self, line: usize) {
        self.top = line.saturating_sub(self.height / 2);
    }
}
