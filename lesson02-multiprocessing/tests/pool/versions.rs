//! Results: all of them, in order or as they come.

use super::*;

#[test]
fn map_is_in_order_in_every_version_and_shape() {
    within(LIMIT, || {
        for length in [0, 1, 2, 1_000_u64] {
            let numbers: Vec<u64> = (0..length).collect();
            let squares: Vec<u64> = numbers.iter().map(|number| number * number).collect();
            let mut first = one_at_a_time::Pool::new(&program(), 3).expect("workers start");
            assert_eq!(first.map(&SQUARE, &numbers).expect("nothing fails"), squares);
            let mut second = in_flight::Pool::new(&program(), 3).expect("workers start");
            for (chunk, in_flight) in [(1, 1), (1, 64), (7, 3), (1_000, 2), (0, 0), (5_000, 5_000)] {
                let results = second.map(&SQUARE, &numbers, Shape { chunk, in_flight });
                assert_eq!(results.expect("nothing fails"), squares, "{chunk} {in_flight}");
            }
            for in_flight in [1, 64] {
                let third =
                    Executor::start(Options { in_flight, ..Options::new(program(), 3) }).expect("workers start");
                for chunk in [1, 7, 5_000] {
                    let results = third.map(&SQUARE, numbers.iter().copied(), chunk).expect("they can be carried");
                    assert_eq!(results.collect::<Result<Vec<_>, _>>().expect("nothing fails"), squares);
                }
            }
        }
    });
}

/// Requests and answers of sizes around what a socket holds: were both sides to block in writing, this would hang.
#[test]
fn large_and_small_in_flight_do_not_deadlock() {
    within(LIMIT, || {
        let sizes = [10, 2_000, 20_000, 300_000, 5, 4_000, 4_096, 1_000_000, 1, 0];
        let bodies: Vec<Vec<u8>> = (0..60).map(|index| vec![index as u8; sizes[index % sizes.len()]]).collect();
        let mut pool = in_flight::Pool::new(&program(), 1).expect("a worker starts");
        let echoes = pool.map(&ECHO, &bodies, Shape { chunk: 1, in_flight: 64 }).expect("nothing fails");
        assert!(echoes == bodies);
        let executor = one_worker(|options| options.in_flight = 64);
        let handles: Vec<_> = bodies
            .iter()
            .map(|body| executor.submit_bytes(&ECHO_BYTES, Arc::new(body.clone()), Vec::new()).expect("open"))
            .collect();
        for (handle, body) in handles.into_iter().zip(&bodies) {
            assert!(handle.result().expect("nothing fails") == *body);
        }
    });
}

#[test]
fn as_they_come_each_comes_once() {
    within(LIMIT, || {
        let mut pool = in_flight::Pool::new(&program(), 2).expect("workers start");
        let numbers: Vec<u64> = (0..500).collect();
        let mut seen = BTreeSet::new();
        pool.map_unordered(&EVEN, &numbers, Shape { chunk: 3, in_flight: 4 }, |index, result| {
            assert!(seen.insert(index));
            match result {
                Ok(number) => assert!(number == index as u64 && number % 2 == 0),
                Err(error) => assert!(error.to_string().contains(&format!("{index} is odd")), "{error}"),
            }
        })
        .expect("no worker dies");
        assert_eq!(seen.len(), 500);
    });
}

#[test]
fn the_first_versions_fail_with_their_worker_and_can_still_be_used_with_the_rest() {
    within(LIMIT, || {
        let mut first = one_at_a_time::Pool::new(&program(), 2).expect("workers start");
        let error = first.map(&EXIT, &[3]).expect_err("it exits");
        assert!(matches!(&error, JobError::WorkerDied { status, .. } if status.code() == Some(3)), "{error}");
        assert_eq!(first.map(&SQUARE, &[3]).expect("one is left"), [9]);
        first.map(&EXIT, &[4]).expect_err("it exits");
        assert!(matches!(first.map(&SQUARE, &[3]), Err(JobError::NoWorker { .. })));
        let mut second = in_flight::Pool::new(&program(), 2).expect("workers start");
        let shape = Shape { chunk: 1, in_flight: 4 };
        let error = second.map(&EXIT, &[3], shape).expect_err("it exits");
        assert!(matches!(&error, JobError::WorkerDied { status, .. } if status.code() == Some(3)), "{error}");
        assert_eq!(second.map(&SQUARE, &[3], shape).expect("one is left"), [9]);
        second.map(&EXIT, &[4], shape).expect_err("it exits");
        assert!(matches!(second.map(&SQUARE, &[3], shape), Err(JobError::NoWorker { .. })));
    });
}

#[test]
fn shared_memory_is_seen_and_a_new_arena_is_not_taken_for_an_old_one() {
    within(LIMIT, || {
        let executor = executor(1);
        let (_, same) = demos::shared_memory::measure(&program(), &[4096, 100_000], 2).expect("it runs");
        assert!(same);
        // Each is dropped before the next: its descriptor's number, and so its path, comes again.
        for number in 0..10_u8 {
            let mut arena = Arena::new(8192).expect("memory");
            arena.bytes().fill(number);
            let seen = executor.submit(&LOOK_SHARED, &(arena.name().clone(), 8192)).expect("open").result();
            assert_eq!(seen.expect("it is there"), look(&[number; 8192]));
        }
        let arena = Arena::new(4096).expect("memory");
        let beyond = executor.submit(&LOOK_SHARED, &(arena.name().clone(), 4_000_000)).expect("open").result();
        assert!(matches!(beyond, Err(JobError::Failed { .. })), "a length beyond the mapping");
    });
}

#[test]
fn many_threads_submit_to_one_executor() {
    within(LIMIT, || {
        let executor = Executor::start(Options { in_flight: 4, ..Options::new(program(), 2) }).expect("workers start");
        let (executor, (done, results)) = (&executor, mpsc::channel());
        thread::scope(|scope| {
            for thread in 0..8_u64 {
                let done = done.clone();
                scope.spawn(move || {
                    for number in thread * 100..thread * 100 + 100 {
                        let square = executor.submit(&SQUARE, &number).expect("open").result().expect("fine");
                        done.send(square == number * number).expect("somebody counts");
                    }
                });
            }
        });
        drop(done);
        assert_eq!(results.into_iter().filter(|&right| right).count(), 800);
    });
}
