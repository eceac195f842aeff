//! A program as lists of named steps, and the one place that says what may happen next.

use std::fmt::Display;

/// The most threads a program can have. A point is copied millions of times, so it owns no list of its own.
pub const MAX_THREADS: usize = 4;

/// Where a thread goes after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// To the next step in its list.
    Next,
    /// To another step, by its index: a loop.
    Jump(u8),
    /// To its end.
    End,
}

/// Something that a thread does in one go: nothing comes between its beginning and its end.
///
/// Each function is told which thread takes the step, so that all threads can share one list.
#[derive(Debug)]
pub struct Step<S> {
    name: &'static str,
    act: fn(&mut S, usize),
    when: fn(&S, usize) -> bool,
    then: fn(&S, usize) -> Then,
    shows: fn(&S, usize) -> String,
}

// Derived, these would ask that `S` be `Copy`; there is none in here, only functions of it.
impl<S> Clone for Step<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S> Copy for Step<S> {}

impl<S> Step<S> {
    /// A step that can always be taken, and after which the next one follows.
    pub fn new(name: &'static str, act: fn(&mut S, usize)) -> Self {
        Step { name, act, when: |_, _| true, then: |_, _| Then::Next, shows: |_, _| String::new() }
    }

    /// The step can be taken only while this holds; until then its thread waits.
    pub fn when(self, when: fn(&S, usize) -> bool) -> Self {
        Step { when, ..self }
    }

    /// Where the thread goes next, asked of the state after the step.
    pub fn then(self, then: fn(&S, usize) -> Then) -> Self {
        Step { then, ..self }
    }

    /// What stands beside the name in a schedule, asked of the state after the step: the value loaded, say.
    pub fn shows(self, shows: fn(&S, usize) -> String) -> Self {
        Step { shows, ..self }
    }
}

/// Threads, the state that they share, and what the machine does on its own.
#[derive(Debug, Clone)]
pub struct Program<S> {
    start: S,
    threads: Vec<(String, Vec<Step<S>>)>,
    machine: Vec<(usize, Step<S>)>,
}

/// How far a program has come: what follows depends on this and on nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Point<S> {
    /// The shared state, which here includes what the threads keep to themselves.
    pub state: S,
    /// The next step of each thread.
    next: [u8; MAX_THREADS],
}

/// What a schedule ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending<O> {
    /// All threads came to their end, and this is the outcome.
    Done(O),
    /// Somebody waits, and nobody can go on.
    Deadlock,
}

impl<O: Display> Display for Ending<O> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ending::Done(outcome) => outcome.fmt(out),
            Ending::Deadlock => out.write_str("deadlock"),
        }
    }
}

impl<S: Clone> Program<S> {
    /// A program without threads, and the state that it starts in.
    pub fn new(start: S) -> Self {
        Program { start, threads: Vec::new(), machine: Vec::new() }
    }

    /// Adds a thread.
    ///
    /// # Panics
    /// If there are [`MAX_THREADS`] already, or the list has 255 steps or more.
    pub fn thread(mut self, name: &str, steps: impl IntoIterator<Item = Step<S>>) -> Self {
        let steps: Vec<Step<S>> = steps.into_iter().collect();
        assert!(self.threads.len() < MAX_THREADS, "at most {MAX_THREADS} threads");
        assert!(steps.len() < 255, "{name} has more steps than a point can count");
        self.threads.push((name.to_owned(), steps));
        self
    }

    /// Adds a step that the machine may take on behalf of a thread whenever the step can be taken, as often as it likes.
    pub fn machine(mut self, thread: usize, step: Step<S>) -> Self {
        self.machine.push((thread, step));
        self
    }

    /// The threads' names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.threads.iter().map(|(name, _)| name.as_str())
    }

    /// Where every schedule begins.
    pub fn start(&self) -> Point<S> {
        Point { state: self.start.clone(), next: [0; MAX_THREADS] }
    }

    /// Whoever can take a step from here: a thread by its number, and after the threads the machine's steps.
    pub fn moves(&self, point: &Point<S>) -> impl Iterator<Item = usize> {
        let movers = self.threads.len() + self.machine.len();
        (0..movers)
            .filter(|&mover| self.step(point, mover).is_some_and(|step| (step.when)(&point.state, self.owner(mover))))
    }

    /// The thread that a move belongs to.
    pub fn owner(&self, mover: usize) -> usize {
        mover.checked_sub(self.threads.len()).map_or(mover, |machine| self.machine[machine].0)
    }

    /// The point after a move. It is for the caller to choose one of [`Program::moves`].
    pub fn after(&self, point: &Point<S>, mover: usize) -> Point<S> {
        let mut point = point.clone();
        self.advance(&mut point, mover);
        point
    }

    /// Makes a move in place. It is for the caller to choose one of [`Program::moves`].
    pub fn advance(&self, point: &mut Point<S>, mover: usize) {
        let Some(step) = self.step(point, mover) else { return };
        let owner = self.owner(mover);
        (step.act)(&mut point.state, owner);
        if mover < self.threads.len() {
            point.next[mover] = match (step.then)(&point.state, owner) {
                Then::Next => point.next[mover] + 1,
                Then::Jump(step) => step,
                Then::End => self.threads[mover].1.len() as u8, // fits: `thread` checked it
            };
        }
    }

    /// How a point at which nobody can move is to be called.
    pub fn ending<'p>(&self, point: &'p Point<S>) -> Ending<&'p S> {
        let ended = (0..self.threads.len()).all(|thread| self.step(point, thread).is_none());
        if ended { Ending::Done(&point.state) } else { Ending::Deadlock }
    }

    /// The name of a move, with what it shows once it is made.
    pub fn text(&self, point: &Point<S>, mover: usize) -> String {
        let Some(step) = self.step(point, mover) else { return String::new() };
        let shown = (step.shows)(&self.after(point, mover).state, self.owner(mover));
        format!("{} {shown}", step.name).trim_end().to_owned()
    }

    /// The name of a thread's next step, and whether it can be taken; nothing if the thread has ended.
    pub fn next(&self, point: &Point<S>, thread: usize) -> Option<(&'static str, bool)> {
        self.step(point, thread).map(|step| (step.name, (step.when)(&point.state, thread)))
    }

    fn step(&self, point: &Point<S>, mover: usize) -> Option<&Step<S>> {
        match mover.checked_sub(self.threads.len()) {
            None => self.threads[mover].1.get(usize::from(point.next[mover])),
            Some(machine) => self.machine.get(machine).map(|(_, step)| step),
        }
    }
}
