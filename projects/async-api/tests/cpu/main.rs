//! The threads that compute, and thumbnails.

mod bounded;
mod pictures;
mod thumbnail;
