//! What `decision-table` needs: jobs that every model can do, a few worker processes, an echo server in two models, and
//! the table in the root README, which is what the results are held against.

use anyhow::Context;
use common::measure;
use readme::Model;

pub mod connections;
pub mod jobs;
pub mod processes;
pub mod readme;

/// One model's attempt: what came of it.
pub type Attempt<'a> = (Model, Box<dyn FnMut() -> anyhow::Result<u64> + 'a>);

/// Each attempt a few times in turn: the fastest time of each, and whether all came to the same.
///
/// # Errors
/// The first that an attempt reports.
pub fn contest(rounds: usize, attempts: Vec<Attempt<'_>>) -> anyhow::Result<(Vec<(Model, f64)>, bool)> {
    let (mut attempts, mut sums) = (attempts, Vec::new());
    let mut times: Vec<(Model, f64)> = attempts.iter().map(|(model, _)| (*model, f64::INFINITY)).collect();
    for _ in 0..rounds {
        for ((model, attempt), time) in attempts.iter_mut().zip(&mut times) {
            let (sum, seconds) = measure::time(attempt);
            sums.push(sum.with_context(|| format!("by the model `{}`", model.name()))?);
            time.1 = time.1.min(seconds);
        }
    }
    Ok((times, sums.windows(2).all(|pair| pair[0] == pair[1])))
}
