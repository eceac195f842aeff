//! The demos of this lesson, each to be read and changed on its own.

pub mod blocked;
pub mod call_later;
pub mod get_event_loop;
pub mod one_turn;
pub mod run_in_executor;
pub mod run_until_complete;
pub mod ten_thousand_connections;
pub mod versions;
