//! What a response carries: its bytes, their type and their digest.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::sync::Arc;
use std::time::SystemTime;

/// A text or some bytes with a content type, for a site to serve.
#[derive(Clone, Debug)]
pub struct Content {
    content_type: String,
    bytes: Arc<[u8]>,
    sha256: [u8; 32],
}

impl Content {
    /// Bytes of any type: `Content::new("image/png", bytes)`.
    pub fn new(content_type: &str, bytes: impl Into<Vec<u8>>) -> Content {
        let bytes: Arc<[u8]> = bytes.into().into();
        Content { content_type: content_type.to_owned(), sha256: sha256(&bytes), bytes }
    }

    /// A page of HTML.
    pub fn html(page: impl Into<String>) -> Content {
        Content::new("text/html; charset=utf-8", page.into())
    }

    /// Plain text.
    pub fn text(text: impl Into<String>) -> Content {
        Content::new("text/plain; charset=utf-8", text.into())
    }

    pub(super) fn length(&self) -> usize {
        self.bytes.len()
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The current state of a resource, on its way to a client (RFC 9110, section 8).
pub(super) struct Representation {
    pub(super) content_type: String,
    pub(super) modified: Option<SystemTime>,
    pub(super) body: Body,
    pub(super) sha256: [u8; 32],
}

impl Representation {
    /// A strong validator: other bytes, another tag (RFC 9110, section 8.8.3).
    pub(super) fn etag(&self, gzip: bool) -> String {
        let hash = u128::from_be_bytes(std::array::from_fn(|index| self.sha256[index]));
        let variant = if gzip { "-gzip" } else { "" };
        format!("\"{hash:032x}{variant}\"")
    }

    /// The value of `Repr-Digest` (RFC 9530). It is of the encoded bytes where there is a content
    /// coding.
    pub(super) fn digest(&self) -> String {
        format!("sha-256=:{}:", BASE64_STANDARD.encode(self.sha256))
    }

    pub(super) fn compress(&mut self) -> io::Result<()> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&self.body.read_all()?)?;
        let bytes = encoder.finish()?;
        self.sha256 = sha256(&bytes);
        self.body = Body::from(bytes);
        Ok(())
    }
}

impl From<Content> for Representation {
    fn from(content: Content) -> Representation {
        Representation {
            content_type: content.content_type,
            modified: None,
            body: Body::Memory(Cursor::new(content.bytes)),
            sha256: content.sha256,
        }
    }
}

/// Bytes to be sent.
pub(super) enum Body {
    Memory(Cursor<Arc<[u8]>>),
    /// A file and how many bytes of it count.
    File(File, u64),
}

impl Body {
    pub(super) fn length(&self) -> u64 {
        match self {
            Body::Memory(bytes) => bytes.get_ref().len() as u64,
            Body::File(_, length) => *length,
        }
    }

    pub(super) fn read_all(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Default for Body {
    fn default() -> Body {
        Body::from(Vec::new())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Body::Memory(Cursor::new(bytes.into()))
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Body::Memory(bytes) => bytes.read(buffer),
            Body::File(file, _) => file.read(buffer),
        }
    }
}
