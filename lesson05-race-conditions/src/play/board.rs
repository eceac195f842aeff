//! A program under the player's hands.

use std::hash::Hash;

use crate::explorer::{Ending, Line, Point, Program, Schedule, count_from, grouped};
use crate::show;

/// What can be done with any level, whatever its program shares.
pub trait Board {
    /// Whether this move can be made now. Threads come first, the machine's own steps after them.
    fn can_move(&self, mover: usize) -> bool;
    /// Makes a move, and returns the line that it adds to the schedule.
    fn make(&mut self, mover: usize) -> String;
    /// Takes the last move back, if there is one.
    fn undo(&mut self) -> bool;
    /// The moves to choose from, with those that wait.
    fn choices(&self) -> String;
    /// Whether it has ended as wanted, and how; nothing while it can go on.
    fn ending(&self) -> Option<(bool, String)>;
    /// The schedule so far.
    fn schedule(&self) -> String;
    /// How many of the schedules from here on end as wanted.
    fn odds(&self) -> String;
    /// The moves of one solution, from the start.
    fn solution(&self) -> Vec<usize>;
}

/// A program, how far it has come, and what it is to end in.
pub struct Game<S> {
    program: Program<S>,
    wanted: fn(&Ending<&S>) -> bool,
    point: Point<S>,
    /// The points before each move.
    before: Vec<Point<S>>,
    schedule: Schedule,
}

impl<S: Clone + Eq + Hash> Game<S> {
    /// A game at its beginning.
    pub fn new(program: Program<S>, wanted: fn(&Ending<&S>) -> bool) -> Self {
        let schedule = Schedule { threads: program.names().map(str::to_owned).collect(), lines: Vec::new() };
        Game { point: program.start(), program, wanted, before: Vec::new(), schedule }
    }

    fn threads(&self) -> usize {
        self.schedule.threads.len()
    }

    /// Counts the schedules from a point on that end as wanted, and all of them.
    fn part_from(&self, point: Point<S>) -> (bool, String) {
        let wanted = |state: &S| (self.wanted)(&Ending::Done(state));
        let all = count_from(&self.program, point, wanted);
        let deadlock = (self.wanted)(&Ending::Deadlock);
        let some = all.of(|ending| matches!(ending, Ending::Done(true)) || (deadlock && *ending == Ending::Deadlock));
        (grouped(&some) != "0", show::part(&some, &all.total()))
    }
}

impl<S: Clone + Eq + Hash> Board for Game<S> {
    fn can_move(&self, mover: usize) -> bool {
        self.program.moves(&self.point).any(|possible| possible == mover)
    }

    fn make(&mut self, mover: usize) -> String {
        let line = Line { thread: self.program.owner(mover), text: self.program.text(&self.point, mover) };
        let after = self.program.after(&self.point, mover);
        self.before.push(std::mem::replace(&mut self.point, after));
        let drawn = format!("{:>4}  {:blank$}{}", self.before.len(), "", line.text, blank = line.thread * 20);
        self.schedule.lines.push(line);
        drawn
    }

    fn undo(&mut self) -> bool {
        let Some(before) = self.before.pop() else { return false };
        self.point = before;
        self.schedule.lines.pop();
        true
    }

    fn choices(&self) -> String {
        let threads = (0..self.threads()).map(|thread| match self.program.next(&self.point, thread) {
            Some((name, true)) => format!("{}: {name}", thread + 1),
            Some((name, false)) => format!("({name} waits)"),
            None => "(ended)".to_owned(),
        });
        let machine = self.program.moves(&self.point).filter(|&mover| mover >= self.threads());
        let machine = machine.map(|mover| {
            let (name, owner) = (self.program.text(&self.point, mover), self.program.owner(mover));
            format!("{}: {name} of {}", mover + 1, self.schedule.threads[owner])
        });
        threads.chain(machine).collect::<Vec<_>>().join("   ")
    }

    fn ending(&self) -> Option<(bool, String)> {
        if self.program.moves(&self.point).next().is_some() {
            return None;
        }
        let ending = self.program.ending(&self.point);
        let name = if matches!(ending, Ending::Deadlock) { "Nobody can move. " } else { "" };
        let (_, part) = self.part_from(self.program.start());
        Some(match (self.wanted)(&ending) {
            true => (true, format!("{name}Broken: {part} schedules end like this.")),
            false => (false, format!("{name}It ended well; {part} schedules do not: u takes a step back.")),
        })
    }

    fn schedule(&self) -> String {
        self.schedule.to_string()
    }

    fn odds(&self) -> String {
        let (possible, part) = self.part_from(self.point.clone());
        if possible {
            format!("From here {part} schedules break it.")
        } else {
            "From here nothing breaks it any more.".to_owned()
        }
    }

    fn solution(&self) -> Vec<usize> {
        crate::explorer::shortest_moves(&self.program, self.wanted).unwrap_or_default()
    }
}
