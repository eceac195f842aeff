//! Two threads that need something which is made on first use.

use crate::explorer::{Program, Step, Then};

/// Something made on first use, and how often it was made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lazy {
    ready: bool,
    busy: bool,
    /// How often it was made.
    pub made: u8,
}

fn two_threads(steps: &[Step<Lazy>]) -> Program<Lazy> {
    Program::new(Lazy { ready: false, busy: false, made: 0 })
        .thread("thread 1", steps.to_vec())
        .thread("thread 2", steps.to_vec())
}

/// Not there yet? Make it, and put it there.
pub fn test_then_make() -> Program<Lazy> {
    let test = Step::new("READY?", |_: &mut Lazy, _| {})
        .then(|lazy, _| if lazy.ready { Then::End } else { Then::Next })
        .shows(|lazy, _| if lazy.ready { "yes".to_owned() } else { "no".to_owned() });
    let make = Step::new("MAKE", |lazy: &mut Lazy, _| lazy.made += 1);
    two_threads(&[test, make, Step::new("PUT", |lazy: &mut Lazy, _| lazy.ready = true)])
}

/// The repair, `OnceLock`: whoever comes while it is being made waits until it is there.
pub fn once() -> Program<Lazy> {
    let claim = Step::new("CLAIM", |lazy: &mut Lazy, _| lazy.busy = !lazy.ready)
        .when(|lazy, _| !lazy.busy)
        .then(|lazy, _| if lazy.ready { Then::End } else { Then::Next });
    let make = Step::new("MAKE", |lazy: &mut Lazy, _| lazy.made += 1);
    let put = Step::new("PUT", |lazy: &mut Lazy, _| (lazy.ready, lazy.busy) = (true, false));
    two_threads(&[claim, make, put])
}
