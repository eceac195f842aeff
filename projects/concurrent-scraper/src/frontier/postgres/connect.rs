//! How to reach the database.

use super::failed;
use crate::frontier::FrontierError;
use std::str::FromStr;
use tokio_postgres::{Client, Config, NoTls};

/// Where a crawl is kept: `postgres://user@host/database`, and `#name` where the database holds several.
///
/// Each crawl has a schema of its own, with this name; without one it is `crawl`.
#[derive(Clone, Debug)]
pub struct Target {
    config: Config,
    pub(super) crawl: String,
}

impl FromStr for Target {
    type Err = FrontierError;

    fn from_str(text: &str) -> Result<Target, FrontierError> {
        let (config, crawl) = text.split_once('#').unwrap_or((text, "crawl"));
        let usual = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_';
        let starts_well = crawl.starts_with(|character: char| character.is_ascii_lowercase());
        if !starts_well || !crawl.chars().all(usual) || crawl.len() > 63 {
            let message =
                format!("{crawl:?} is no name for a crawl: up to 63 small letters, digits and _, a letter first");
            return Err(FrontierError::Foreign(message));
        }
        let config = config.parse().map_err(failed)?;
        Ok(Target { config, crawl: crawl.to_owned() })
    }
}

impl Target {
    /// Connects. The connection lives as long as the client.
    pub(super) async fn connect(&self) -> Result<Client, FrontierError> {
        let (client, connection) = self.config.connect(NoTls).await.map_err(failed)?;
        tokio::spawn(async move {
            // Whoever has an order under way is told, too.
            if let Err(error) = connection.await {
                tracing::warn!(%error, "the connection to the database has ended");
            }
        });
        // Every statement is a look into an index. Tables that were empty a minute ago have no statistics yet by which
        // the planner could know. A machine that vanishes is noticed in half a minute, so that its name is free again.
        let settings = format!(
            "SET search_path TO {}; SET enable_seqscan TO off; SET jit TO off; SET client_min_messages TO warning;
             SET application_name TO 'concurrent-scraper';
             SET tcp_keepalives_idle TO 10; SET tcp_keepalives_interval TO 5; SET tcp_keepalives_count TO 4",
            self.crawl
        );
        client.batch_execute(&settings).await.map_err(failed)?;
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_may_name_its_crawl() {
        assert_eq!("postgres://me@host/db".parse::<Target>().unwrap().crawl, "crawl");
        assert_eq!("postgres://me@host/db#news_2".parse::<Target>().unwrap().crawl, "news_2");
        for nonsense in
            ["postgres://me@host/db#", "postgres://h/db#a b", "postgres://h/db#1", "postgres://h/db#\"", "mysql://h"]
        {
            assert!(nonsense.parse::<Target>().is_err(), "{nonsense}");
        }
    }
}
