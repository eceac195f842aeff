//! The little programs that the lesson runs, written as a compiler would leave them.

use std::time::Duration;

use super::code::{Function, Io, Op, Program};

// Where the constants of every program here stand.
const ZERO: usize = 0;
const ONE: usize = 1;
const TIMES: usize = 2;
/// The loop variable is each function's first local.
const I: usize = 0;
/// The global that the program is about.
const COUNTER: usize = 0;

/// How a thread of the opening puzzle writes "add one to the counter".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Increment {
    /// `counter += 1`: nothing between load and store but the addition.
    Plain,
    /// `counter = read() + 1`: the call comes *before* the load, which is inside it.
    CallBeforeLoad,
    /// `counter = int(counter) + 1`: a call stands between load and store. CPython's `int` is written in C, and the
    /// eval breaker is looked at after it instead of on entry: the same gap, a little later.
    CallBetween,
}

impl Increment {
    /// All three, in the order of the lesson's table.
    pub const ALL: [Increment; 3] = [Increment::Plain, Increment::CallBeforeLoad, Increment::CallBetween];

    /// The line of Python.
    #[must_use]
    pub fn python(self) -> &'static str {
        match self {
            Increment::Plain => "counter += 1",
            Increment::CallBeforeLoad => "counter = read() + 1",
            Increment::CallBetween => "counter = int(counter) + 1",
        }
    }
}

/// CPU-bound: each thread counts to `times` in a local of its own and shares nothing.
#[must_use]
pub fn counting(threads: usize, times: u32) -> Program {
    Program {
        globals: vec![],
        constants: vec![0, 1, times.into()],
        blocking: vec![],
        functions: vec![repeated("count", times, &[])],
        threads: vec![0; threads],
        expected: None,
    }
}

/// The opening puzzle: each thread adds one to the same global, `times` times.
#[must_use]
pub fn puzzle(increment: Increment, threads: usize, times: u32) -> Program {
    let (counter, store) = (Op::LoadGlobal(COUNTER), Op::StoreGlobal(COUNTER));
    let (load, callee) = match increment {
        Increment::Plain => (vec![counter], None),
        Increment::CallBeforeLoad => (vec![Op::Call(1)], Some(("read", vec![], counter))),
        Increment::CallBetween => (vec![counter, Op::Call(1)], Some(("int", vec!["x"], Op::LoadFast(0)))),
    };
    let body = [&load[..], &[Op::LoadConst(ONE), Op::Add, store]].concat();
    let mut functions = vec![repeated("add", times, &body)];
    functions.extend(callee.map(|(name, locals, op)| Function {
        name,
        arguments: locals.len(),
        locals,
        ops: vec![op, Op::Return],
    }));
    Program {
        globals: vec![("counter", 0)],
        constants: vec![0, 1, times.into()],
        blocking: vec![],
        functions,
        threads: vec![0; threads],
        expected: Some(i64::from(times) * threads as i64),
    }
}

/// I/O-bound: each thread sleeps once.
#[must_use]
pub fn sleeping(threads: usize, how_long: Duration) -> Program {
    let ops = vec![Op::Block(0), Op::LoadConst(ZERO), Op::Return];
    Program {
        globals: vec![],
        constants: vec![0],
        blocking: vec![(Io::Sleep, how_long)],
        functions: vec![Function { name: "sleep", arguments: 0, locals: vec![], ops }],
        threads: vec![0; threads],
        expected: None,
    }
}

/// The convoy (bpo-7946): thread 0 answers messages, and `spinners` CPU-bound threads run until it has done.
///
/// A message is one `recv` and one `send`, each of which blocks for `latency`: two places where the GIL is given up
/// and has to be won back. The latency matters with real threads: a thread that is back at once often retakes the
/// lock before the spinner has woken up, and there is no convoy.
#[must_use]
pub fn serving(messages: u32, latency: Duration, spinners: usize) -> Program {
    let mut serve = repeated("serve", messages, &[Op::Block(0), Op::Block(1)]);
    let done = serve.ops.len() - 2;
    serve.ops.splice(done..done, [Op::LoadConst(ZERO), Op::StoreGlobal(0)]);
    // while running: i = i + 1
    let spin = vec![
        Op::LoadGlobal(0),
        Op::PopJumpIfFalse(7),
        Op::LoadFast(I),
        Op::LoadConst(ONE),
        Op::Add,
        Op::StoreFast(I),
        Op::JumpBackward(0),
        Op::LoadConst(ZERO),
        Op::Return,
    ];
    Program {
        globals: vec![("running", 1)],
        constants: vec![0, 1, messages.into()],
        blocking: vec![(Io::Recv, latency), (Io::Send, latency)],
        functions: vec![serve, Function { name: "spin", arguments: 0, locals: vec!["i"], ops: spin }],
        threads: [vec![0], vec![1; spinners]].concat(),
        expected: None,
    }
}

/// Two threads that do nothing but *look* at a global, `times` times each.
///
/// Its value is 1000, because the small integers are immortal: they have no count that could go wrong.
#[must_use]
pub fn reading(times: u32) -> Program {
    let look = [Op::LoadGlobal(COUNTER), Op::PopTop];
    Program {
        globals: vec![("counter", 1000)],
        constants: vec![0, 1, times.into()],
        blocking: vec![],
        functions: vec![repeated("read", times, &look)],
        threads: vec![0; 2],
        expected: Some(1000),
    }
}

/// `return None`, or what comes nearest to it in a machine that has only integers.
const END: [Op; 2] = [Op::LoadConst(ZERO), Op::Return];

/// `def name(): i = 0; while i < TIMES: body; i = i + 1`
///
/// Once needs no loop, and without it a schedule is short enough to be printed.
fn repeated(name: &'static str, times: u32, body: &[Op]) -> Function {
    if times == 1 {
        return Function { name, arguments: 0, locals: vec![], ops: [body, &END].concat() };
    }
    let mut ops = vec![Op::LoadFast(I), Op::LoadConst(TIMES), Op::LessThan, Op::PopJumpIfFalse(9 + body.len())];
    ops.extend(body);
    ops.extend([Op::LoadFast(I), Op::LoadConst(ONE), Op::Add, Op::StoreFast(I), Op::JumpBackward(0)]);
    ops.extend(END);
    Function { name, arguments: 0, locals: vec!["i"], ops }
}
