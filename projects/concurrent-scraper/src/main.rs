//! A concurrent web scraper: polite, bounded, and never loses a page.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
