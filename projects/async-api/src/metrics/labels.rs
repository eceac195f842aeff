//! What counters are told apart by.

use super::{Attempt, Refusal};
use crate::model::AuditState;
use prometheus_client::encoding::{EncodeLabel, EncodeLabelSet, LabelSetEncoder};
use std::fmt;

/// A kind of request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) route: String,
    pub(super) status: u16,
}

/// One label: its name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct By(&'static str, &'static str);

/// The methods that there are. A client may invent others, as many as it likes.
pub(super) fn method(name: &str) -> &'static str {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    METHODS.into_iter().find(|known| *known == name).unwrap_or("other")
}

impl EncodeLabelSet for Request {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        let status = u32::from(self.status);
        ("method", self.method).encode(encoder.encode_label())?;
        ("route", self.route.as_str()).encode(encoder.encode_label())?;
        ("status", status).encode(encoder.encode_label())
    }
}

impl EncodeLabelSet for By {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        (self.0, self.1).encode(encoder.encode_label())
    }
}

impl From<Refusal> for By {
    fn from(why: Refusal) -> By {
        let why = match why {
            Refusal::Busy => "busy",
            Refusal::Rate => "rate",
            Refusal::Key => "key",
            Refusal::Cpu => "cpu",
        };
        By("reason", why)
    }
}

impl From<Attempt> for By {
    fn from(how: Attempt) -> By {
        let how = match how {
            Attempt::Ended => "ended",
            Attempt::Failed => "failed",
            Attempt::Released => "released",
            Attempt::Lost => "lost",
        };
        By("result", how)
    }
}

impl From<AuditState> for By {
    fn from(state: AuditState) -> By {
        By("state", state.name())
    }
}
