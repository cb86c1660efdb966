//! [`Policy`]: the headers of every answer, which tell a browser what the page may do and who may hold it in a frame.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use heliograph_wire::Origin;

/// Without inline scripts: whatever text found its way into the page would not run. A media source is a MediaStream.
const CONTENT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
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
        let content = HeaderValue::try_from(format!("{CONTENT}; frame-ancestors {ancestors}"));
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
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, self.content.clone());
        if !self.may_be_embedded {
            // For browsers that do not know frame-ancestors; it could name no origin.
            headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        }
        let constant = [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        ];
        for (name, value) in constant {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"));
    }
}
