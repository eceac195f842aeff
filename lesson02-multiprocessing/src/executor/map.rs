//! Results in the order of the arguments.

use std::collections::VecDeque;
use std::iter::Zip;
use std::marker::PhantomData;
use std::{collections::vec_deque, vec};

use serde::de::DeserializeOwned;

use super::Handle;
use crate::pool::{JobError, JobId, job};

/// The results of [`Executor::map`](super::Executor::map), in the order of the arguments.
#[derive(Debug)]
pub struct Map<R> {
    chunks: Zip<vec_deque::IntoIter<Handle<Vec<u8>>>, vec::IntoIter<u32>>,
    /// The chunk whose results are being read: its job, its bytes or its error, how many bytes are read, results left.
    job: Option<JobId>,
    body: Result<Vec<u8>, JobError>,
    read: usize,
    left: u32,
    result: PhantomData<fn() -> R>,
}

impl<R> Map<R> {
    /// The results of chunks, each with its number of arguments.
    pub(super) fn of(chunks: VecDeque<Handle<Vec<u8>>>, counts: Vec<u32>) -> Self {
        let chunks = chunks.into_iter().zip(counts);
        Map { chunks, job: None, body: Ok(Vec::new()), read: 0, left: 0, result: PhantomData }
    }
}

impl<R: DeserializeOwned> Iterator for Map<R> {
    type Item = Result<R, JobError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.left == 0 {
            let (chunk, count) = self.chunks.next()?;
            self.job = Some(chunk.job());
            (self.body, self.read, self.left) = (chunk.result(), 0, count);
        }
        self.left -= 1;
        let body = match &self.body {
            Ok(body) => body,
            // A chunk is lost as a whole: each of its arguments gets the error.
            Err(error) => return Some(Err(error.clone())),
        };
        let mut rest = &body[self.read..];
        let result = job::next_result(&mut rest);
        self.read = body.len() - rest.len();
        let job = self.job?;
        Some(result.map_err(|failure| JobError::Failed { job, failure }))
    }
}
