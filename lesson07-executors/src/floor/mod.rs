//! What the proved steps stand on and the model checkers bring along in a version of their own.

pub mod cell;
