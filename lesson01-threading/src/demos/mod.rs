//! The demos of this lesson, each to be read and changed on its own.

pub mod daemon;
pub mod downloader;
pub mod gil;
pub mod lifecycle;
pub mod opening_puzzle;
pub mod switch_points;
