//! Site audits as a service, as one program.

mod cli;
mod telemetry;

fn main() -> std::process::ExitCode {
    cli::main()
}
