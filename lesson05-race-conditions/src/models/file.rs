//! Two programs that want to be the one that makes a file.

use crate::explorer::{Program, Step, Then};

/// A file, and who believes to have made it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct File {
    exists: bool,
    made: [bool; 2],
}

impl File {
    /// How many believe that they made it.
    pub fn makers(&self) -> usize {
        self.made.iter().filter(|&&made| made).count()
    }
}

fn two_threads(steps: &[Step<File>]) -> Program<File> {
    Program::new(File { exists: false, made: [false; 2] })
        .thread("thread 1", steps.to_vec())
        .thread("thread 2", steps.to_vec())
}

/// Ask whether it is there; if not, make it.
pub fn exists_then_create() -> Program<File> {
    let ask = Step::new("EXISTS?", |_: &mut File, _| {})
        .then(|file, _| if file.exists { Then::End } else { Then::Next })
        .shows(|file, _| if file.exists { "yes".to_owned() } else { "no".to_owned() });
    let create = Step::new("CREATE", |file: &mut File, me| (file.exists, file.made[me]) = (true, true));
    two_threads(&[ask, create])
}

/// The repair: the file system asks and makes in one step.
pub fn create_new() -> Program<File> {
    let create = Step::new("CREATE_NEW", |file: &mut File, me| {
        file.made[me] = !file.exists;
        file.exists = true;
    });
    two_threads(&[create.shows(|file, me| if file.made[me] { "made".to_owned() } else { "refused".to_owned() })])
}
