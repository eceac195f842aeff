//! Polls a future in every order in which what it waits for can become ready.
//!
//! What it waits for are gates. A poll comes when the waker of the last poll was woken, or for no reason, which is
//! allowed; a wake-up of an older waker wakes nobody, as in a runtime that has moved the task. Whoever sleeps when all
//! gates are open has lost a wake-up.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use lesson03_asyncio::polling::Wakes;

/// Something to wait for.
#[derive(Default)]
pub struct Gate {
    open: Cell<bool>,
    waker: RefCell<Option<Waker>>,
    begun: Cell<bool>,
    passed: Cell<bool>,
    waiters: Cell<u32>,
}

/// A future that waits for a gate, and is strict with whoever polls it.
pub struct Passage(Rc<Gate>);

impl Gate {
    /// Lets through whoever waits.
    pub fn open(&self) {
        self.open.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// A future that is ready once the gate is open.
    pub fn passage(self: &Rc<Self>) -> Passage {
        self.waiters.set(self.waiters.get() + 1);
        Passage(Rc::clone(self))
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open.get()
    }

    /// Whether somebody has been polled here.
    pub fn has_begun(&self) -> bool {
        self.begun.get()
    }

    /// Whether somebody has got through.
    pub fn is_passed(&self) -> bool {
        self.passed.get()
    }

    /// How many futures wait here, or have and were not dropped.
    pub fn waiters(&self) -> u32 {
        self.waiters.get()
    }
}

impl Future for Passage {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let gate = &self.0;
        assert!(!gate.passed.get(), "a future was polled after it was ready");
        gate.begun.set(true);
        if gate.open.get() {
            gate.passed.set(true);
            return Poll::Ready(());
        }
        *gate.waker.borrow_mut() = Some(context.waker().clone()); // the last waker counts
        Poll::Pending
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        self.0.waiters.set(self.0.waiters.get() - 1);
    }
}

/// What happens to the future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A gate opens.
    Open(usize),
    /// It is polled though nobody woke it.
    PollForNothing,
}

/// All orders in which so many gates can open, with a poll for nothing in any of the gaps, or none.
fn every_order(gates: usize) -> Vec<Vec<Event>> {
    fn permutations(left: Vec<usize>) -> Vec<Vec<usize>> {
        if left.is_empty() {
            return vec![vec![]];
        }
        let first = |&first: &usize| {
            let rest = left.iter().copied().filter(|&gate| gate != first).collect();
            permutations(rest).into_iter().map(move |rest| [vec![first], rest].concat())
        };
        left.iter().flat_map(first).collect()
    }
    let mut orders = Vec::new();
    for opens in permutations((0..gates).collect()) {
        for nothings in 0..1_u32 << gates {
            let mut order = Vec::new();
            for (place, &gate) in opens.iter().enumerate() {
                order.extend((nothings >> place & 1 == 1).then_some(Event::PollForNothing));
                order.push(Event::Open(gate));
            }
            orders.push(order);
        }
    }
    orders
}

/// Makes a future from fresh gates, and drives it through every order; a second time with the first gates open before
/// the first poll; and drops it after every number of events. `look` is called whenever it has come to rest, with
/// whether it is done, and must not find a future left over when it is.
pub fn in_every_order<F: Future>(
    gates: usize,
    make: impl Fn(&[Rc<Gate>]) -> F,
    look: impl Fn(&[Rc<Gate>], Option<&F::Output>),
) {
    for order in every_order(gates) {
        for open_before in 0..=order.len() {
            for until in open_before..=order.len() {
                let trail = RefCell::new(Vec::new());
                let run = AssertUnwindSafe(|| drive(gates, &order[..until], open_before, &make, &look, &trail));
                if let Err(panic) = catch_unwind(run) {
                    let message = panic.downcast_ref::<&str>().map(ToString::to_string);
                    let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
                    // `todo!()` and an answer's own panics pass through with their words.
                    let Some(message) = message else { panic_any(panic) };
                    panic!("{message}\nthe order that shows it: {}", trail.take().join(", "));
                }
            }
        }
    }
}

fn drive<F: Future>(
    count: usize,
    order: &[Event],
    open_before: usize,
    make: &impl Fn(&[Rc<Gate>]) -> F,
    look: &impl Fn(&[Rc<Gate>], Option<&F::Output>),
    trail: &RefCell<Vec<String>>,
) {
    let gates: Vec<_> = (0..count).map(|_| Rc::new(Gate::default())).collect();
    let mut future = Some(Box::pin(make(&gates)));
    let mut output = None;
    let mut latest = Arc::new(Wakes::default());
    let mut poll = |reason: &str, polled: bool, latest: &mut Arc<Wakes>| {
        if !polled {
            future.iter().for_each(|_| look(&gates, None)); // it sleeps on, if it is still there
            return;
        }
        trail.borrow_mut().push(reason.to_owned());
        for _ in 0..100 {
            let Some(running) = &mut future else { return };
            *latest = Arc::default(); // a new waker each time
            let polled = running.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(latest))));
            if let Poll::Ready(ready) = polled {
                trail.borrow_mut().push("ready".to_owned());
                output = Some(ready);
                future = None;
            } else if latest.count() == 0 {
                look(&gates, None);
                return;
            }
        }
        assert!(future.is_none(), "it wakes itself for ever");
    };
    for event in &order[..open_before] {
        if let Event::Open(gate) = event {
            trail.borrow_mut().push(format!("gate {gate} opens"));
            gates[*gate].open();
        }
    }
    poll("first poll", true, &mut latest);
    for event in &order[open_before..] {
        match event {
            Event::Open(gate) => {
                trail.borrow_mut().push(format!("gate {gate} opens"));
                gates[*gate].open();
                poll("woken, polled", latest.count() > 0, &mut latest);
            }
            Event::PollForNothing => poll("polled for nothing", true, &mut latest),
        }
    }
    let all_open = gates.iter().all(|gate| gate.open.get());
    let ended = future.is_none();
    assert!(ended || !all_open, "it sleeps and everything is ready: a wake-up was lost");
    if ended {
        look(&gates, output.as_ref());
    } else {
        trail.borrow_mut().push("dropped".to_owned());
        drop(future);
    }
    assert!(gates.iter().all(|gate| gate.waiters() == 0), "a future is left over when its owner is gone");
}

/// Not ready once, and woken at once.
pub async fn turn() {
    let mut polled = false;
    poll_fn(|context| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
