//! The downloader as a command, for the student's own addresses.

use anyhow::{bail, ensure};
use common::blocks::Table;
use common::{Lab, WrongArguments, format};

use super::{Client, Limits, path_for};

/// Downloads the addresses on the command line into a folder that stays, `--to` or `downloads`.
///
/// # Errors
/// If an address is none, or if a download failed: the message names each.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let mut addresses = lab.arguments().to_vec();
    addresses.sort();
    addresses.dedup();
    for address in &addresses {
        if address.starts_with("https://") && !cfg!(feature = "tls") {
            bail!("this build has no TLS; say: cargo run -p lesson01-threading --features tls -- downloader {address}");
        }
        if !address.starts_with("http://") && !address.starts_with("https://") {
            bail!(WrongArguments(format!("`{address}` is no http:// or https:// address")));
        }
    }
    let folder = lab.folder().unwrap_or_else(|| "downloads".into());
    let mut progress = lab.progress("downloading", addresses.len());
    let threads = addresses.len().min(16);
    let client = Client::new(Limits::default(), threads);
    let results = client.download_all(&addresses, &folder, threads, || progress.advance());
    drop(progress);
    let mut table = Table::new(format!("Into {}", folder.display()), &["file", "size", "SHA-256", "verified"]);
    let mut failures = Vec::new();
    for (address, result) in addresses.iter().zip(results) {
        match result {
            Ok(download) => {
                let digest: String = download.digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                let verified = if download.verified { "yes" } else { "no digest sent" };
                table.row(&[&path_for(address).display(), &format::bytes(download.bytes as f64), &digest, &verified]);
            }
            Err(error) => failures.push(format!("{error:#}")),
        }
    }
    lab.show(table);
    ensure!(
        failures.is_empty(),
        "{} of {} downloads failed:\n{}",
        failures.len(),
        addresses.len(),
        failures.join("\n")
    );
    Ok(())
}
