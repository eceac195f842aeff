//! The versions side by side.

use common::blocks::Table;
use common::format;
use common::python::PythonRun;

/// What each version can do.
pub fn steps() -> Table {
    let mut table = Table::new("The same loop, five times", &["version", "sleeps in", "cannot"]);
    table.row(&[&"1 block_on", &"park", &"a second task"]);
    table.row(&[&"2 ready queue", &"park", &"wait for a time"]);
    table.row(&[&"3 timers", &"park_timeout", &"wait for a socket"]);
    table.row(&[&"4 sockets", &"the poller", &"let a thread call in cheaply"]);
    table.row(&[&"5 event loop (core)", &"the poller", &"take the core from a task"]);
    table
}

/// A switch, in seconds, in version 5 and in two loops in Python.
pub fn beside(python: &PythonRun, fifth: f64) -> Table {
    let mut table = Table::new("Beside Python", &["a switch", "time"]);
    table.row(&[&"version 5", &format::seconds(fifth)]);
    for (what, figure) in [("a loop of 40 lines", "own_switch"), ("asyncio", "asyncio_switch")] {
        table.row(&[&format!("{what}, {}", python.name()), &format::seconds(python.figure(figure))]);
    }
    table
}
