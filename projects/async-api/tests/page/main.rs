//! The pages in a real browser, without a window: headless Chromium against a service that answers from a script.
//!
//! Without Chromium nothing is tested, and that is said; with `REQUIRE_CHROMIUM=1` it is a failure.

mod audit;
mod browser;
mod docs;
mod home;
mod looks;
mod samples;
mod stub;
mod whole;
