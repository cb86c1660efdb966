//! [`Policy`]: the headers of every answer, which tell a browser what the page may do and who may hold it in a frame.
//!
//! Scripts and styles are no documents: what a document may do and who may frame it says nothing about them, and forty times
//! those headers took half a second of a line of 300 kbit/s. They have what keeps them from being taken for something else, and
//! from asking elsewhere when they run as a worker.

use super::page::FIRST_SCRIPT;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use heliograph_wire::Origin;
use ring::digest::{SHA256, digest};

/// Beside what may run. A media source is a MediaStream.
const CONTENT: &str = "default-src 'none'; style-src 'self'; img-src 'self' data: blob:; \
     media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; \
     base-uri 'none'; form-action 'none'";

/// Made once for a share.
#[derive(Debug)]
pub(crate) struct Policy {
    content: HeaderValue,
    may_be_embedded: bool,
}

impl Policy {
    /// `allow_embed`: the pages that may show ours inside them.
    pub(crate) fn new(allow_embed: &[Origin]) -> Policy {
        let ancestors: Vec<&str> = allow_embed.iter().map(Origin::as_str).collect();
        let ancestors = if ancestors.is_empty() { "'none'".to_owned() } else { ancestors.join(" ") };
        // An origin has no letter that a header cannot have.
        let scripts = scripts();
        let content = HeaderValue::try_from(format!("{CONTENT}; {scripts}; frame-ancestors {ancestors}"));
        let (content, may_be_embedded) = match content {
            Ok(content) => (content, !allow_embed.is_empty()),
            Err(_) => (HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"), false),
        };
        Policy { content, may_be_embedded }
    }

    /// Whether there is any page that may.
    pub(super) fn may_be_embedded(&self) -> bool {
        self.may_be_embedded
    }

    pub(super) fn harden(&self, mut response: Response) -> Response {
        let is_document = !is_part_of_a_page(&response);
        let headers = response.headers_mut();
        let mut put = |name, value| drop(headers.insert(name, HeaderValue::from_static(value)));
        put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        if is_document {
            put(header::REFERRER_POLICY, "no-referrer");
            put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
            if !self.may_be_embedded {
                // For browsers that do not know frame-ancestors; it could name no origin.
                put(header::X_FRAME_OPTIONS, "DENY");
            }
            headers.insert(header::CONTENT_SECURITY_POLICY, self.content.clone());
        } else {
            put(header::CONTENT_SECURITY_POLICY, "default-src 'self'");
        }
        response
    }
}

/// Our own files, and of scripts in a page only the one that the build put there: whatever other text found its way into the page
/// would not run.
fn scripts() -> String {
    format!("script-src 'self' 'sha256-{}'", STANDARD.encode(digest(&SHA256, FIRST_SCRIPT.as_bytes())))
}

fn is_part_of_a_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/javascript") || kind.starts_with(b"text/css"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    #[test]
    fn nobody_frames_the_page_but_those_who_are_named() {
        let headers = |allowed: &[Origin]| Policy::new(allowed).harden(Response::default()).headers().clone();
        let closed = headers(&[]);
        assert!(closed["content-security-policy"].to_str().unwrap().ends_with("; frame-ancestors 'none'"));
        assert_eq!(closed["x-frame-options"], "DENY");
        let open = headers(&["https://lab.example".parse().unwrap(), "http://localhost:8888".parse().unwrap()]);
        let policy = open["content-security-policy"].to_str().unwrap();
        assert!(policy.ends_with("; frame-ancestors https://lab.example http://localhost:8888"), "{policy}");
        assert!(!open.contains_key("x-frame-options"));
        // SHA-256 of nothing, as coreutils and base64 say it: what a page without its script would have.
        let nothing = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert!(policy.contains("; script-src 'self' 'sha256-") && !policy.contains(nothing), "{policy}");
        assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"));
    }
    #[test]
    fn scripts_and_styles_have_no_headers_of_documents() {
        let with = |kind| Policy::new(&[]).harden(([(header::CONTENT_TYPE, kind)], "").into_response());
        for kind in ["text/javascript; charset=utf-8", "text/css"] {
            let mut names: Vec<String> = with(kind).headers().keys().map(ToString::to_string).collect();
            names.sort();
            assert_eq!(
                names,
                ["content-security-policy", "content-type", "cross-origin-resource-policy", "x-content-type-options"],
                "{kind}"
            );
        }
        for kind in ["text/html", "image/svg+xml", "application/json"] {
            assert!(with(kind).headers().contains_key("referrer-policy"), "{kind}");
        }
    }
}
