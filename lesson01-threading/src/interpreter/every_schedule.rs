//! Engine (c): every schedule there is. For proofs about tiny programs: not "we saw no lost update", but "there is none".
//!
//! There are astronomically many schedules (10^18 of two threads with two increments each), but few different *states*,
//! and what follows a state does not depend on how it was reached. So each state is looked into once, and what is
//! found there is remembered.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use super::code::{Op, Program};
use super::eval_breaker::Checks;
use super::machine::{CallStack, Event, Memories, Memory, step};
use super::torn_counts::{FreedInUse, TornCounts};
use super::values::Values;

/// What a schedule ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// All threads finished, and the first global has this value.
    Value(i64),
    /// All threads finished, and an object that nobody refers to is still there.
    Leaked,
    /// An object was freed while somebody referred to it.
    Crashed(FreedInUse),
}

/// One step of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who takes it.
    pub thread: usize,
    /// The instruction, and what a load found or a store left.
    pub text: String,
}

/// All schedules that end alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How many they are.
    pub schedules: u128,
    /// One of those that change threads least often. All schedules of these programs are equally long, or nearly;
    /// the one with the fewest changes is the one a reader can follow.
    pub simplest: Vec<Line>,
}

/// Every outcome that the program can have.
pub type Outcomes = BTreeMap<Outcome, Found>;

/// Every schedule in which threads may change where the eval breaker is looked at, and where a thread blocks.
/// With [`Checks::EveryInstruction`] these are also the schedules without a GIL.
#[must_use]
pub fn every_schedule(program: &Program, checks: Checks) -> Outcomes {
    walk(program, Values::new(program), checks)
}

/// Every schedule without a GIL, the two halves of each change of a refcount being steps of their own.
#[must_use]
pub fn every_torn_schedule(program: &Program) -> Outcomes {
    walk(program, TornCounts::new(program), Checks::EveryInstruction)
}

/// In how many of these schedules an object is used that is no more; and how many there are.
#[must_use]
pub fn torn_schedules_that_crash(program: &Program) -> (u128, u128) {
    let outcomes = every_torn_schedule(program);
    let crashes = outcomes.iter().filter(|(outcome, _)| matches!(outcome, Outcome::Crashed(_)));
    let all = outcomes.values().map(|found| found.schedules).sum();
    (crashes.map(|(_, found)| found.schedules).sum(), all)
}

/// A memory that the walk can copy, compare and look into.
pub(super) trait World: Memories<View: Memory<Ref = Self::Ref>> + Clone + Eq + Hash {
    type Ref: Clone + Eq + Hash;
    /// The part of an instruction that this thread does next, if it is in the middle of one.
    fn next_half(&self, _thread: usize) -> Option<String> {
        None
    }
    /// What this memory is the end of.
    fn outcome(&self, program: &Program) -> Outcome;
}

fn walk<W: World>(program: &Program, mut memory: W, checks: Checks) -> Outcomes {
    let stack = |(me, &function)| Some(CallStack::new(program, function, memory.of(me)));
    let threads = program.threads.iter().enumerate().map(stack).collect();
    let start = State { memory, threads, last: None, holder: None, crashed: false };
    let mut walk = Walk { program, checks, known: HashMap::new() };
    let ways = walk.from(&start);
    let found = |(outcome, way): (Outcome, Way)| {
        (outcome, Found { schedules: way.schedules, simplest: walk.follow(start.clone(), outcome) })
    };
    ways.into_iter().map(found).collect()
}

/// Everything that the rest of a schedule can depend on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State<W: World> {
    memory: W,
    /// `None` for a thread that has finished.
    threads: Vec<Option<CallStack<W::Ref>>>,
    /// Who took the last step: it costs nothing to go on with the same thread.
    last: Option<usize>,
    /// Who has to take the next one, because it holds the GIL and has not come to a check.
    holder: Option<usize>,
    crashed: bool,
}

/// From one state to one outcome.
#[derive(Clone, Copy)]
struct Way {
    schedules: u128,
    /// The fewest changes of thread, and the thread that goes first if there are to be no more than that.
    changes: u32,
    first: usize,
}

struct Walk<'p, W: World> {
    program: &'p Program,
    checks: Checks,
    known: HashMap<State<W>, BTreeMap<Outcome, Way>>,
}

impl<W: World> Walk<'_, W> {
    /// All outcomes that can be reached from here. As deep in calls as the schedules are long.
    fn from(&mut self, state: &State<W>) -> BTreeMap<Outcome, Way> {
        if let Some(ways) = self.known.get(state) {
            return ways.clone();
        }
        let mut ways = BTreeMap::new();
        for first in self.can_go(state) {
            let change = u32::from(state.last.is_some_and(|last| last != first));
            for (outcome, rest) in self.from(&self.after(state, first)) {
                let way = ways.entry(outcome).or_insert(Way { schedules: 0, changes: u32::MAX, first });
                way.schedules += rest.schedules;
                if rest.changes + change < way.changes {
                    (way.changes, way.first) = (rest.changes + change, first);
                }
            }
        }
        if ways.is_empty() {
            ways.insert(state.memory.outcome(self.program), Way { schedules: 1, changes: 0, first: 0 });
        }
        self.known.insert(state.clone(), ways.clone());
        ways
    }

    fn can_go(&self, state: &State<W>) -> Vec<usize> {
        match state.holder {
            _ if state.crashed => vec![],
            Some(holder) => vec![holder],
            None => (0..state.threads.len()).filter(|&thread| state.threads[thread].is_some()).collect(),
        }
    }

    /// The state after one step of this thread.
    fn after(&self, state: &State<W>, thread: usize) -> State<W> {
        let mut state = state.clone();
        let Some(stack) = &mut state.threads[thread] else { return state };
        let event = step(self.program, stack, state.memory.of(thread));
        let may_change = self.checks.look_at(event) || matches!(event, Event::Blocking(_) | Event::Finished);
        (state.last, state.holder) = (Some(thread), (!may_change).then_some(thread));
        match event {
            Event::Finished => state.threads[thread] = None,
            Event::Crashed => state.crashed = true,
            _ => {}
        }
        state
    }

    /// The simplest schedule from here to this outcome, step by step.
    fn follow(&self, mut state: State<W>, outcome: Outcome) -> Vec<Line> {
        let mut lines = vec![];
        while !self.can_go(&state).is_empty() {
            let thread = self.known[&state][&outcome].first;
            let after = self.after(&state, thread);
            lines.push(Line { thread, text: self.text(&state, &after, thread) });
            state = after;
        }
        lines
    }

    fn text(&self, before: &State<W>, after: &State<W>, thread: usize) -> String {
        let top = |state: &State<W>| -> Option<i64> {
            let mut memory = state.memory.clone();
            Some(memory.of(thread).value(state.threads[thread].as_ref()?.top()?))
        };
        let half = before.memory.next_half(thread);
        half.or_else(|| {
            let (function, op) = before.threads[thread].as_ref()?.next(self.program)?;
            let text = self.program.text(function, op);
            Some(match op {
                Op::LoadGlobal(_) => format!("{text} -> {}", top(after)?),
                Op::StoreGlobal(_) => format!("{text} = {}", top(before)?),
                _ => text,
            })
        })
        .unwrap_or_default()
    }
}
