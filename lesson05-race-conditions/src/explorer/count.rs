//! How many schedules lead to each ending: exact, without walking them one by one.
//!
//! Two threads of thirty steps have 10^17 schedules and a few ten thousand *points*. What follows a point does not
//! depend on how it was reached, so it is enough to know in how many ways it was: all points that are one step from
//! the start, with their numbers of ways, then all that are two steps from it, and so on until nobody can move.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hash, Hasher};

use num_bigint::BigUint;

use super::{Ending, Point, Program};

/// The longest schedule that is followed. A program that is longer goes round for ever.
const LONGEST: usize = 10_000;

/// Every ending that a program can have, each with its number of schedules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts<O> {
    /// The schedules that end so.
    pub endings: BTreeMap<Ending<O>, BigUint>,
    /// How many points were looked at.
    pub points: usize,
}

impl<O: Ord> Counts<O> {
    /// The number of schedules in all.
    pub fn total(&self) -> BigUint {
        self.endings.values().sum()
    }

    /// The number of schedules whose ending is one of these.
    pub fn of(&self, wanted: impl Fn(&Ending<O>) -> bool) -> BigUint {
        self.endings.iter().filter(|(ending, _)| wanted(ending)).map(|(_, ways)| ways).sum()
    }

    /// The number of schedules that end in this outcome.
    pub fn done(&self, outcome: O) -> BigUint {
        self.endings.get(&Ending::Done(outcome)).cloned().unwrap_or_default()
    }

    /// The number of schedules in which nobody can go on.
    pub fn deadlocks(&self) -> BigUint {
        self.of(|ending| *ending == Ending::Deadlock)
    }
}

/// Counts the schedules of a program by their outcome.
///
/// # Panics
/// If there is a schedule that does not end.
pub fn count<S: Clone + Eq + Hash, O: Ord>(program: &Program<S>, outcome: impl Fn(&S) -> O) -> Counts<O> {
    count_from(program, program.start(), outcome)
}

/// The same for what is left of a program that has come as far as `point`.
///
/// # Panics
/// If there is a schedule that does not end.
pub fn count_from<S: Clone + Eq + Hash, O: Ord>(
    program: &Program<S>,
    point: Point<S>,
    outcome: impl Fn(&S) -> O,
) -> Counts<O> {
    let mut counts = Counts { endings: BTreeMap::new(), points: 0 };
    let mut layer: Layer<S> = Layer::default();
    layer.insert(point, BigUint::from(1_u8));
    for _ in 0..LONGEST {
        counts.points += layer.len();
        // First every move, in place, then every lookup. A point that is copied or hashed right after a move costs half as
        // much again: its bytes were just written one by one, and the processor waits before it can read them as words.
        let mut reached = Vec::with_capacity(2 * layer.len());
        for (point, ways) in &layer {
            let before = reached.len();
            for mover in program.moves(point) {
                reached.push((point.clone(), ways));
                if let Some((point, _)) = reached.last_mut() {
                    program.advance(point, mover);
                }
            }
            if reached.len() == before {
                let ending = match program.ending(point) {
                    Ending::Done(state) => Ending::Done(outcome(state)),
                    Ending::Deadlock => Ending::Deadlock,
                };
                *counts.endings.entry(ending).or_default() += ways;
            }
        }
        let mut next: Layer<S> = HashMap::with_capacity_and_hasher(layer.len(), BuildHasherDefault::default());
        for (point, ways) in reached {
            match next.entry(point) {
                Entry::Vacant(place) => drop(place.insert(ways.clone())),
                Entry::Occupied(mut place) => *place.get_mut() += ways,
            }
        }
        if next.is_empty() {
            return counts;
        }
        layer = next;
    }
    panic!("a schedule has more than {LONGEST} steps: the program may go round for ever");
}

/// The points that are equally far from the start, with the number of ways to each.
type Layer<S> = HashMap<Point<S>, BigUint, BuildHasherDefault<Mix>>;

/// A quick hash. The standard one withstands an attacker who chooses the keys, for half of the time that counting takes.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_u64(&mut self, value: u64) {
        // A large odd factor carries every bit upwards; the rotation brings the upper ones back down.
        self.0 = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A number with its thousands apart.
pub fn grouped(number: &BigUint) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}
