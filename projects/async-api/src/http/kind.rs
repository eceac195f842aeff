//! The kinds of problem: what each is called, and the status that goes with it. The docs page describes them.

use axum::http::StatusCode;

/// The kinds of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The body is no JSON.
    Malformed,
    /// No API key, or none that holds.
    Unauthorized,
    /// The request comes by way of a web page that is not ours.
    Origin,
    /// There is nothing of that name.
    NotFound,
    /// This cannot be done there.
    Method,
    /// The body did not arrive in time.
    SlowBody,
    /// The audit's state does not allow it.
    State,
    /// The body is too large.
    TooLarge,
    /// The body is not JSON, or the image neither JPEG nor PNG.
    MediaType,
    /// It is well formed, and wrong.
    Validation,
    /// The same `Idempotency-Key` came with another request.
    IdempotencyKey,
    /// Too many requests with this key.
    RateLimit,
    /// Too many audits with this key.
    Quota,
    /// A defect of the service.
    Internal,
    /// The image could not be had.
    Image,
    /// Too much is under way.
    Busy,
    /// It took too long.
    Deadline,
    /// The database does not answer, or the service stops.
    Unavailable,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 18] = [
        Kind::Malformed,
        Kind::Unauthorized,
        Kind::Origin,
        Kind::NotFound,
        Kind::Method,
        Kind::SlowBody,
        Kind::State,
        Kind::TooLarge,
        Kind::MediaType,
        Kind::Validation,
        Kind::IdempotencyKey,
        Kind::RateLimit,
        Kind::Quota,
        Kind::Internal,
        Kind::Image,
        Kind::Busy,
        Kind::Deadline,
        Kind::Unavailable,
    ];

    /// The end of its address, `/problems/...`.
    pub fn name(self) -> &'static str {
        self.parts().0
    }

    /// The status it is answered with.
    pub fn status(self) -> StatusCode {
        self.parts().1
    }

    /// What it is called.
    pub fn title(self) -> &'static str {
        self.parts().2
    }

    fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Kind::Malformed => ("malformed", StatusCode::BAD_REQUEST, "The body is not JSON"),
            Kind::Unauthorized => ("unauthorized", StatusCode::UNAUTHORIZED, "An API key is needed"),
            Kind::Origin => ("origin", StatusCode::FORBIDDEN, "Not from this page"),
            Kind::NotFound => ("not-found", StatusCode::NOT_FOUND, "There is nothing here"),
            Kind::Method => ("method", StatusCode::METHOD_NOT_ALLOWED, "This cannot be done here"),
            Kind::SlowBody => ("slow-body", StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time"),
            Kind::State => ("state", StatusCode::CONFLICT, "The audit's state does not allow it"),
            Kind::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Kind::MediaType => ("media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "Of the wrong type"),
            Kind::Validation => ("validation", StatusCode::UNPROCESSABLE_ENTITY, "Some fields are wrong"),
            Kind::IdempotencyKey => {
                ("idempotency-key", StatusCode::UNPROCESSABLE_ENTITY, "The key was used for another request")
            }
            Kind::RateLimit => ("rate-limit", StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Kind::Quota => ("quota", StatusCode::TOO_MANY_REQUESTS, "No more audits today"),
            Kind::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side"),
            Kind::Image => ("image", StatusCode::BAD_GATEWAY, "The image could not be had"),
            Kind::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE, "Too much is under way"),
            Kind::Deadline => ("deadline", StatusCode::SERVICE_UNAVAILABLE, "It took too long"),
            Kind::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Not available at the moment"),
        }
    }
}
