//! A connection that listens for what the others tell.

use super::super::Change;
use futures::stream::{self, StreamExt};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::sleep;
use tokio_postgres::{AsyncMessage, Config, NoTls};
use tokio_util::sync::CancellationToken;

/// The wait before connecting again.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens until it is stopped. What is told while there is no connection is lost: hints may be.
pub async fn listen(config: Config, channel: String, changes: broadcast::Sender<Change>, stop: CancellationToken) {
    let listening = async {
        loop {
            if let Err(error) = listen_once(&config, &channel, &changes).await {
                tracing::warn!(%error, "no hints from the database for a while");
            }
            sleep(PAUSE).await;
        }
    };
    stop.run_until_cancelled(listening).await;
}

async fn listen_once(
    config: &Config,
    channel: &str,
    changes: &broadcast::Sender<Change>,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let messages = stream::poll_fn(move |context| connection.poll_message(context));
    let mut messages = Box::pin(messages);
    let command = format!("LISTEN {channel}");
    let mut asking = Box::pin(client.batch_execute(&command));
    let mut asked = false;
    loop {
        // The connection does nothing unless it is polled: also while it is asked to listen.
        tokio::select! {
            told = &mut asking, if !asked => {
                told?;
                asked = true;
            }
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(notification))) => {
                    if let Some(change) = Change::from_text(notification.payload()) {
                        drop(changes.send(change)); // nobody may be waiting
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
        }
    }
}
