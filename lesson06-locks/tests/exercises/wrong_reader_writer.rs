//! Reader-writer locks that are wrong in the usual ways: each is right but for one method.

use super::sync::{Condvar, Mutex};
use super::{ReaderWriter, reader_writer};

#[derive(Default)]
struct State {
    readers: usize,
    writing: bool,
    waiting: usize,
}

struct Lock {
    state: Mutex<State>,
    changed: Condvar,
}

impl Lock {
    fn read_when(&self, kept_out: fn(&mut State) -> bool) {
        self.changed.wait_while(self.state.lock().expect("fine"), kept_out).expect("fine").readers += 1;
    }

    fn write_when_alone(&self, before: usize, after: usize) {
        let mut state = self.state.lock().expect("fine");
        state.waiting += before;
        let mut state = self.changed.wait_while(state, |state| state.writing || state.readers > 0).expect("fine");
        (state.waiting, state.writing) = (state.waiting - after, true);
    }
}

trait Rightly: Send + Sync + 'static {
    fn of(lock: Lock) -> Self;
    fn lock(&self) -> &Lock;

    fn read(&self) {
        self.lock().read_when(|state| state.writing || state.waiting > 0);
    }

    fn done_reading(&self) {
        self.lock().state.lock().expect("fine").readers -= 1;
        self.lock().changed.notify_all();
    }

    fn write(&self) {
        self.lock().write_when_alone(1, 1);
    }

    fn done_writing(&self) {
        self.lock().state.lock().expect("fine").writing = false;
        self.lock().changed.notify_all();
    }
}

impl<L: Rightly> ReaderWriter for L {
    fn new() -> Self {
        L::of(Lock { state: Mutex::new(State::default()), changed: Condvar::new() })
    }
    fn writers_waiting(&self) -> usize {
        self.lock().state.lock().expect("fine").waiting
    }
    fn read(&self) {
        Rightly::read(self);
    }
    fn done_reading(&self) {
        Rightly::done_reading(self);
    }
    fn write(&self) {
        Rightly::write(self);
    }
    fn done_writing(&self) {
        Rightly::done_writing(self);
    }
}

macro_rules! wrong {
    ($name:ident, $test:ident, $expected:literal, $($method:tt)*) => {
        struct $name(Lock);

        impl Rightly for $name {
            fn of(lock: Lock) -> Self {
                $name(lock)
            }
            fn lock(&self) -> &Lock {
                &self.0
            }
            $($method)*
        }

        #[test]
        #[should_panic(expected = $expected)]
        fn $test() {
            reader_writer::<$name>();
        }
    };
}

wrong!(
    ReadersPass,
    a_reader_that_looks_at_writers_inside_only,
    "a reader has passed a writer that waited",
    fn read(&self) {
        self.lock().read_when(|state| state.writing);
    }
);

wrong!(
    Uncounted,
    a_writer_that_does_not_say_that_it_waits,
    "is to be counted in `writers_waiting`",
    fn write(&self) {
        self.lock().write_when_alone(0, 0);
    }
);

wrong!(
    WaitsForEver,
    a_writer_that_counts_as_waiting_while_it_writes,
    "deadlock",
    fn write(&self) {
        self.lock().write_when_alone(1, 0);
    }
);

wrong!(
    IfForWhile,
    a_writer_with_an_if_for_the_while,
    "a writer is not alone",
    fn write(&self) {
        let mut state = self.lock().state.lock().expect("fine");
        state.waiting += 1;
        if state.writing || state.readers > 0 {
            state = self.lock().changed.wait(state).expect("fine");
        }
        (state.waiting, state.writing) = (state.waiting - 1, true);
    }
);

wrong!(
    WakesOne,
    a_writer_that_wakes_one_where_several_wait,
    "deadlock",
    fn done_writing(&self) {
        self.lock().state.lock().expect("fine").writing = false;
        self.lock().changed.notify_one();
    }
);

wrong!(
    LeavesSilently,
    a_last_reader_that_tells_nobody,
    "deadlock",
    fn done_reading(&self) {
        self.lock().state.lock().expect("fine").readers -= 1;
    }
);
