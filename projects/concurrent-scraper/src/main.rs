//! A concurrent web scraper: polite, bounded, and never loses a page.

mod cli;

/// Pages are read on many threads and freed on others, some ten allocations a link: a tenth of a crawl's CPU time with the
/// system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
