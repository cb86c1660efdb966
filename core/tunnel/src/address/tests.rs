use super::*;

/// The first line with an address, as a command's output is read.
fn first(transcript: &str) -> Option<String> {
    transcript.lines().find_map(tunnel_in)
}

#[test]
fn cloudflared_prints_its_terms_and_manual_before_the_address() {
    let transcript = "\
2026-02-03T10:15:30Z INF Thank you for trying Cloudflare Tunnel. Doing so, without a Cloudflare account, is a quick way to experiment and try it out. However, be aware that these account-less Tunnels have no uptime guarantee, are subject to the Cloudflare Online Services Terms of Use (https://www.cloudflare.com/website-terms/), and Cloudflare reserves the right to investigate your use of Tunnels for violations of such terms. If you intend to use Tunnels in production you should use a pre-created named tunnel by following: https://developers.cloudflare.com/cloudflare-one/connections/connect-apps
2026-02-03T10:15:30Z INF Requesting new quick Tunnel on trycloudflare.com...
2026-02-03T10:15:33Z INF +--------------------------------------------------------------------------------------------+
2026-02-03T10:15:33Z INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |
2026-02-03T10:15:33Z INF |  https://purple-rain-four-words.trycloudflare.com                                          |
2026-02-03T10:15:33Z INF +--------------------------------------------------------------------------------------------+
2026-02-03T10:15:33Z INF Settings: map[ha-connections:1 protocol:quic url:http://127.0.0.1:8080]";
    assert_eq!(first(transcript).as_deref(), Some("https://purple-rain-four-words.trycloudflare.com"));
}

#[test]
fn cloudflareds_own_server_is_not_the_tunnel() {
    let line = "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": dial tcp: i/o timeout";
    assert_eq!(first(line), None);
    assert_eq!(first("tunnel server is https://api.trycloudflare.com"), None);
}

#[test]
fn localhost_run_prints_admin_links_before_the_address() {
    let transcript = "\
===============================================================================
Welcome to localhost.run!

Follow your favourite reverse tunnel at [https://twitter.com/localhost_run].

To set up and manage custom domains go to https://admin.localhost.run/

More details on custom domains (and how to enable subdomains of your custom
domain) at https://localhost.run/docs/custom-domains

If you get a permission denied error check the faq for how to connect with a key or
create a free tunnel without a key at [http://localhost:3000/docs/faq].

To explore using localhost.run visit the documentation site:
https://localhost.run/docs/

===============================================================================

** your connection id is 5f0c2f4e-8b1c-4b0e-9f3e-2a, please mention it if you send me a message about an issue. **

authenticated as anonymous user
8beaa541ba3dc2.lhr.life tunneled with tls termination, https://8beaa541ba3dc2.lhr.life
create an account and add your key for a longer lasting domain name. see https://localhost.run/docs/forever-free/ for more information.";
    assert_eq!(first(transcript).as_deref(), Some("https://8beaa541ba3dc2.lhr.life"));
}

#[test]
fn serveo_prints_in_colour() {
    let transcript = "\
Warning: Permanently added 'serveo.net' (RSA) to the list of known hosts.
To request a particular subdomain, register at https://console.serveo.net/ssh/keys?add=SHA256%3Aabc
\u{1b}[32mForwarding HTTP traffic from \u{1b}[0m\u{1b}[32mhttps://59614f9c88d865c5-35-153-157-12.serveousercontent.com\u{1b}[0m
HTTP request from 203.0.113.9 to https://other.serveo.net/";
    assert_eq!(first(transcript).as_deref(), Some("https://59614f9c88d865c5-35-153-157-12.serveousercontent.com"));
}

#[test]
fn localtunnel_prints_one_line_and_perhaps_where_to_find_the_password() {
    let transcript =
        "your tunnel password is at https://loca.lt/mytunnelpassword\nyour url is: https://shaggy-goats-dance.loca.lt";
    assert_eq!(first(transcript).as_deref(), Some("https://shaggy-goats-dance.loca.lt"));
}

#[test]
fn tailscale_funnel_ends_the_address_with_a_slash_and_links_to_its_log_in() {
    let transcript = "\
Funnel is not enabled on your tailnet.
To enable, visit:

         https://login.tailscale.com/f/funnel?node=nABC123

Success.
Available on the internet:

https://microscope.tail737e71.ts.net/
|-- proxy http://127.0.0.1:8080

Press Ctrl+C to exit.";
    assert_eq!(first(transcript).as_deref(), Some("https://microscope.tail737e71.ts.net"));
    assert_eq!(first("https://a.tail1.ts.net:8443/ (Funnel on)").as_deref(), Some("https://a.tail1.ts.net:8443"));
}

#[test]
fn bore_gives_no_https_so_there_is_no_address() {
    let transcript = "\
2026-02-03T10:15:30.123Z  INFO bore_cli::client: connected to server remote_port=40123
2026-02-03T10:15:30.124Z  INFO bore_cli::client: listening at bore.pub:40123";
    assert_eq!(first(transcript), None);
}

#[test]
fn a_server_of_ones_own_is_known_by_its_words_or_by_standing_alone() {
    for (line, wanted) in [
        ("Forwarding HTTP traffic from https://jenkins.ssi.sh", Some("https://jenkins.ssi.sh")),
        ("  https://tunnel.lab.example.org  ", Some("https://tunnel.lab.example.org")),
        ("url=https://demo.example.org:8443", Some("https://demo.example.org:8443")),
        ("Public address: HTTPS://Demo.Example.org.", Some("https://demo.example.org")),
        ("Thanks to https://sponsor.example.org", None),
        ("Visit https://docs.example.org", None),
        ("tunnel to https://127.0.0.1:8080 at https://localhost:3", None),
        ("url: https://user@evil.example.org", None),
        ("url: https://demo.example.org/path and url: https://", None),
        ("url: https://{subdomain}.example.org", None),
        ("url: https://*.example.org", None),
        ("url: https://demo.example.org:99999", None),
    ] {
        assert_eq!(tunnel_in(line).as_deref(), wanted, "{line}");
    }
}
