//! Host and Origin, compared whole with what this host is called. Against a page of someone else's that makes its
//! visitor's browser ask us: by a name that points here (DNS rebinding), or across origins.

use super::Failure;
use super::listener::Local;
use axum::extract::{ConnectInfo, Request};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;

/// Lets a request pass, or answers 403.
pub(super) async fn check(ConnectInfo(Local(local)): ConnectInfo<Local>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let hosts = own_hosts(local);
    let host_is_ours = text(header::HOST).is_some_and(|host| hosts.iter().any(|own| own.eq_ignore_ascii_case(host)));
    if !host_is_ours || headers.get_all(header::HOST).iter().count() != 1 {
        return refuse("This host is not called that; use the link as it was given.");
    }
    let changes_something = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes_something && headers.contains_key(header::ORIGIN) {
        let origin = text(header::ORIGIN).and_then(|origin| origin.strip_prefix("http://"));
        if !origin.is_some_and(|origin| hosts.iter().any(|own| own.eq_ignore_ascii_case(origin))) {
            return refuse("Another web page may not speak for its visitors here.");
        }
    }
    next.run(request).await
}

fn refuse(sentence: &str) -> Response {
    Failure::new(StatusCode::FORBIDDEN, sentence).into_response()
}

/// What the host is called by those who reach it at `local`: the address itself and, on loopback, `localhost`.
fn own_hosts(local: SocketAddr) -> Vec<String> {
    // An IPv4 caller of an IPv6 socket.
    let local = SocketAddr::new(local.ip().to_canonical(), local.port());
    let mut names = vec![local.to_string()];
    if local.ip().is_loopback() {
        names.push(format!("localhost:{}", local.port()));
    }
    if local.port() == 80 {
        // Browsers leave the port out.
        let without: Vec<String> = names.iter().filter_map(|name| Some(name.strip_suffix(":80")?.to_owned())).collect();
        names.extend(without);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_called_by_its_address_and_port_and_nothing_else() {
        let hosts = |local: &str| own_hosts(local.parse().unwrap());
        assert_eq!(hosts("127.0.0.1:8200"), ["127.0.0.1:8200", "localhost:8200"]);
        assert_eq!(hosts("192.168.1.7:8200"), ["192.168.1.7:8200"]);
        assert_eq!(hosts("[::ffff:192.168.1.7]:8200"), ["192.168.1.7:8200"]);
        assert_eq!(hosts("[::1]:8200"), ["[::1]:8200", "localhost:8200"]);
        assert_eq!(hosts("10.0.0.1:80"), ["10.0.0.1:80", "10.0.0.1"]);
    }
}
