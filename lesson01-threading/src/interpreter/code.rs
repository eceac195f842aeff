//! What the machine runs: instructions, functions, and a program that says which thread runs which function.

use std::fmt;
use std::time::Duration;

/// One instruction, named as `dis` names it (CPython `Lib/opcode.py`). Every jump target is an absolute position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Push the program's constant with this index.
    LoadConst(usize),
    /// Push the global with this index.
    LoadGlobal(usize),
    /// Pop into the global with this index.
    StoreGlobal(usize),
    /// Push the local with this index.
    LoadFast(usize),
    /// Pop into the local with this index.
    StoreFast(usize),
    /// Pop two, push their sum (`BINARY_OP +`).
    Add,
    /// Pop two, push 1 if the lower one is less, else 0 (`COMPARE_OP <`).
    LessThan,
    /// Pop and forget.
    PopTop,
    /// Pop; go there if it was 0.
    PopJumpIfFalse(usize),
    /// Go back there: a *back-edge*, where every CPython looks at the eval breaker.
    JumpBackward(usize),
    /// Call the function with this index; its arguments are on the stack.
    Call(usize),
    /// Return the top of the stack to the caller.
    Return,
    /// The program's blocking call with this index.
    Block(usize),
}

/// What a blocking call does. The interpreter treats all three alike; the report tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Io {
    /// `time.sleep`
    Sleep,
    /// `socket.recv`: a message's clock starts when its data is there.
    Recv,
    /// `socket.send`: a message's clock stops when the call has returned.
    Send,
}

/// A code object (CPython `PyCodeObject`).
#[derive(Clone, Debug)]
pub struct Function {
    /// As `def` names it.
    pub name: &'static str,
    /// How many of the locals are arguments, which the caller leaves on the stack.
    pub arguments: usize,
    /// The locals' names, arguments first. The others start at 0 (and not unbound: one error less to explain).
    pub locals: Vec<&'static str>,
    /// The instructions; the last one that runs is `Return`.
    pub ops: Vec<Op>,
}

/// A whole program: the module's names and code, and the function that each thread starts in.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name and first value. The first one is what the reports look at.
    pub globals: Vec<(&'static str, i64)>,
    /// What `LOAD_CONST` loads. Constants are immortal, as in the free-threaded CPython: a count that all threads
    /// change for every `1` in the source would cost them more than the GIL did.
    pub constants: Vec<i64>,
    /// What `BLOCK` calls, outside the interpreter, and for how long.
    pub blocking: Vec<(Io, Duration)>,
    /// What `CALL` calls.
    pub functions: Vec<Function>,
    /// The function in which each thread starts.
    pub threads: Vec<usize>,
    /// The first global's value at the end, if no update is lost.
    pub expected: Option<i64>,
}

impl Program {
    /// One instruction as text, with names in place of indices: `LOAD_GLOBAL counter`.
    #[must_use]
    pub fn text(&self, function: usize, op: Op) -> String {
        let locals = &self.functions[function].locals;
        match op {
            Op::LoadConst(index) => format!("LOAD_CONST {}", self.constants[index]),
            Op::LoadGlobal(index) => format!("LOAD_GLOBAL {}", self.globals[index].0),
            Op::StoreGlobal(index) => format!("STORE_GLOBAL {}", self.globals[index].0),
            Op::LoadFast(index) => format!("LOAD_FAST {}", locals[index]),
            Op::StoreFast(index) => format!("STORE_FAST {}", locals[index]),
            Op::Add => "ADD".into(),
            Op::LessThan => "LESS_THAN".into(),
            Op::PopTop => "POP_TOP".into(),
            Op::PopJumpIfFalse(target) => format!("POP_JUMP_IF_FALSE to {target}"),
            Op::JumpBackward(target) => format!("JUMP_BACKWARD to {target}"),
            Op::Call(callee) => format!("CALL {}", self.functions[callee].name),
            Op::Return => "RETURN_VALUE".into(),
            Op::Block(call) => format!("{:?} {:?}", self.blocking[call].0, self.blocking[call].1).to_uppercase(),
        }
    }
}

/// The disassembly of all functions, as `dis.dis` prints it.
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, function) in self.functions.iter().enumerate() {
            writeln!(f, "{}:", function.name)?;
            for (position, &op) in function.ops.iter().enumerate() {
                writeln!(f, "  {position:>2} {}", self.text(index, op))?;
            }
        }
        Ok(())
    }
}
