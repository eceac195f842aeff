//! Reports: what stands in them, that they do no harm, and that a large one stays in bounds.

mod csv;
mod pdf;
mod sample;
