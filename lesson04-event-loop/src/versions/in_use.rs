//! Versions 2 and 4 in use: what the demo `versions` runs.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use common::measure;

use super::{v2_ready_queue, v4_sockets};
use crate::event_loop::EventLoop;
use crate::event_loop::net::{TcpListener, TcpStream};
use crate::solutions::yield_now::yield_now;

/// How many tasks sleep.
pub const TASKS: usize = 1_000;

/// Version 2: how many polls it costs to wake one of many tasks.
pub fn polls_to_wake_one() -> usize {
    let polls = Rc::new(Cell::new(0));
    let counted = Rc::clone(&polls);
    let wakers: Rc<std::cell::RefCell<Vec<Waker>>> = Rc::default();
    v2_ready_queue::run(move |tasks| {
        let finish = Rc::new(Cell::new(false));
        for _ in 0..TASKS {
            let (finish, polls, wakers) = (finish.clone(), counted.clone(), wakers.clone());
            tasks.spawn(poll_fn(move |context| {
                polls.set(polls.get() + 1);
                wakers.borrow_mut().push(context.waker().clone());
                if finish.get() { Poll::Ready(()) } else { Poll::Pending }
            }));
        }
        tasks.spawn(async move {
            let before = counted.replace(0);
            assert_eq!(before, TASKS, "each new task is polled once");
            wakers.borrow()[TASKS / 2].wake_by_ref();
            yield_now().await;
            yield_now().await;
            let woken = counted.get();
            finish.set(true);
            wakers.take().into_iter().for_each(Waker::wake);
            yield_now().await;
            counted.set(woken);
        });
    });
    polls.get()
}

/// Version 4: a message goes to a server and comes back, both on one thread.
pub fn echo() -> std::io::Result<Vec<u8>> {
    let reply = Rc::new(std::cell::RefCell::new(Ok(Vec::new())));
    let noted = Rc::clone(&reply);
    v4_sockets::run(move |this| {
        let sources = Rc::clone(&this.sources);
        let spawner = Rc::clone(&this.tasks);
        this.tasks.spawn(async move {
            let exchange = async {
                let listener = TcpListener::bind(&sources, ([127, 0, 0, 1], 0).into())?;
                let mut client = TcpStream::connect(&sources, listener.local_addr()?).await?;
                let (mut server, _) = listener.accept().await?;
                spawner.spawn(async move {
                    let mut buffer = [0; 5];
                    if server.read_exact(&mut buffer).await.is_ok() {
                        let _ = server.write_all(&buffer).await; // the client will miss it, and say so
                    }
                });
                client.write_all(b"hello").await?;
                let mut reply = vec![0; 5];
                client.read_exact(&mut reply).await.map(|()| reply)
            };
            *noted.borrow_mut() = exchange.await;
        });
    })?;
    reply.replace(Ok(Vec::new()))
}

/// Version 5, beside version 2: how long a switch from one task to another takes in each, in seconds.
///
/// # Errors
/// If the system has no poller to spare.
pub fn a_switch() -> std::io::Result<[f64; 2]> {
    const SWITCHES: usize = 100;
    async fn switches() {
        for _ in 0..SWITCHES {
            yield_now().await;
        }
    }
    let event_loop = EventLoop::new()?;
    let mut second =
        || measure::time(|| v2_ready_queue::run(|tasks| (0..TASKS).for_each(|_| tasks.spawn(switches())))).1;
    let mut fifth = || {
        let spawner = event_loop.handle();
        let all = async move {
            let tasks: Vec<_> = (0..TASKS).map(|_| spawner.create_task(switches())).collect();
            for task in tasks {
                task.await.expect("it only switches");
            }
        };
        measure::time(|| event_loop.run_until_complete(all).expect("nobody stops it")).1
    };
    let times = measure::interleave(3, [&mut second, &mut fifth]);
    Ok(times.map(|time| time.median / (TASKS * SWITCHES) as f64))
}
