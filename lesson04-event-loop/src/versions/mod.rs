//! The loop in versions. They differ in one thing: how they sleep when nothing is ready.
//!
//! | version | sleeps in | until | what it cannot do |
//! |---|---|---|---|
//! | [`v1_block_on`] | `thread::park` | a waker unparks it | a second task |
//! | [`v2_ready_queue`] | `thread::park` | the same, with a queue that says who was woken | wait for a time |
//! | [`v3_timers`] | `thread::park_timeout` | the same, or the next deadline | wait for a socket |
//! | [`v4_sockets`] | the poller | the same, or a socket | call a function that blocks, tell who blocked it |
//! | [`event_loop`](crate::event_loop) | the poller | the same | take the core from a task that keeps it |

pub mod in_use;
pub mod v1_block_on;
pub mod v2_ready_queue;
pub mod v3_timers;
pub mod v4_sockets;
