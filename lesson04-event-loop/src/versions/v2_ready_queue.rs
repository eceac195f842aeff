//! Version 2: many tasks, and a queue of those that have been woken.
//!
//! With one future a wake-up says "poll it again". With a thousand it must say which one, or each would cause a thousand polls.
//! So each task has a waker of its own, which puts the task's number into a queue.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering::AcqRel, Ordering::Acquire};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};
use std::thread;

use slab::Slab;

use super::v1_block_on::Unpark;

/// The part that wakers reach, from any thread.
struct Queue {
    ready: Mutex<VecDeque<usize>>,
    /// Ends the loop's sleep.
    alarm: Waker,
}

/// Puts one task into the queue.
struct TaskWaker {
    task: usize,
    queued: AtomicBool,
    queue: Arc<Queue>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        // In the queue once is enough. AcqRel: what each waker did before is seen by the poll that takes the flag down.
        if !self.queued.swap(true, AcqRel) {
            self.queue.ready.lock().unwrap_or_else(PoisonError::into_inner).push_back(self.task);
            self.queue.alarm.wake_by_ref();
        }
    }
}

struct Task {
    /// Elsewhere while it is being polled: it may make new tasks meanwhile.
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
    waker: Arc<TaskWaker>,
}

/// Tasks and their queue. Who owns this sleeps when [`run_ready`](Tasks::run_ready) had nothing to do.
pub struct Tasks {
    tasks: RefCell<Slab<Task>>,
    queue: Arc<Queue>,
}

impl Tasks {
    /// No tasks. `alarm` is woken whenever the queue has got one.
    pub fn new(alarm: Waker) -> Rc<Self> {
        let queue = Arc::new(Queue { ready: Mutex::default(), alarm });
        Rc::new(Tasks { tasks: RefCell::default(), queue })
    }

    /// Makes a task of a future, to be polled when its turn comes.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        let mut tasks = self.tasks.borrow_mut();
        let place = tasks.vacant_entry();
        let (task, queue) = (place.key(), Arc::clone(&self.queue));
        let waker = Arc::new(TaskWaker { task, queued: AtomicBool::new(false), queue });
        place.insert(Task { future: Some(Box::pin(future)), waker: Arc::clone(&waker) });
        drop(tasks);
        waker.wake(); // a new task is one that has been woken
    }

    /// How many tasks are not done.
    pub fn len(&self) -> usize {
        self.tasks.borrow().len()
    }

    /// Whether all are done.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Polls the tasks that are in the queue now, each once; how many those were.
    pub fn run_ready(&self) -> usize {
        let ready = std::mem::take(&mut *self.queue.ready.lock().unwrap_or_else(PoisonError::into_inner));
        for &number in &ready {
            self.poll(number);
        }
        ready.len()
    }

    fn poll(&self, number: usize) {
        let mut tasks = self.tasks.borrow_mut();
        let Some(task) = tasks.get_mut(number) else { return }; // it is done, and was woken once more
        let Some(mut future) = task.future.take() else { return };
        let waker = Arc::clone(&task.waker);
        drop(tasks);
        // Down before the poll, not after it: a wake-up that comes while it is polled asks for another one.
        waker.queued.swap(false, Acquire);
        let waker = Waker::from(waker);
        let done = future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        if done {
            let done = self.tasks.borrow_mut().remove(number);
            drop((done, future)); // after the borrow: their destructors may do anything
        } else if let Some(task) = self.tasks.borrow_mut().get_mut(number) {
            task.future = Some(future);
        }
    }
}

/// Runs tasks until all are done. `main` gets the tasks, to make the first ones.
pub fn run(main: impl FnOnce(&Rc<Tasks>)) {
    let tasks = Tasks::new(Waker::from(Arc::new(Unpark(thread::current()))));
    main(&tasks);
    while !tasks.is_empty() {
        if tasks.run_ready() == 0 {
            thread::park();
        }
    }
}
