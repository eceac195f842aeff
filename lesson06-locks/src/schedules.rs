//! Every schedule of a few threads that lock and unlock: small enough to read, large enough to count deadlocks.

/// What a thread does next. Locks are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Takes a lock; impossible while another thread has it.
    Lock(usize),
    /// Takes a lock; or fails, then gives up the one that it has, and begins again.
    TryLock(usize),
    /// Gives a lock up.
    Unlock(usize),
}

impl Step {
    /// As it is printed: `LOCK A`.
    pub fn name(self) -> String {
        let letter = |lock: usize| char::from(b'A' + (lock % 26) as u8);
        match self {
            Step::Lock(lock) => format!("LOCK {}", letter(lock)),
            Step::TryLock(lock) => format!("TRY {}", letter(lock)),
            Step::Unlock(lock) => format!("UNLOCK {}", letter(lock)),
        }
    }
}

/// Where every thread is, and who has which lock.
#[derive(Debug, Clone, PartialEq, Eq)]
struct World {
    next: Vec<usize>,
    /// Who has failed to get a lock, and is about to give up what it has.
    retreating: Vec<bool>,
    holders: Vec<Option<usize>>,
}

/// What came of all schedules.
#[derive(Debug, Default)]
pub struct Count {
    /// How many there are.
    pub schedules: u64,
    /// How many end with threads that wait for each other.
    pub deadlocks: u64,
    /// The first that does: which thread did what.
    pub example: Vec<(usize, Step)>,
}

/// Runs every schedule. Programs with `TryLock` may have endless ones, and are for [`lockstep`].
pub fn every_schedule(programs: &[&[Step]]) -> Count {
    let mut count = Count::default();
    visit(programs, &World::new(programs), &mut Vec::new(), &mut count);
    count
}

fn visit(programs: &[&[Step]], world: &World, path: &mut Vec<(usize, Step)>, count: &mut Count) {
    let mut moved = false;
    for thread in 0..programs.len() {
        if let Some((step, after)) = world.after(programs, thread) {
            moved = true;
            path.push((thread, step));
            visit(programs, &after, path, count);
            path.pop();
        }
    }
    if moved {
        return;
    }
    count.schedules += 1;
    if !world.is_over(programs) {
        count.deadlocks += 1;
        if count.example.is_empty() {
            count.example.clone_from(path);
        }
    }
}

/// The threads take turns, a step each. If that comes back to where it was, it goes on so for ever: the steps of one
/// turn of the wheel.
pub fn lockstep(programs: &[&[Step]]) -> Option<Vec<(usize, Step)>> {
    let mut world = World::new(programs);
    let mut seen: Vec<World> = Vec::new();
    let mut path = Vec::new();
    while !world.is_over(programs) {
        if let Some(start) = seen.iter().position(|earlier| *earlier == world) {
            return Some(path.split_off(start * programs.len()));
        }
        seen.push(world.clone());
        for thread in 0..programs.len() {
            let (step, after) = world.after(programs, thread)?;
            path.push((thread, step));
            world = after;
        }
    }
    None
}

impl World {
    fn new(programs: &[&[Step]]) -> Self {
        let locks = programs.iter().flat_map(|program| program.iter()).map(|step| match step {
            Step::Lock(lock) | Step::TryLock(lock) | Step::Unlock(lock) => lock + 1,
        });
        World {
            next: vec![0; programs.len()],
            retreating: vec![false; programs.len()],
            holders: vec![None; locks.max().unwrap_or(0)],
        }
    }

    fn is_over(&self, programs: &[&[Step]]) -> bool {
        self.next.iter().zip(programs).all(|(&next, program)| next == program.len())
    }

    /// A thread's next step and the world after it, if it has one and can take it.
    fn after(&self, programs: &[&[Step]], thread: usize) -> Option<(Step, World)> {
        let mut after = self.clone();
        if self.retreating[thread] {
            let held = self.holders.iter().position(|&holder| holder == Some(thread))?;
            (after.holders[held], after.retreating[thread], after.next[thread]) = (None, false, 0);
            return Some((Step::Unlock(held), after));
        }
        let step = *programs[thread].get(self.next[thread])?;
        after.next[thread] += 1;
        match step {
            Step::Lock(lock) if self.holders[lock].is_some() => return None,
            Step::TryLock(lock) if self.holders[lock].is_some() => {
                after.retreating[thread] = true;
            }
            Step::Lock(lock) | Step::TryLock(lock) => after.holders[lock] = Some(thread),
            Step::Unlock(lock) => after.holders[lock] = None,
        }
        Some((step, after))
    }
}
