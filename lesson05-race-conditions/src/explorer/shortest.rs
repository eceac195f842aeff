//! One schedule that leads to a wanted ending: the shortest, and of those the one that a reader can follow best.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use super::{Ending, Line, Point, Program, Schedule};

/// A point, and how it was reached with the fewest changes of thread.
struct Reached<S> {
    point: Point<S>,
    /// Who moved last: it costs nothing to go on with the same thread, so this tells points apart.
    last: Option<usize>,
    switches: usize,
    /// The move that led here, in the list of all moves made.
    through: Option<usize>,
}

/// A move, and the one before it: the way back to the start.
type Moves = Vec<(usize, Option<usize>)>;

/// A shortest schedule with a wanted ending; of several, one that changes threads least often. None, if there is none.
pub fn shortest<S: Clone + Eq + Hash>(program: &Program<S>, wanted: impl Fn(&Ending<&S>) -> bool) -> Option<Schedule> {
    let mut schedule = Schedule { threads: program.names().map(str::to_owned).collect(), lines: Vec::new() };
    let mut point = program.start();
    for mover in shortest_moves(program, wanted)? {
        schedule.lines.push(Line { thread: program.owner(mover), text: program.text(&point, mover) });
        point = program.after(&point, mover);
    }
    Some(schedule)
}

/// The moves of that schedule, the machine's own steps told apart from the threads'.
///
/// As [`count`](super::count()) it goes layer by layer, so the first layer with such an ending has the shortest.
pub fn shortest_moves<S: Clone + Eq + Hash>(
    program: &Program<S>,
    wanted: impl Fn(&Ending<&S>) -> bool,
) -> Option<Vec<usize>> {
    let mut moves = Moves::new();
    let mut layer = vec![Reached { point: program.start(), last: None, switches: 0, through: None }];
    while !layer.is_empty() {
        let ended = |reached: &&Reached<S>| program.moves(&reached.point).next().is_none();
        let ends = layer.iter().filter(ended).filter(|reached| wanted(&program.ending(&reached.point)));
        if let Some(end) = ends.min_by_key(|end| end.switches) {
            return Some(way_to(&moves, end.through));
        }
        layer = after(program, layer, &mut moves);
    }
    None
}

/// The next layer. A list with an index beside it, and not a map alone: whoever asks twice gets the same schedule.
fn after<S: Clone + Eq + Hash>(program: &Program<S>, layer: Vec<Reached<S>>, moves: &mut Moves) -> Vec<Reached<S>> {
    let mut next: Vec<Reached<S>> = Vec::new();
    let mut places = HashMap::new();
    for reached in &layer {
        for mover in program.moves(&reached.point) {
            let (point, owner) = (program.after(&reached.point, mover), program.owner(mover));
            let switches = reached.switches + usize::from(reached.last.is_some_and(|last| last != owner));
            moves.push((mover, reached.through));
            let found = Reached { point, last: Some(owner), switches, through: Some(moves.len() - 1) };
            match places.entry((found.point.clone(), owner)) {
                Entry::Vacant(place) => {
                    place.insert(next.len());
                    next.push(found);
                }
                Entry::Occupied(place) if switches < next[*place.get()].switches => next[*place.get()] = found,
                Entry::Occupied(_) => {}
            }
        }
    }
    next
}

/// The moves from the start up to this one.
fn way_to(moves: &Moves, mut through: Option<usize>) -> Vec<usize> {
    let mut way = Vec::new();
    while let Some((mover, before)) = through.map(|index| moves[index]) {
        way.push(mover);
        through = before;
    }
    way.reverse();
    way
}
