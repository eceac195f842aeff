//! A memory in which `Py_INCREF` is what it is in C, `count = count + 1`: a load, and later a store.
//!
//! Each half is a step of its own, so another thread can come in between. Beside every count stands the true number of
//! references, which no program knows: an object whose count says 0 while somebody still refers to it is caught.
//! Only the engines that simulate threads can use this memory; on real ones it is what `Interpreter` refuses.

use std::collections::VecDeque;

use super::code::Program;
use super::every_schedule::{Outcome, World};
use super::machine::{Event, Memories, Memory};
use super::runtime::SMALL_INTS;

/// An object was freed while somebody still referred to it.
///
/// In C this is a use after free: whatever happens next is undefined. Here it is a value that ends the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FreedInUse {
    /// The integer in the object.
    pub value: i64,
    /// How many references to it there still are.
    pub references: u32,
}

/// The memory of all threads. A value like any other: it can be copied, compared and put aside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TornCounts {
    /// The thread that has the next step.
    thread: usize,
    objects: Vec<Object>,
    globals: Vec<TornRef>,
    constants: Vec<i64>,
    /// Per thread, what is left to do of its last instruction.
    changes: Vec<VecDeque<Change>>,
    crash: Option<FreedInUse>,
}

/// A reference: to an object that is never counted, or to one of `objects`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TornRef {
    /// A small integer or a constant.
    Immortal(i64),
    /// The object at this place.
    Counted(usize),
}

/// All zero: a free place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Object {
    value: i64,
    /// What the interpreter believes,
    count: u32,
    /// and what is true. A reference ends when the store that uncounts it is done.
    references: u32,
}

/// A change of a count, begun and not ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Change {
    object: usize,
    by: i32,
    /// What is going to be stored. `None` if not even the load is done.
    store: Option<u32>,
}

impl TornCounts {
    /// The memory before the first step.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let mut memory = TornCounts {
            thread: 0,
            objects: vec![],
            globals: vec![],
            constants: program.constants.clone(),
            changes: vec![VecDeque::new(); program.threads.len()],
            crash: None,
        };
        memory.globals = program.globals.iter().map(|&(_, value)| memory.int(value)).collect();
        memory
    }

    /// The globals and their values.
    #[must_use]
    pub fn globals(&self, program: &Program) -> Vec<(&'static str, i64)> {
        program.globals.iter().zip(&self.globals).map(|((name, _), object)| (*name, self.value(object))).collect()
    }

    /// Whether an object was freed in use. If so, that was the last step.
    #[must_use]
    pub fn crash(&self) -> Option<FreedInUse> {
        self.crash
    }

    /// A new reference exists from here on; whether it gets counted remains to be seen.
    fn incref(&mut self, reference: TornRef) -> TornRef {
        if let TornRef::Counted(object) = reference {
            self.objects[object].references += 1;
            self.changes[self.thread].push_back(Change { object, by: 1, store: None });
        }
        reference
    }
}

impl Memories for TornCounts {
    type View = Self;

    fn of(&mut self, thread: usize) -> &mut Self {
        self.thread = thread;
        self
    }
}

impl Memory for TornCounts {
    type Ref = TornRef;

    fn int(&mut self, value: i64) -> TornRef {
        if SMALL_INTS.contains(&value) {
            return TornRef::Immortal(value);
        }
        // The lowest free place, so that fewer memories differ in nothing but where things are.
        let free = self.objects.iter().position(|object| *object == Object::default());
        let place = free.unwrap_or(self.objects.len());
        self.objects.resize(self.objects.len().max(place + 1), Object::default());
        self.objects[place] = Object { value, count: 1, references: 1 };
        TornRef::Counted(place)
    }

    fn constant(&mut self, index: usize) -> TornRef {
        TornRef::Immortal(self.constants[index])
    }

    fn value(&self, reference: &TornRef) -> i64 {
        match *reference {
            TornRef::Immortal(value) => value,
            TornRef::Counted(object) => self.objects[object].value,
        }
    }

    fn new_ref(&mut self, reference: &TornRef) -> TornRef {
        self.incref(reference.clone())
    }

    fn decref(&mut self, reference: TornRef) {
        if let TornRef::Counted(object) = reference {
            self.changes[self.thread].push_back(Change { object, by: -1, store: None });
        }
    }

    fn load_global(&mut self, name: usize) -> TornRef {
        self.incref(self.globals[name].clone())
    }

    fn store_global(&mut self, name: usize, reference: TornRef) {
        let old = std::mem::replace(&mut self.globals[name], reference);
        self.decref(old);
    }

    fn unfinished(&mut self) -> Option<Event> {
        let change = self.changes[self.thread].front_mut()?;
        let object = &mut self.objects[change.object];
        let Some(count) = change.store else {
            change.store = Some(object.count.saturating_add_signed(change.by));
            return Some(Event::Next);
        };
        object.count = count;
        object.references -= u32::from(change.by < 0);
        self.changes[self.thread].pop_front();
        if count > 0 {
            return Some(Event::Next);
        }
        let Object { value, references, .. } = std::mem::take(object);
        if references == 0 {
            return Some(Event::Next);
        }
        self.crash = Some(FreedInUse { value, references });
        Some(Event::Crashed)
    }
}

impl World for TornCounts {
    type Ref = TornRef;

    fn next_half(&self, thread: usize) -> Option<String> {
        let change = self.changes[thread].front()?;
        Some(match change.store {
            None => format!("  load refcount -> {}", self.objects[change.object].count),
            Some(0) => "  store refcount = 0: free it".into(),
            Some(count) => format!("  store refcount = {count}"),
        })
    }

    fn outcome(&self, program: &Program) -> Outcome {
        if let Some(how) = self.crash {
            return Outcome::Crashed(how);
        }
        // Counted although nobody refers to it: the harmless way for a count to be wrong.
        let leaked = self.objects.iter().any(|object| object.count > 0 && object.references == 0);
        if leaked {
            Outcome::Leaked
        } else {
            Outcome::Value(self.globals(program).first().map_or(0, |global| global.1))
        }
    }
}
