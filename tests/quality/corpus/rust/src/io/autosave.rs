use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Saves a copy when the user has stopped typing for a moment.
pub struct Autosave {
    folder: PathBuf,
    quiet: Duration,
    last_key: Option<Instant>,
}

impl Autosave {
    pub fn new(folder: PathBuf) -> Self {
        Autosave { folder, quiet: Duration::from_secs(2), last_key: None }
    }

    pub fn key_pressed(&mut self, now: Instant) {
        self.last_key = Some(now);
    }

    pub fn due(&self, now: Instant) -> bool {
        self.last_key.is_some_and(|at| now.duration_since(at) >= self.quiet)
    }

    /// Copies that a crash left behind, to be offered at the next start.
    pub fn recoverable(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|x| x == "swp")).collect()
    }
}
