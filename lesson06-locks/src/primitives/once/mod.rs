//! Do it once, whoever comes first, and let the others wait until it is done. Python has the import lock for that.

mod states;
mod under_a_lock;

pub use states::Once;
pub use under_a_lock::UnderALock;

use super::mutex::Mutex;
use super::{futex, sync};
