//! The stylesheet and the icon: under names that change with their content, so that browsers may keep
//! them for a year.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use social_auth::seal::sha256_base64url;

pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("style", "css", "text/css; charset=utf-8", include_str!("../../static/style.css")));
pub(super) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("../../static/icon.svg")));

/// A file that comes with the program.
pub(super) struct Asset {
    name: String,
    content_type: &'static str,
    text: &'static str,
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, text: &'static str) -> Self {
        let hash: String = sha256_base64url(text).chars().filter(char::is_ascii_alphanumeric).take(12).collect();
        Asset { name: format!("{stem}.{hash}.{extension}"), content_type, text }
    }

    /// Its name with the hash of its content: `style.2jmj7l5rSw0y.css`.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    let Some(asset) = [&*STYLE, &*ICON].into_iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.text).into_response()
}
