//! `check`.

use super::print;
use async_api::config::Loaded;
use async_api::service;

/// Prints all settings without what is secret, then tries whether a service with them could start.
pub(super) async fn check(loaded: &Loaded) -> anyhow::Result<()> {
    print::result(&loaded.to_toml())?;
    service::check(&loaded.settings).await?;
    print::note("the settings are valid, and the database answers");
    Ok(())
}
