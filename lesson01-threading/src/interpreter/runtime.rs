//! What all threads of one run share: the objects, the globals, and a place to leave work for each other.
//!
//! An object is a place in a table, and a reference is its number. CPython has addresses; with numbers, a freed object
//! that is used after all is a wrong answer and never undefined behaviour, so the whole interpreter is safe Rust.
//! All fields are atomic words and every access to them is relaxed: who may touch what when is settled by the GIL, or
//! without it by the lock of the global through which the object was found. Both are mutexes, and they order it. The end
//! of an object is ordered by its refcount.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use super::code::Program;
use super::eval_breaker::EvalBreaker;
use super::gil::lock;
use super::machine::Memory;
use super::refcount::RefCount;
use super::report::Objects;
use super::thread_state::ThreadState;

/// The integers that exist once, for ever (CPython's `_PY_NSMALLNEGINTS` and `_PY_NSMALLPOSINTS`).
pub(super) const SMALL_INTS: std::ops::RangeInclusive<i64> = -5..=256;
/// How many objects there can be besides, for each thread. The programs here need a few hundred (most of them free, in
/// the threads' own lists), and a leak should not go unnoticed.
const HEAP_PER_THREAD: usize = 1 << 12;

/// A counted reference to an object. Not `Clone`: a copy that nobody has counted is how an object is freed in use.
#[derive(Debug)]
pub struct ObjectRef(pub(super) u32);

/// An integer and the count of the references to it (CPython `PyLongObject`).
#[derive(Debug, Default)]
pub(super) struct Object<R> {
    pub(super) refcount: R,
    pub(super) value: AtomicI64,
}

/// A global variable. Without the GIL, the lock is held while the object is loaded *and* its count raised: between
/// the two, a store by another thread could free the object that was just found (PEP 703, "Container Thread-Safety").
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) lock: Mutex<()>,
    pub(super) object: AtomicU32,
}

/// The state of one run (CPython `_PyRuntimeState` and `PyInterpreterState`).
#[derive(Debug)]
pub struct Runtime<R> {
    /// The small integers, the program's constants, and then the heap.
    pub(super) objects: Box<[Object<R>]>,
    pub(super) globals: Vec<Slot>,
    pub(super) constants: Vec<u32>,
    /// Free objects that no thread keeps for itself.
    pub(super) spare: Mutex<Vec<ObjectRef>>,
    /// Per thread, the objects whose counts it has to merge; `None` once it has exited.
    pub(super) queues: Box<[Mutex<Option<Vec<ObjectRef>>>]>,
    /// Per thread, what makes it stop and look.
    pub breakers: Box<[EvalBreaker]>,
    /// Whether globals are locked one by one, for want of a GIL.
    pub(super) lock_globals: bool,
    /// What was made before the threads started.
    defined: Objects,
}

impl<R: RefCount> Runtime<R> {
    /// A runtime with the program's globals defined, by a thread that has exited since.
    #[must_use]
    pub fn new(program: &Program, lock_globals: bool) -> Self {
        // Two more than the program has: the one that defines the globals and the one that clears them.
        let threads = program.threads.len() + 2;
        let immortal: Vec<i64> = SMALL_INTS.chain(program.constants.iter().copied()).collect();
        let objects: Box<[_]> =
            (0..immortal.len() + threads * HEAP_PER_THREAD).map(|_| Object::<R>::default()).collect();
        for (object, value) in objects.iter().zip(&immortal) {
            object.refcount.make_immortal();
            object.value.store(*value, Ordering::Relaxed);
        }
        let first_constant = small_int(*SMALL_INTS.end()).expect("it is one of them") + 1;
        let number = |index: usize| u32::try_from(index).expect("the heap is smaller than that");
        let mut runtime = Runtime {
            globals: vec![],
            constants: (first_constant..number(immortal.len())).collect(),
            spare: Mutex::new((number(immortal.len())..number(objects.len())).map(ObjectRef).collect()),
            objects,
            queues: (0..threads).map(|_| Mutex::new(Some(vec![]))).collect(),
            breakers: EvalBreaker::for_threads(threads),
            lock_globals,
            defined: Objects::default(),
        };
        let mut definer = ThreadState::attach(&runtime, program.threads.len());
        let values: Vec<ObjectRef> = program.globals.iter().map(|&(_, value)| definer.int(value)).collect();
        let defined = definer.detach();
        let slot = |ObjectRef(object)| Slot { lock: Mutex::default(), object: object.into() };
        runtime.globals = values.into_iter().map(slot).collect();
        runtime.defined = defined;
        runtime
    }

    /// Objects that are neither free nor immortal. Right when every thread has detached.
    #[must_use]
    pub fn live(&self) -> u64 {
        let heap = self.queues.len() * HEAP_PER_THREAD;
        (heap - lock(&self.spare).len()) as u64
    }

    /// After the run: reads the globals, clears them, and looks what is left.
    pub(super) fn finish(self, program: &Program, mut objects: Objects) -> (Vec<(&'static str, i64)>, Objects) {
        objects.add(self.defined);
        objects.live = self.live();
        let mut clearer = ThreadState::attach(&self, program.threads.len() + 1);
        let mut globals = vec![];
        for (index, (name, _)) in program.globals.iter().enumerate() {
            let object = clearer.load_global(index);
            globals.push((*name, clearer.value(&object)));
            clearer.decref(object);
            let nothing = clearer.int(0);
            clearer.store_global(index, nothing);
        }
        clearer.detach();
        objects.leaked = self.live();
        (globals, objects)
    }
}

/// The number of a small integer's object.
#[inline]
pub(super) fn small_int(value: i64) -> Option<u32> {
    SMALL_INTS.contains(&value).then(|| (value - SMALL_INTS.start()) as u32)
}
