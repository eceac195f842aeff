//! A memory without objects: a reference is the integer itself. Where only values matter, fewer states differ.

use super::code::Program;
use super::every_schedule::{Outcome, World};
use super::machine::{Memories, Memory};

/// The globals and the constants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Values {
    globals: Vec<i64>,
    constants: Vec<i64>,
}

impl Values {
    /// The memory before the first step.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let globals = program.globals.iter().map(|global| global.1).collect();
        Values { globals, constants: program.constants.clone() }
    }
}

impl Memories for Values {
    type View = Self;

    fn of(&mut self, _thread: usize) -> &mut Self {
        self
    }
}

impl Memory for Values {
    type Ref = i64;

    fn int(&mut self, value: i64) -> i64 {
        value
    }

    fn constant(&mut self, index: usize) -> i64 {
        self.constants[index]
    }

    fn value(&self, object: &i64) -> i64 {
        *object
    }

    fn new_ref(&mut self, object: &i64) -> i64 {
        *object
    }

    fn decref(&mut self, _object: i64) {}

    fn load_global(&mut self, name: usize) -> i64 {
        self.globals[name]
    }

    fn store_global(&mut self, name: usize, object: i64) {
        self.globals[name] = object;
    }
}

impl World for Values {
    type Ref = i64;

    fn outcome(&self, _program: &Program) -> Outcome {
        Outcome::Value(self.globals.first().copied().unwrap_or(0))
    }
}
