//! Bodies that let the connection know of their end.

use super::activity::{Activity, Request};
use axum::body::{Body, Bytes};
use hyper::body::{Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The body of a request.
#[derive(Debug)]
pub(super) struct Asked {
    body: Incoming,
    ended: bool,
    activity: Activity,
}

impl Asked {
    /// This body, on a connection with this activity.
    pub(super) fn new(body: Incoming, activity: Activity) -> Asked {
        Asked { body, ended: false, activity }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.ended && !hyper::body::Body::is_end_stream(&self.body) {
            self.activity.leave_unread();
        }
    }
}

impl hyper::body::Body for Asked {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.ended |= frame.is_none();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer. Its request is under way until the last of it has been sent.
#[derive(Debug)]
pub(super) struct Answer {
    body: Body,
    _request: Request,
}

impl Answer {
    /// This body, for this request.
    pub(super) fn new(body: Body, request: Request) -> Answer {
        Answer { body, _request: request }
    }
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
