//! Refcounts, in every order of their atomic steps.

use super::*;

/// One object, and the queue of its owner (thread 0): `None` once that has exited. The queue's mutex is one that the
/// runner does not know, for it would add steps and no orders: nothing happens while it is locked.
struct Counted<C> {
    count: C,
    queue: Mutex<Option<u32>>,
    freed: AtomicU64,
}

impl<C: refcount::RefCount> Counted<C> {
    fn decref(&self, me: usize) {
        assert_eq!(self.freed.load(Ordering::Relaxed), 0, "freed in use");
        match self.count.decref(me) {
            refcount::Decref::Alive => {}
            refcount::Decref::Dead => self.free(),
            refcount::Decref::QueueFor(_) => {
                let queued = self.queue.lock().unwrap().as_mut().map(|queued| *queued += 1);
                if queued.is_none() {
                    self.merge();
                }
            }
        }
    }

    fn merge(&self) {
        if self.count.merge() == refcount::Decref::Dead {
            self.free();
        }
    }

    fn free(&self) {
        assert_eq!(self.freed.fetch_add(1, Ordering::Relaxed), 0, "freed twice");
    }
}

/// The owner holds two references. Another thread drops one of them; the owner drops the other one, and before that
/// perhaps a third, which thread 2 has made. In whatever order: the object is freed once, by whoever is last.
fn freed_once<C: refcount::RefCount + 'static>(gets_one_back: bool) {
    within_a_minute(move || {
        let run_one = move || {
            let count = C::default();
            count.start(0);
            count.incref(0);
            let queue = Mutex::new(Some(0));
            let object = sync::Arc::new(Counted { count, queue, freed: AtomicU64::new(0) });
            let other = {
                let object = sync::Arc::clone(&object);
                shuttle::thread::spawn(move || object.decref(1))
            };
            if gets_one_back {
                object.count.incref(2);
                object.decref(0);
            }
            object.decref(0);
            let queued = object.queue.lock().unwrap().take();
            (0..queued.unwrap_or(0)).for_each(|_| object.merge());
            other.join().unwrap();
            assert_eq!(object.freed.load(Ordering::Relaxed), 1, "leaked");
        };
        shuttle::check_dfs(run_one, None);
    });
}

#[test]
fn an_object_is_freed_once_in_every_order_of_the_atomic_steps() {
    for gets_one_back in [false, true] {
        freed_once::<refcount::Atomic>(gets_one_back);
        freed_once::<biased::Biased>(gets_one_back);
    }
}
