//! What the compiler refuses, and what it lets through: `refused/`, row by row.

use common::compiler;

/// A program that is refused, its code, why, and a twin that is not.
pub struct Refused {
    /// The error code.
    pub code: &'static str,
    /// What it would have done.
    pub why: &'static str,
    /// The program, and the same without the mistake.
    pub programs: [&'static str; 2],
}

/// A program that nobody refuses, and what it does.
pub struct LetThrough {
    /// What it does.
    pub why: &'static str,
    /// The program.
    pub program: &'static str,
}

macro_rules! refused {
    ($($name:literal $code:literal $why:literal,)*) => {
        [$(Refused {
            code: $code,
            why: $why,
            programs: [
                include_str!(concat!("../refused/", $name, ".rs")),
                include_str!(concat!("../refused/", $name, ".twin.rs")),
            ],
        }),*]
    };
}

/// Every row is a test: exactly this code, and a twin that compiles.
pub const REFUSED: [Refused; 14] = refused![
    "two_writers" "E0499" "two threads write one variable",
    "rc" "E0277" "Rc: two threads change one reference count",
    "guard_across_threads" "E0277" "one thread unlocks what another has locked",
    "borrow_in_spawn" "E0373" "a thread borrows what may be gone before it ends",
    "moved_twice" "E0382" "two threads own one value",
    "writer_and_reader" "E0502" "one thread writes what another reads",
    "written_while_read" "E0506" "the same, by the thread that started the other",
    "cell" "E0277" "Cell: get and set by two threads",
    "ref_cell" "E0277" "RefCell: its borrow flag is not atomic",
    "raw_pointer" "E0277" "a pointer that nobody vouches for",
    "static_mut" "E0133" "a global that anybody may write at any time",
    "write_through_arc" "E0594" "Arc shares, and what is shared is read only",
    "outlives_its_guard" "E0716" "a reference into a lock that is open again",
    "dropped_while_used" "E0505" "the same, with the guard dropped by hand",
];

/// What the type system does not see.
pub const LET_THROUGH: [LetThrough; 3] = [
    LetThrough { why: "lost update on an atomic", program: include_str!("../refused/lost_update.compiles.rs") },
    LetThrough { why: "deadlock: two locks, two orders", program: include_str!("../refused/deadlock.compiles.rs") },
    LetThrough { why: "one lock, locked twice", program: include_str!("../refused/locked_twice.compiles.rs") },
];

/// Whether the compiler has exactly this one complaint, and none about the twin; with the complaint in its own words.
///
/// # Errors
/// If there is no compiler to ask.
pub fn judge(refused: &Refused) -> anyhow::Result<(bool, String)> {
    let complaints = compiler::refusals(refused.programs[0])?;
    let codes: Vec<&str> = complaints.iter().map(|refusal| refusal.code.as_str()).collect();
    let as_expected = codes == [refused.code] && compiler::refusals(refused.programs[1])?.is_empty();
    Ok((as_expected, complaints.into_iter().map(|refusal| refusal.rendered).collect()))
}
