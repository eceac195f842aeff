/// One thread's move.
#[derive(Debug, Clone)]
pub struct Step {
    /// The column: an index into [`Schedule::threads`].
    pub thread: usize,
    /// What it did.
    pub action: String,
}

/// One interleaving, read from the top, with a column for each thread.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// What this schedule shows.
    pub title: String,
    /// The columns.
    pub threads: Vec<String>,
    /// The moves, in the order in which they happened.
    pub steps: Vec<Step>,
    /// What it ends in.
    pub outcome: String,
}

impl Schedule {
    /// A schedule without steps.
    pub fn new(title: impl Into<String>, threads: &[&str], outcome: impl Into<String>) -> Self {
        Schedule {
            title: title.into(),
            threads: threads.iter().map(|&thread| thread.to_owned()).collect(),
            steps: Vec::new(),
            outcome: outcome.into(),
        }
    }

    /// Adds the next move.
    ///
    /// # Panics
    /// If there is no such thread: a mistake in the demo.
    pub fn step(&mut self, thread: usize, action: impl Into<String>) {
        assert!(thread < self.threads.len(), "{:?} has no column for thread {thread}", self.title);
        self.steps.push(Step { thread, action: action.into() });
    }
}
