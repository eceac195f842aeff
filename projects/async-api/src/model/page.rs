//! A page of an audit.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What one visit of one URL found out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PageRecord {
    /// Its place in the audit, from 1; gaps are possible.
    pub number: u64,
    /// The URL that was asked for.
    pub url: String,
    /// How many links away from the start.
    pub depth: u32,
    /// The status of the response, where there was one.
    pub status: Option<u16>,
    /// What went wrong, where it was not the status.
    pub problem: Option<String>,
    /// Where a redirect leads.
    pub redirect: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The `Content-Type`, as sent.
    pub content_type: Option<String>,
    /// The length of the body, unpacked.
    pub bytes: u64,
    /// Milliseconds to the first byte.
    pub first_byte_ms: u32,
    /// Milliseconds to the last byte.
    pub total_ms: u32,
    /// Whether a link to it is a broken link.
    pub broken: bool,
    /// The images on it: the first twenty. Their place, from 0, is what a thumbnail is asked by.
    pub images: Vec<Image>,
}

/// An image on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Image(pub String);
