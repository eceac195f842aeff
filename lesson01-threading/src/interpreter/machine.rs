//! One instruction at a time: [`step`], which all three engines drive.
//!
//! It knows nothing of threads, clocks or locks. It changes one call stack and one memory, and says what kind of
//! place it has come to; whether that is a place to hand over the GIL is for the engine to decide.

use super::code::{Op, Program};

/// Where an instruction has left its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Nothing special.
    Next,
    /// A backward jump was taken.
    JumpedBack,
    /// A function was entered (CPython's `RESUME`).
    Entered,
    /// A function has returned to its caller.
    Returned,
    /// The program's blocking call with this index is due: release the GIL, wait, take it again.
    Blocking(usize),
    /// The thread's first function has returned.
    Finished,
    /// The memory is corrupt. Only [`TornCounts`](super::torn_counts::TornCounts) ever says so.
    Crashed,
}

/// The objects and names that the instructions work on, as *one* thread reaches them.
///
/// A `Ref` is an owned, counted reference (CPython: a strong `PyObject *`). The real one is not `Clone`: the only ways
/// to have another are [`new_ref`](Memory::new_ref) and a load, and the only way to be rid of it is `decref` or a store.
pub trait Memory {
    /// A reference that somebody has to give back.
    type Ref;
    /// A new reference to an integer (`PyLong_FromLong`).
    fn int(&mut self, value: i64) -> Self::Ref;
    /// A new reference to a constant of the program.
    fn constant(&mut self, index: usize) -> Self::Ref;
    /// The integer in the object.
    fn value(&self, object: &Self::Ref) -> i64;
    /// One reference more (`Py_NewRef`).
    fn new_ref(&mut self, object: &Self::Ref) -> Self::Ref;
    /// One reference fewer; the last one frees the object (`Py_DECREF`).
    fn decref(&mut self, object: Self::Ref);
    /// A new reference to what the global holds.
    fn load_global(&mut self, name: usize) -> Self::Ref;
    /// Puts the reference into the global and gives back the one that was there.
    fn store_global(&mut self, name: usize, object: Self::Ref);
    /// Merges the refcounts that other threads have queued for this one (see [`biased`](super::biased)).
    fn merge_queued(&mut self) {}
    /// Does one more part of an instruction that is not over, if there is one.
    fn unfinished(&mut self) -> Option<Event> {
        None
    }
}

/// All threads' views on one memory, for the engines that run every thread themselves.
pub trait Memories {
    /// One thread's view.
    type View: Memory;
    /// The view of this thread.
    fn of(&mut self, thread: usize) -> &mut Self::View;
}

/// A function being run: which one, where it is, and where its locals begin on the stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Frame {
    function: usize,
    position: usize,
    locals: usize,
}

/// One thread's frames, and the values of all of them in one row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallStack<Ref> {
    frames: Vec<Frame>,
    values: Vec<Ref>,
}

impl<Ref> CallStack<Ref> {
    /// The stack of a thread that is about to start in `function`.
    pub fn new<M: Memory<Ref = Ref>>(program: &Program, function: usize, memory: &mut M) -> Self {
        let mut stack = CallStack { frames: vec![], values: vec![] };
        stack.call(program, function, memory);
        stack
    }

    /// The instruction that comes next, and the function that it stands in.
    #[must_use]
    pub fn next(&self, program: &Program) -> Option<(usize, Op)> {
        let frame = self.frames.last()?;
        Some((frame.function, program.functions[frame.function].ops[frame.position]))
    }

    /// The value on top.
    #[must_use]
    pub fn top(&self) -> Option<&Ref> {
        self.values.last()
    }

    fn pop(&mut self) -> Ref {
        self.values.pop().expect("the program pops more than it has pushed")
    }

    fn call<M: Memory<Ref = Ref>>(&mut self, program: &Program, function: usize, memory: &mut M) {
        let code = &program.functions[function];
        let locals = self.values.len() - code.arguments;
        self.values.extend((code.arguments..code.locals.len()).map(|_| memory.int(0)));
        self.frames.push(Frame { function, position: 0, locals });
    }
}

/// Runs one instruction of one thread.
///
/// # Panics
/// If the program pops what it has not pushed, or runs past its last instruction.
#[inline]
pub fn step<M: Memory>(program: &Program, stack: &mut CallStack<M::Ref>, memory: &mut M) -> Event {
    if let Some(event) = memory.unfinished() {
        return event;
    }
    let frame = stack.frames.last_mut().expect("a finished thread takes no steps");
    let op = program.functions[frame.function].ops[frame.position];
    let locals = frame.locals;
    frame.position += 1;
    match op {
        Op::LoadConst(index) => stack.values.push(memory.constant(index)),
        Op::LoadGlobal(name) => stack.values.push(memory.load_global(name)),
        Op::StoreGlobal(name) => memory.store_global(name, stack.pop()),
        Op::LoadFast(index) => stack.values.push(memory.new_ref(&stack.values[locals + index])),
        Op::StoreFast(index) => {
            let new = stack.pop();
            memory.decref(std::mem::replace(&mut stack.values[locals + index], new));
        }
        Op::Add | Op::LessThan => {
            let (right, left) = (stack.pop(), stack.pop());
            let (a, b) = (memory.value(&left), memory.value(&right));
            stack.values.push(memory.int(if op == Op::Add { a.wrapping_add(b) } else { i64::from(a < b) }));
            memory.decref(left);
            memory.decref(right);
        }
        Op::PopTop => memory.decref(stack.pop()),
        Op::PopJumpIfFalse(target) => {
            let condition = stack.pop();
            if memory.value(&condition) == 0 {
                frame_of(stack).position = target;
            }
            memory.decref(condition);
        }
        Op::JumpBackward(target) => {
            frame_of(stack).position = target;
            return Event::JumpedBack;
        }
        Op::Call(function) => {
            stack.call(program, function, memory);
            return Event::Entered;
        }
        Op::Return => {
            let result = stack.pop();
            stack.values.drain(locals..).for_each(|local| memory.decref(local));
            stack.frames.pop();
            if stack.frames.is_empty() {
                memory.decref(result);
                return Event::Finished;
            }
            stack.values.push(result);
            return Event::Returned;
        }
        Op::Block(call) => return Event::Blocking(call),
    }
    Event::Next
}

fn frame_of<Ref>(stack: &mut CallStack<Ref>) -> &mut Frame {
    stack.frames.last_mut().expect("an instruction runs in a frame")
}
