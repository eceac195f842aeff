//! A small picture of an image on a page.

use super::Shared;
use super::answers::{Invalid, NotFound, problem};
use super::auth::Caller;
use super::cursor::MOST;
use super::faults::Faults;
use super::input::{Asked, nothing_here, one_spelling};
use super::problem::{Kind, Problem};
use crate::audit::images::ImageError;
use crate::cpu::thumbnail::{ThumbnailError, WIDEST, thumbnail};
use crate::model::AuditId;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::openapi::{RefOr, Response as Documented};
use utoipa::{IntoParams, IntoResponses};

/// The narrowest one.
const NARROWEST: u32 = 16;
/// The one that is made where nobody says how wide.
const USUAL: u32 = 256;

/// How wide.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WidthAsked {
    /// The most pixels from left to right.
    #[param(value_type = Option<u32>, minimum = 16, maximum = 512, default = 256)]
    width: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    unknown: BTreeMap<String, String>,
}

/// Fetches an image that a page shows, and makes it small.
#[utoipa::path(
    get, path = "/v1/audits/{id}/pages/{number}/images/{place}/thumbnail", tag = "reports",
    operation_id = "thumbnail",
    params(
        ("id" = AuditId, Path),
        ("number" = u64, Path, description = "The page's number."),
        ("place" = u64, Path, description = "The image's place on the page, from 0."),
        WidthAsked,
    ),
    responses(
        (status = 200, description = "The picture.", body = Vec<u8>, content_type = "image/jpeg"),
        NotFound, Unusable, Invalid,
    ),
)]
pub(super) async fn show(
    State(service): State<Shared>,
    caller: Caller,
    place: ImagePlace,
    Asked(asked): Asked<WidthAsked>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let width = faults.small("width", asked.width.as_ref(), NARROWEST..=WIDEST.into()).unwrap_or(USUAL);
    faults.unknown(asked.unknown.keys());
    let width = faults.or(u16::try_from(width).unwrap_or(WIDEST))?;
    let page = service.app.store.page(&caller.owner, place.audit, place.page).await?;
    let page = page.ok_or_else(|| Problem::no_such("page"))?;
    let image = page.images.get(place.image).ok_or_else(|| Problem::no_such("image"))?;
    let _place = service.place(&service.thumbnails)?;
    let picture = service.app.images.get(&image.0).await?;
    let small = service.compute(move || thumbnail(&picture, width)).await??;
    Ok(([(CONTENT_TYPE, "image/jpeg")], small).into_response())
}

/// Which image, by the path.
#[derive(Debug)]
pub(super) struct ImagePlace {
    audit: AuditId,
    page: u64,
    image: usize,
}

impl<S: Send + Sync> FromRequestParts<S> for ImagePlace {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<ImagePlace, Problem> {
        let path = Path::<(String, String, String)>::from_request_parts(parts, state).await;
        let Path((audit, page, image)) = path.map_err(|_| nothing_here())?;
        let audit = one_spelling(&audit).ok_or_else(nothing_here)?;
        let page = one_spelling(&page).filter(|number| *number <= MOST).ok_or_else(nothing_here)?;
        let image = one_spelling(&image).ok_or_else(nothing_here)?;
        Ok(ImagePlace { audit, page, image })
    }
}

impl From<ImageError> for Problem {
    fn from(error: ImageError) -> Problem {
        Problem::new(Kind::Image, error.to_string())
    }
}

impl From<ThumbnailError> for Problem {
    fn from(error: ThumbnailError) -> Problem {
        let kind = match error {
            ThumbnailError::Format | ThumbnailError::TooLarge(_) => Kind::MediaType,
            ThumbnailError::Damaged(_) => Kind::Image,
        };
        Problem::new(kind, format!("the image: {error}"))
    }
}

/// The image is there, and is of no use.
pub(super) struct Unusable;

impl IntoResponses for Unusable {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        BTreeMap::from([
            ("415".to_owned(), problem("The image is neither JPEG nor PNG, or too large.").build().into()),
            ("502".to_owned(), problem("The image cannot be had, or is damaged.").build().into()),
        ])
    }
}
