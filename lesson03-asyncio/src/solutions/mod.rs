//! One answer to each exercise. Yours may differ: the grader asks what it does, not how it looks.

pub mod deadline;
pub mod join2;
pub mod line_reader;
pub mod map_bounded;
pub mod retry;
