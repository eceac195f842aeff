//! The way out of the log, with somebody at its end who takes when he is let.

use super::*;
use common::within;
use std::sync::mpsc;
use tracing::subscriber::with_default;

const LIMIT: Duration = Duration::from_secs(60);
/// No line is written because its time has come.
const NEVER: Duration = Duration::from_secs(24 * 3600);

/// Hands over what is written to it, each time when it has been let.
struct Gated {
    let_in: mpsc::Receiver<()>,
    written: mpsc::Sender<String>,
}

impl Write for Gated {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.let_in.recv().map_err(io::Error::other)?;
        self.written.send(String::from_utf8_lossy(bytes).into_owned()).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Log {
    lines: Lines,
    gate: mpsc::Sender<()>,
    written: mpsc::Receiver<String>,
    lost: mpsc::Receiver<usize>,
}

fn log(gather: Duration) -> Log {
    let ((gate, let_in), (to, written), (say, lost)) = (mpsc::channel(), mpsc::channel(), mpsc::channel());
    let lines = Lines::to(Gated { let_in, written: to }, gather, move |lines| say.send(lines).unwrap()).unwrap();
    Log { lines, gate, written, lost }
}

impl Log {
    fn next(&self) -> String {
        self.gate.send(()).unwrap();
        self.written.recv_timeout(LIMIT).unwrap()
    }
}

#[test]
fn lines_come_out_in_order_and_together() {
    within(LIMIT, || {
        let log = log(NEVER);
        let numbers = |range: std::ops::Range<u32>| range.map(|number| format!("{number}\n")).collect::<String>();
        for number in 0..1000 {
            log.lines.add(format!("{number}\n").as_bytes(), number == 999);
        }
        assert_eq!(log.next(), numbers(0..1000));
        for number in 1000..1500 {
            log.lines.add(format!("{number}\n").as_bytes(), number == 1499);
        }
        assert_eq!(log.next(), numbers(1000..1500));
    });
}

#[test]
fn lines_are_written_when_their_time_has_come() {
    within(LIMIT, || {
        let log = log(Duration::from_millis(1));
        log.lines.add(b"one\n", false);
        assert_eq!(log.next(), "one\n");
        log.lines.add(b"two\n", false);
        assert_eq!(log.next(), "two\n");
    });
}

#[test]
fn a_warning_is_not_gathered_and_nothing_else_is_urgent() {
    within(LIMIT, || {
        let log = log(NEVER);
        let events = tracing_subscriber::fmt().with_writer(log.lines.clone()).without_time().finish();
        with_default(events, || {
            tracing::info!("one");
            assert!(!log.lines.waiting().urgent);
            tracing::warn!("two");
        });
        let written = log.next();
        assert!(written.contains("INFO") && written.contains("one\n") && written.ends_with("two\n"), "{written}");
    });
}

#[test]
fn nobody_waits_where_nobody_takes_and_what_is_lost_is_counted() {
    within(LIMIT, || {
        let log = log(NEVER);
        let line = [b'x'; 1023].iter().chain(b"\n").copied().collect::<Vec<u8>>();
        // The thread has taken one, and is kept from writing it.
        log.lines.add(b"first\n", true);
        while !log.lines.waiting().writing {
            thread::yield_now();
        }
        let fit = MOST / line.len();
        for _ in 0..fit + 7 {
            log.lines.add(&line, true);
        }
        log.lines.flush_within(Duration::ZERO); // nor does the end
        assert_eq!(log.next(), "first\n");
        assert_eq!(log.next().len(), MOST, "whole lines, as many as there is room for");
        assert_eq!(log.lost.recv_timeout(LIMIT).unwrap(), 7);
        // There is room again.
        log.lines.add(b"last\n", true);
        assert_eq!(log.next(), "last\n");
        log.lines.flush_within(LIMIT);
        assert!(log.lost.try_recv().is_err());
    });
}

#[test]
fn a_flush_comes_back_when_all_is_written() {
    within(LIMIT, || {
        let log = log(NEVER);
        log.lines.flush_within(LIMIT); // nothing is there
        log.lines.add(b"one\n", false);
        log.gate.send(()).unwrap();
        log.lines.flush_within(LIMIT);
        assert_eq!(log.written.try_recv().unwrap(), "one\n");
    });
}
