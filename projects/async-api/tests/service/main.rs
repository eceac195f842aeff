//! The service from the first connection to the last, as clients meet it who are in a hurry, slow, or hostile.

mod connections;
mod drain;
mod hostile;
mod process;
mod program;
mod support;
mod two;
mod whole;
