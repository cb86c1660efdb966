//! Who may ask at all. Against a page of someone else's that makes its visitor's browser ask us: by a name that points
//! here (DNS rebinding), across origins, or from inside a frame; and against strangers who ask without end.

use super::Known;
use super::failure::Failure;
use super::hosts::{Reached, sole};
use super::listener::Caller;
use crate::share::Share;
use crate::stage::lock;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Instant;

/// Lets a request pass, with what its token allows, or answers 403 or 429. Nothing of the body has been read.
pub(super) async fn check(State(share): State<Arc<Share>>, mut request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>().cloned() else {
        return Failure::WRONG_HOST.into_response();
    };
    let headers = request.headers();
    let reached = share.hosts.reached(headers, request.uri(), &caller.local_names, caller.remote);
    let role = share.access.role(sole(headers, header::AUTHORIZATION));
    if matches!(reached, Some(Reached::Publicly(..))) {
        caller.seat.tunnel_request();
    }
    let asker = reached.as_ref().map_or(caller.remote, |reached| reached.asker(headers, caller.remote));
    if role.is_some() {
        caller.seat.mark_known();
    } else if !lock(&share.strangers).may_ask(asker, Instant::now()) {
        return Failure::TOO_MANY_REQUESTS.into_response();
    }
    if let Err(failure) = judge(request.method(), headers, reached.as_ref(), share.policy.may_be_embedded()) {
        return failure.into_response();
    }
    request.extensions_mut().insert(Known { role, asker });
    next.run(request).await
}

/// Whether a request of this kind may come from where it says that it comes.
fn judge(
    method: &Method,
    headers: &HeaderMap,
    reached: Option<&Reached>,
    may_be_embedded: bool,
) -> Result<(), Failure> {
    let Some(reached) = reached else { return Err(Failure::WRONG_HOST) };
    let is_own = match headers.contains_key(header::ORIGIN) {
        true => sole(headers, header::ORIGIN).is_some_and(|origin| reached.is_own_page(origin)),
        // A browser names its page where it matters; what is no browser has none to name.
        false => !is_upgrade(headers) && (is_reading(method) || !is_from_page(headers)),
    };
    if is_own && is_own_site(method, headers, may_be_embedded) { Ok(()) } else { Err(Failure::WRONG_ORIGIN) }
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The same-origin policy does not hold for WebSockets: any page may open one.
fn is_upgrade(headers: &HeaderMap) -> bool {
    let upgrades = headers.get_all(header::UPGRADE).iter();
    upgrades.filter_map(|value| value.to_str().ok()).any(|value| value.to_ascii_lowercase().contains("websocket"))
}

/// Browsers say one or the other, and no page can make them leave both out.
fn is_from_page(headers: &HeaderMap) -> bool {
    let browser = headers.get(header::USER_AGENT).is_some_and(|agent| agent.as_bytes().starts_with(b"Mozilla/"));
    browser || headers.keys().any(|name| name.as_str().starts_with("sec-fetch-"))
}

/// What the browser says of the page that asks (Fetch Metadata): another site's may follow a link to us, and hold us in
/// a frame where that is allowed; it may not fetch from us, nor show our files in itself.
fn is_own_site(method: &Method, headers: &HeaderMap, may_be_embedded: bool) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match text("sec-fetch-site") {
        None | Some("same-origin" | "none") => true,
        Some(_) if text("sec-fetch-mode") != Some("navigate") || !is_reading(method) => false,
        Some(_) => text("sec-fetch-dest") == Some("document") || may_be_embedded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: (&str, &str) = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)");

    fn passes(method: Method, pairs: &[(&'static str, &'static str)], may_be_embedded: bool) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        judge(&method, &headers, Some(&Reached::Locally("127.0.0.1:81")), may_be_embedded).is_ok()
    }

    #[test]
    fn a_post_from_a_page_names_its_page_and_it_is_ours() {
        let ours = ("origin", "http://127.0.0.1:81");
        for method in [Method::POST, Method::DELETE, Method::PATCH] {
            let post = |pairs: &[_]| passes(method.clone(), pairs, true);
            assert!(post(&[CHROME, ours, ("sec-fetch-site", "same-origin")]));
            assert!(post(&[]) && post(&[("user-agent", "GStreamer whepsrc")]), "a player that is no browser");
            assert!(!post(&[CHROME]), "a page that names no origin");
            assert!(!post(&[("sec-fetch-mode", "cors")]) && !post(&[("sec-fetch-site", "same-origin")]));
            for origin in [
                "null",
                "http://evil.test",
                "http://127.0.0.1:82",
                "https://127.0.0.1:81",
                "http://127.0.0.1:81.evil.test",
            ] {
                assert!(!post(&[("origin", origin)]) && !post(&[CHROME, ("origin", origin)]), "{origin}");
            }
            assert!(!post(&[ours, ours]), "two origins");
        }
    }

    #[test]
    fn a_web_socket_always_names_our_page() {
        let upgrade = ("upgrade", "websocket");
        assert!(passes(Method::GET, &[upgrade, ("origin", "http://127.0.0.1:81")], false));
        assert!(!passes(Method::GET, &[upgrade], false), "not even from what is no browser");
        assert!(!passes(Method::GET, &[("upgrade", "h2c, WebSocket")], false));
        assert!(!passes(Method::GET, &[upgrade, ("origin", "null")], true));
        assert!(passes(Method::GET, &[("upgrade", "h2c")], false));
    }

    #[test]
    fn another_site_may_link_to_us_and_neither_fetch_from_us_nor_frame_us_unless_allowed() {
        let from = |site, mode, dest, embed| {
            passes(
                Method::GET,
                &[CHROME, ("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)],
                embed,
            )
        };
        for site in ["cross-site", "same-site"] {
            assert!(from(site, "navigate", "document", false), "a link in a mail");
            assert!(!from(site, "navigate", "iframe", false) && from(site, "navigate", "iframe", true));
            for (mode, dest) in [
                ("no-cors", "empty"),
                ("cors", "empty"),
                ("no-cors", "script"),
                ("no-cors", "image"),
                ("websocket", "websocket"),
            ] {
                assert!(!from(site, mode, dest, true), "{mode} {dest}");
            }
        }
        assert!(from("same-origin", "cors", "script", false) && from("none", "navigate", "document", false));
        let cross_origin_read = [CHROME, ("origin", "http://evil.test")];
        assert!(!passes(Method::GET, &cross_origin_read, false));
    }

    #[test]
    fn a_name_that_is_not_ours_opens_nothing() {
        assert!(judge(&Method::GET, &HeaderMap::new(), None, true).is_err());
    }
}
