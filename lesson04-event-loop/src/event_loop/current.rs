//! Which loop runs on this thread: Python's `asyncio.get_event_loop`.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::core::{Core, Ready};
use super::handle::LoopHandle;
use super::remote::Remote;
use super::task::Runnable;

thread_local! {
    static CURRENT: RefCell<Option<Rc<Core>>> = const { RefCell::new(None) };
}

/// No loop runs on this thread. Python: `RuntimeError: no running event loop`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no event loop is running on this thread")]
pub struct NoRunningLoop;

/// The loop that runs on this thread, which is the one that called the code that asks. Python: inside a coroutine or a
/// callback `asyncio.get_event_loop()` is the same as `asyncio.get_running_loop()`, and outside it is an error since 3.14.
///
/// # Errors
/// Outside of a running loop.
pub fn get_event_loop() -> Result<LoopHandle, NoRunningLoop> {
    CURRENT.with_borrow(Clone::clone).map(LoopHandle).ok_or(NoRunningLoop)
}

/// Makes a loop the current one until the guard is dropped; `None` if there is one already.
pub(super) fn enter(core: &Rc<Core>) -> Option<Entered> {
    CURRENT.with_borrow_mut(|current| match current {
        Some(_) => None,
        None => {
            *current = Some(Rc::clone(core));
            Some(Entered)
        }
    })
}

pub(super) struct Entered;

impl Drop for Entered {
    fn drop(&mut self) {
        drop(CURRENT.take());
    }
}

/// Puts a task into the queue of the loop that runs here, if that is the task's own; gives it back otherwise.
pub(super) fn schedule_here(own: &Remote, task: Arc<dyn Runnable>) -> Result<(), Arc<dyn Runnable>> {
    let mut task = Some(task);
    // A thread that ends has no thread-locals any more, and no loop.
    let _ = CURRENT.try_with(|current| {
        if let Some(core) = &*current.borrow()
            && std::ptr::eq(&*core.remote, own)
        {
            core.ready.borrow_mut().extend(task.take().map(Ready::Task));
        }
    });
    task.map_or(Ok(()), Err)
}
