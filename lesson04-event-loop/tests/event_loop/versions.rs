//! The versions on the way there.

use super::*;

/// The earlier versions, woken from other threads at every moment that comes.
#[test]
fn the_versions_lose_no_wake_up() {
    alone(|| {
        let from_a_thread = || {
            let (mut started, done) = (false, Arc::new(AtomicBool::new(false)));
            poll_fn(move |context| {
                if done.load(SeqCst) {
                    return Poll::Ready(());
                }
                if !std::mem::replace(&mut started, true) {
                    let (done, waker) = (Arc::clone(&done), context.waker().clone());
                    thread::spawn(move || {
                        waker.wake_by_ref(); // too early, to be borne
                        done.store(true, SeqCst);
                        waker.wake();
                    });
                }
                Poll::Pending
            })
        };
        for _ in 0..300 {
            v1_block_on::block_on(from_a_thread());
            v2_ready_queue::run(|tasks| (0..3).for_each(|_| tasks.spawn(from_a_thread())));
        }
        for _ in 0..50 {
            v3_timers::run(|this| {
                this.tasks.spawn(from_a_thread());
                this.tasks.spawn(this.sleep(Duration::from_micros(100)));
            });
            v4_sockets::run(|this| {
                this.tasks.spawn(from_a_thread());
                this.tasks.spawn(this.sleep(Duration::from_micros(100)));
            })
            .expect("it runs");
        }
    });
}

/// A task of version 2 is woken while it is being polled: in `poll` by itself, and it must come again.
#[test]
fn version_2_hears_a_wake_up_during_the_poll() {
    alone(|| {
        let polls = counter();
        let counted = Rc::clone(&polls);
        v2_ready_queue::run(move |tasks| {
            tasks.spawn(poll_fn(move |context| {
                counted.set(counted.get() + 1);
                context.waker().wake_by_ref();
                context.waker().wake_by_ref();
                if counted.get() == 5 { Poll::Ready(()) } else { Poll::Pending }
            }));
        });
        assert_eq!(polls.get(), 5);
    });
}
