//! The lesson as a student uses it: the program is run, and what it says and how it ends is looked at. And what the
//! demos are made of, asked directly.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::student;
use common::{every_proof_holds, within};
use lesson03_asyncio::demos::gather::{Way, wait};
use lesson03_asyncio::demos::{self, on_virtual_time};
use lesson03_asyncio::visits::WAITS;
use lesson03_asyncio::{bank, group, heap};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

fn lesson(arguments: &[&str]) -> Command {
    student::lesson(env!("CARGO_BIN_EXE_lesson03-asyncio"), arguments)
}

every_proof_holds! {
    "lesson03-asyncio":
    coroutine, gather, create_task, cancellation, back_pressure, blocking_the_loop, hundred_thousand,
}

#[test]
fn by_hand_and_compiled_are_one_machine() {
    for first in [0, 1, 20, 1_000] {
        let polls = demos::coroutine::side_by_side(first);
        let states: Vec<&str> = polls.iter().map(|poll| poll.2.as_str()).collect();
        assert_eq!(states, ["FirstTurn", "SecondTurn", "Done"]);
        assert!(polls.iter().all(|(compiled, by_hand, ..)| compiled == by_hand));
        let wakes: Vec<usize> = polls.iter().map(|poll| poll.3).collect();
        assert_eq!(wakes, [2, 4, 4], "each asks once at each await: without, nobody would poll again");
    }
}

#[test]
fn whoever_fails_each_way_does_with_the_others_what_it_says() {
    for fails in 0..WAITS.len() {
        let when = u128::from(WAITS[fails]);
        let (returned, visits) = wait(Way::JoinAll, Some(fails)).expect("a runtime");
        assert!(returned == 30 && visits.iter().all(|visit| visit.2), "join_all waits for all");
        let (returned, visits) = wait(Way::TryJoinAll, Some(fails)).expect("a runtime");
        assert_eq!(returned, when);
        for (wait, (_, end, finished)) in WAITS.iter().zip(visits) {
            let wait = u128::from(*wait);
            assert_eq!((end, finished), if wait <= when { (wait, true) } else { (when, false) });
        }
        let (returned, visits) = wait(Way::Spawned, Some(fails)).expect("a runtime");
        assert_eq!(returned, when);
        assert!(visits.iter().zip(WAITS).all(|(visit, wait)| visit.2 && visit.1 == u128::from(wait)));
        let (returned, visits) = wait(Way::InSequence, Some(fails)).expect("a runtime");
        assert_eq!((returned, visits.len()), (u128::from(WAITS[..=fails].iter().sum::<u64>()), fails + 1));
    }
}

#[test]
fn a_group_without_trouble_finishes() {
    let runtime = on_virtual_time().expect("a runtime");
    let finished = (vec![group::Ended::Finished; group::WORKERS], 0);
    assert_eq!(runtime.block_on(group::group(None)), finished);
    let at_once = async {
        let start = tokio::time::Instant::now();
        let ended = group::group(Some((0, 0, group::Trouble::Error))).await;
        (ended, start.elapsed())
    };
    let cleaned = (vec![group::Ended::CleanedUp; group::WORKERS - 1], 1);
    let waited = Duration::from_millis(1);
    assert_eq!(runtime.block_on(at_once), (cleaned, waited), "it waits until they have cleaned up, which takes 1 ms");
    let (groups, whole) = group::every_failure(&runtime);
    assert_eq!((groups, whole), ((group::WORKERS * group::STEPS * 2) as u64, groups));
}

#[test]
fn a_transfer_is_half_done_at_one_cut_and_whole_in_a_task() {
    let cuts: Vec<_> = (0..5).map(bank::cut_after).collect();
    assert_eq!(cuts, [(0, 0, false), (-100, 1, false), (0, 1, false), (0, 1, true), (0, 1, true)]);
    for polls in 0..5 {
        assert_eq!(demos::cancellation::cut_after_in_a_task(polls).expect("a runtime"), 0);
    }
}

#[test]
fn every_hello_has_its_goodbye() {
    use lesson03_asyncio::session::Heard::{Goodbye, Hello};
    assert_eq!(demos::cancellation::session_cut_after(0).expect("a runtime"), [], "nothing was begun");
    // The hello that is cancelled in mid-send is not heard here; its goodbye is, because it might have been.
    assert_eq!(demos::cancellation::session_cut_after(1).expect("a runtime"), [Goodbye]);
    for polls in 2..8 {
        assert_eq!(demos::cancellation::session_cut_after(polls).expect("a runtime"), [Hello, Goodbye], "{polls}");
    }
}

#[test]
fn a_timeout_is_exact_on_a_virtual_clock_and_cuts_nothing_that_does_not_await() {
    let timeouts = demos::cancellation::timeouts().expect("a runtime");
    assert_eq!(timeouts, (Duration::from_millis(20), 1, Some(1_000)));
}

#[test]
fn tasks_run_unawaited_panic_alone_and_end_with_their_set() {
    assert_eq!(demos::create_task::nobody_awaits().expect("a runtime"), [0, 50, 50]);
    assert_eq!(demos::create_task::one_panics().expect("a runtime"), (true, 42));
    assert_eq!(lesson03_asyncio::names::names().expect("a runtime"), ("parent", false, true));
    assert_eq!(lesson03_asyncio::group::a_set_is_dropped().expect("a runtime"), [10, 0]);
}

#[test]
fn a_bound_holds_in_jobs_and_in_bytes() {
    use demos::back_pressure::{BOUND, JOBS, WAYS, fed};
    for (number, way) in WAYS.iter().enumerate() {
        let fed = fed(way).expect("a runtime");
        assert_eq!(fed.latencies.len(), JOBS, "{way}: every job is done");
        assert_eq!(fed.most, if number < 3 { JOBS } else { BOUND }, "{way}");
        let payload = fed.most * lesson03_asyncio::service::PAYLOAD;
        assert!((payload..2 * payload + 64 * 1024).contains(&fed.bytes), "{way}: {} for {payload}", fed.bytes);
    }
}

#[test]
fn others_have_turns_when_a_task_yields_and_only_then() {
    assert_eq!(lesson03_asyncio::turns::turns_of_others(false).expect("a runtime"), 0);
    assert!(lesson03_asyncio::turns::turns_of_others(true).expect("a runtime") >= 49);
}

#[test]
fn each_sleeper_weighs_the_same() {
    use lesson03_asyncio::sleepers::{futures, tasks};
    let [few, many] = [1_000, 20_000].map(|count| tasks(count).expect("a runtime").bytes);
    assert!(few > 100.0 && (few - many).abs() < few / 4.0, "{few} {many}");
    assert!(futures(20_000).expect("a runtime").bytes < many, "a task has a header, and its future");
}

#[test]
fn the_heap_counts_what_is_asked_for() {
    let before = heap::live();
    let ((), peak) = heap::peak(|| {
        let mut bytes = Vec::<u8>::with_capacity(1_000);
        bytes.reserve_exact(5_000);
        drop(bytes);
        drop(vec![0_u8; 3_000]);
    });
    assert_eq!((peak, heap::live() - before), (5_000, 0));
    let kept = vec![0_u8; 100];
    assert_eq!(heap::peak(|| ()).1, 0, "what was there before is not counted");
    drop(kept);
}

#[test]
fn a_wrong_command_line_is_status_2_and_says_the_right_one() {
    student::mistakes_are_told(
        lesson,
        &[("gathr", "gather"), ("--run", "usage: cargo run -p lesson03-asyncio"), ("99", "coroutine")],
    );
}

#[test]
fn json_has_every_claim() {
    student::json_has(lesson(&["cancellation", "--json"]), &["\"kind\": \"prove\"", "\"kind\": \"schedule\""]);
}

#[test]
fn no_python_is_one_line() {
    for demo in ["coroutine", "create-task"] {
        student::no_python_is_one_line(lesson(&[demo, "--python"]));
    }
}

#[test]
fn a_reader_that_leaves_in_the_middle_ends_it_quietly() {
    let mut child =
        lesson(&["hundred-thousand"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdout = child.stdout.take().expect("piped");
    stdout.read_exact(&mut [0; 1]).expect("it prints something");
    drop(stdout);
    let mut complaint = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut complaint).expect("it can be read");
    let status = within(Duration::from_secs(60), move || child.wait().expect("it ends"));
    assert!(status.success() && complaint.is_empty(), "{status}: {complaint}");
}
