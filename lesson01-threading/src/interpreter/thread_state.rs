//! One thread's way to the shared memory (CPython `PyThreadState`): its number, its free list, its tally.

use std::sync::atomic::Ordering;

use super::eval_breaker::EXPLICIT_MERGE;
use super::gil::lock;
use super::machine::Memory;
use super::refcount::{Decref, RefCount};
use super::report::Objects;
use super::runtime::{Object, ObjectRef, Runtime, small_int};

/// How many free objects go between a thread's list and the shared one at a time. One by one, two threads that only
/// count for themselves would meet at the shared list's lock for every integer they make.
const BATCH: usize = 64;

/// A thread that is known to the runtime.
#[derive(Debug)]
pub struct ThreadState<'r, R: RefCount> {
    me: usize,
    runtime: &'r Runtime<R>,
    free: Vec<ObjectRef>,
    objects: Objects,
}

impl<'r, R: RefCount> ThreadState<'r, R> {
    /// The state of the thread with this number. A number is used once in a run.
    #[must_use]
    pub fn attach(runtime: &'r Runtime<R>, me: usize) -> Self {
        ThreadState { me, runtime, free: vec![], objects: Objects::default() }
    }

    /// The thread exits: nobody can queue anything for it from here on, and what is queued it merges now.
    pub fn detach(mut self) -> Objects {
        let queue = lock(&self.runtime.queues[self.me]).take();
        queue.into_iter().flatten().for_each(|object| self.merge(object));
        lock(&self.runtime.spare).append(&mut self.free);
        self.objects
    }

    fn object(&self, object: &ObjectRef) -> &'r Object<R> {
        &self.runtime.objects[object.0 as usize]
    }

    fn free(&mut self, object: ObjectRef) {
        self.objects.freed += 1;
        self.free.push(object);
        // A thread that frees what others make would otherwise end up with all objects there are.
        if self.free.len() > 2 * BATCH {
            lock(&self.runtime.spare).extend(self.free.drain(BATCH..));
        }
    }

    fn allocate(&mut self) -> ObjectRef {
        if self.free.is_empty() {
            let mut spare = lock(&self.runtime.spare);
            let rest = spare.len().saturating_sub(BATCH);
            self.free.extend(spare.drain(rest..));
        }
        self.objects.allocated += 1;
        self.free.pop().expect("MemoryError: the heap is full")
    }

    /// Leaves the object to its owner, or does the owner's work if it has exited (CPython `Python/brc.c`). An owner that
    /// blocks for long keeps all that time what was queued for it, in CPython too (gh-157838).
    fn queue(&mut self, owner: usize, object: ObjectRef) {
        let mut queue = lock(&self.runtime.queues[owner]);
        let Some(objects) = &mut *queue else {
            // The lock must go first: merging may free the object, and nothing else may wait for that.
            drop(queue);
            return self.merge(object);
        };
        objects.push(object);
        self.objects.queued_merges += 1;
        // Under the lock: an owner that sees the bit at once still waits for us, and then finds the object.
        self.runtime.breakers[owner].set(EXPLICIT_MERGE);
    }

    fn merge(&mut self, object: ObjectRef) {
        if self.object(&object).refcount.merge() == Decref::Dead {
            self.free(object);
        }
    }
}

impl<R: RefCount> Memory for ThreadState<'_, R> {
    type Ref = ObjectRef;

    fn int(&mut self, value: i64) -> ObjectRef {
        if let Some(immortal) = small_int(value) {
            return ObjectRef(immortal);
        }
        let new = self.allocate();
        let object = self.object(&new);
        object.value.store(value, Ordering::Relaxed);
        object.refcount.start(self.me);
        new
    }

    fn constant(&mut self, index: usize) -> ObjectRef {
        ObjectRef(self.runtime.constants[index])
    }

    fn value(&self, object: &ObjectRef) -> i64 {
        self.object(object).value.load(Ordering::Relaxed)
    }

    fn new_ref(&mut self, object: &ObjectRef) -> ObjectRef {
        self.object(object).refcount.incref(self.me);
        ObjectRef(object.0)
    }

    fn decref(&mut self, object: ObjectRef) {
        match self.object(&object).refcount.decref(self.me) {
            Decref::Alive => {}
            Decref::Dead => self.free(object),
            Decref::QueueFor(owner) => self.queue(owner, object),
        }
    }

    fn load_global(&mut self, name: usize) -> ObjectRef {
        let slot = &self.runtime.globals[name];
        let _locked = self.runtime.lock_globals.then(|| lock(&slot.lock));
        let object = ObjectRef(slot.object.load(Ordering::Relaxed));
        self.object(&object).refcount.incref(self.me);
        object
    }

    fn store_global(&mut self, name: usize, object: ObjectRef) {
        let slot = &self.runtime.globals[name];
        let locked = self.runtime.lock_globals.then(|| lock(&slot.lock));
        let old = ObjectRef(slot.object.load(Ordering::Relaxed));
        slot.object.store(object.0, Ordering::Relaxed);
        // The old object is no longer reachable through the global: dropping it needs no lock on the global.
        drop(locked);
        self.decref(old);
    }

    fn merge_queued(&mut self) {
        // The bit before the queue: an object that is queued in between sets it again.
        if self.runtime.breakers[self.me].clear(EXPLICIT_MERGE) {
            let queued = lock(&self.runtime.queues[self.me]).as_mut().map(std::mem::take);
            queued.into_iter().flatten().for_each(|object| self.merge(object));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::programs::counting;
    use super::super::{Atomic, Biased};
    use super::*;

    /// Thread 0 makes an object and exits; thread 1 drops the reference, which thread 0 had counted.
    fn last_reference_dropped_by_another<R: RefCount>() -> (Objects, u64) {
        let runtime = Runtime::<R>::new(&counting(2, 1), true);
        let mut owner = ThreadState::attach(&runtime, 0);
        let object = owner.int(1000);
        owner.detach();
        let mut other = ThreadState::attach(&runtime, 1);
        let copy = other.new_ref(&object);
        other.decref(object);
        assert_eq!(other.value(&copy), 1000);
        other.decref(copy);
        (other.detach(), runtime.live())
    }

    #[test]
    fn an_object_outlives_its_owner_but_not_its_last_reference() {
        for (objects, live) in
            [last_reference_dropped_by_another::<Atomic>(), last_reference_dropped_by_another::<Biased>()]
        {
            assert_eq!((objects.freed, objects.queued_merges, live), (1, 0, 0));
        }
    }

    #[test]
    fn an_owner_merges_what_was_queued_when_it_looks_at_its_eval_breaker() {
        let runtime = Runtime::<Biased>::new(&counting(2, 1), true);
        let (mut owner, mut other) = (ThreadState::attach(&runtime, 0), ThreadState::attach(&runtime, 1));
        let object = owner.int(1000);
        other.decref(object);
        assert!(runtime.breakers[0].has(EXPLICIT_MERGE));
        assert_eq!((other.objects.queued_merges, owner.objects.freed), (1, 0), "only its owner may free it");
        owner.merge_queued();
        assert!(!runtime.breakers[0].is_set());
        assert_eq!(owner.objects.freed, 1);
        owner.detach();
        other.detach();
        assert_eq!(runtime.live(), 0);
    }

    #[test]
    fn an_owner_merges_what_was_queued_when_it_exits() {
        let runtime = Runtime::<Biased>::new(&counting(2, 1), true);
        let (mut owner, mut other) = (ThreadState::attach(&runtime, 0), ThreadState::attach(&runtime, 1));
        let object = owner.int(1000);
        other.decref(object);
        other.detach();
        assert_eq!(owner.detach().freed, 1);
        assert_eq!(runtime.live(), 0);
    }

    #[test]
    fn an_owner_may_let_go_first() {
        let runtime = Runtime::<Biased>::new(&counting(2, 1), true);
        let (mut owner, mut other) = (ThreadState::attach(&runtime, 0), ThreadState::attach(&runtime, 1));
        let object = owner.int(1000);
        let copy = other.new_ref(&object);
        owner.decref(object);
        assert_eq!((owner.objects.freed, other.value(&copy)), (0, 1000));
        other.decref(copy);
        assert_eq!((other.objects.freed, other.objects.queued_merges), (1, 0));
    }

    #[test]
    fn free_objects_go_back_to_those_who_make_them() {
        let runtime = Runtime::<Atomic>::new(&counting(2, 1), true);
        let (mut maker, mut dropper) = (ThreadState::attach(&runtime, 0), ThreadState::attach(&runtime, 1));
        // Many times as many as the heap has room for.
        for value in 1_000..100_000 {
            dropper.decref(maker.int(value));
        }
        assert_eq!(dropper.objects.freed, maker.objects.allocated);
    }
}
