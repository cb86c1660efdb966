//! The page's files, which the build script packed into the executable.

use super::Failure;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// A file of the page.
struct File {
    /// As in the URL, `/` for the page itself.
    path: &'static str,
    content_type: &'static str,
    /// Quoted, of the content.
    etag: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// Serves a file; browsers ask again each time, and get 304 when it is still the same.
pub(super) async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let Some(file) = FILES.iter().find(|file| file.path == uri.path()) else {
        return Failure::new(StatusCode::NOT_FOUND, "There is nothing here.").into_response();
    };
    let has = |name, wanted: &str| {
        let values = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        values
            .split(',')
            .any(|value| value.split(';').next().unwrap_or_default().trim().trim_start_matches("W/") == wanted)
    };
    let caching = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::ETAG, HeaderValue::from_static(file.etag)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if has(header::IF_NONE_MATCH, file.etag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, file.content_type)];
    if has(header::ACCEPT_ENCODING, "gzip") {
        return (caching, content_type, [(header::CONTENT_ENCODING, "gzip")], file.gzip).into_response();
    }
    (caching, content_type, file.plain).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_in_the_executable_and_small() {
        let index = FILES.iter().find(|file| file.path == "/").expect("index.html is packed");
        assert!(index.content_type.starts_with("text/html"));
        assert!(FILES.iter().all(|file| file.etag.starts_with('"') && file.etag.ends_with('"')));
        assert!(!FILES.iter().any(|file| file.path.contains("test") || file.path.ends_with(".d.ts")));
        let page = std::str::from_utf8(index.plain).unwrap();
        assert!(page.contains(&format!("<script>{FIRST_SCRIPT}</script>")) && FIRST_SCRIPT.contains("whep"));
        // What these bring is asked for when it is needed, after the first picture or when there is none.
        let still = ["/app/painter.js", "/core/tiles.js"];
        let web_socket = ["/app/socket.js", "/app/decoder.js"];
        let controls = [
            "/app/layers.js",
            "/app/controls.js",
            "/app/legend.js",
            "/app/marks.js",
            "/app/views.js",
            "/core/controls.js",
            "/core/view.js",
        ];
        let statistics = ["/app/statistics.js", "/app/card.js", "/app/labels.js", "/core/places.js", "/core/scale.js"];
        let later = [&still[..], &web_socket, &controls, &statistics].concat();
        assert!(later.iter().all(|path| FILES.iter().any(|file| file.path == *path)));
        let at_first = FILES.iter().filter(|file| !later.contains(&file.path));
        let over_the_wire: usize = at_first.map(|file| file.gzip.len()).sum();
        assert!(over_the_wire <= 52_000, "{over_the_wire} bytes");
    }
}
