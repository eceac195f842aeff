//! All schedules, one by one: for programs that have thousands, not trillions.

use super::{Ending, Line, Point, Program, Schedule};

/// One schedule and its end.
#[derive(Debug, Clone)]
pub struct Run<S> {
    /// Who moved, in order.
    pub schedule: Schedule,
    /// Where it ended.
    pub ending: Ending<S>,
}

/// Walks every schedule and hands each to `visit`.
///
/// It shares nothing with [`count`](super::count()) but the program: where the two agree, neither skips a schedule.
pub fn every<S: Clone>(program: &Program<S>, mut visit: impl FnMut(Run<S>)) {
    let threads = program.names().map(str::to_owned).collect();
    let mut schedule = Schedule { threads, lines: Vec::new() };
    walk(program, &program.start(), &mut schedule, &mut visit);
}

fn walk<S: Clone>(program: &Program<S>, point: &Point<S>, schedule: &mut Schedule, visit: &mut impl FnMut(Run<S>)) {
    let mut stuck = true;
    for mover in program.moves(point) {
        stuck = false;
        schedule.lines.push(Line { thread: program.owner(mover), text: program.text(point, mover) });
        walk(program, &program.after(point, mover), schedule, visit);
        schedule.lines.pop();
    }
    if stuck {
        let ending = match program.ending(point) {
            Ending::Done(state) => Ending::Done(state.clone()),
            Ending::Deadlock => Ending::Deadlock,
        };
        visit(Run { schedule: schedule.clone(), ending });
    }
}
