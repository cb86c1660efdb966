//! Fragments of offers and answers for trickle ICE and ICE restarts (RFC 8840, RFC 9725 section 4.3): credentials and
//! addresses, without the rest that stays as it is.

/// Of a fragment of the browser's or of a whole description.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Fragment {
    pub(super) ufrag: Option<String>,
    pub(super) password: Option<String>,
    /// Values of `a=candidate`, without that name.
    pub(super) candidates: Vec<String>,
}

/// More addresses than any browser has.
const CANDIDATES_MAX: usize = 64;

impl Fragment {
    /// Reads what there is; the first of each kind counts, as everything is bundled.
    pub(super) fn read(text: &str) -> Fragment {
        let mut fragment = Fragment::default();
        for line in text.lines() {
            let line = line.trim_end();
            if let Some(ufrag) = line.strip_prefix("a=ice-ufrag:") {
                fragment.ufrag.get_or_insert_with(|| ufrag.to_owned());
            } else if let Some(password) = line.strip_prefix("a=ice-pwd:") {
                fragment.password.get_or_insert_with(|| password.to_owned());
            } else if let Some(candidate) = line.strip_prefix("a=candidate:") {
                let is_new = !fragment.candidates.iter().any(|known| known == candidate);
                if is_new && fragment.candidates.len() < CANDIDATES_MAX {
                    fragment.candidates.push(candidate.to_owned());
                }
            }
        }
        fragment
    }

    /// As text; `mid` is that of the first media section.
    pub(super) fn write(&self, mid: &str) -> String {
        let mut text = String::new();
        for (name, value) in [("ice-ufrag", &self.ufrag), ("ice-pwd", &self.password)] {
            if let Some(value) = value {
                text += &format!("a={name}:{value}\r\n");
            }
        }
        text += &format!("m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:{mid}\r\n");
        for candidate in &self.candidates {
            text += &format!("a=candidate:{candidate}\r\n");
        }
        text + "a=end-of-candidates\r\n"
    }

    /// A description with this fragment's credentials and addresses in the place of its own.
    pub(super) fn applied_to(&self, description: &str) -> String {
        let mut applied = String::with_capacity(description.len());
        let mut sections = 0;
        for line in description.lines().map(str::trim_end) {
            let replaced = ["a=candidate:", "a=end-of-candidates", "a=ice-options:"];
            if replaced.iter().any(|name| line.starts_with(name)) {
                continue;
            }
            match (&self.ufrag, &self.password) {
                (Some(ufrag), _) if line.starts_with("a=ice-ufrag:") => applied += &format!("a=ice-ufrag:{ufrag}"),
                (_, Some(password)) if line.starts_with("a=ice-pwd:") => applied += &format!("a=ice-pwd:{password}"),
                _ => applied += line,
            }
            applied += "\r\n";
            sections += usize::from(line.starts_with("m="));
            // Addresses belong to the first section, which the others share (RFC 8843).
            if sections == 1 && line.starts_with("c=") {
                for candidate in &self.candidates {
                    applied += &format!("a=candidate:{candidate}\r\n");
                }
            }
        }
        applied
    }
}

/// The name of a description's first media section.
pub(super) fn first_mid(description: &str) -> &str {
    description.lines().find_map(|line| line.trim_end().strip_prefix("a=mid:")).unwrap_or("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 102\r\nc=IN IP4 0.0.0.0\r\na=candidate:1 1 udp 9 10.0.0.1 5000 typ host\r\n\
        a=ice-ufrag:old\r\na=ice-pwd:oldpassword\r\na=mid:0\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:old\r\na=ice-pwd:oldpassword\r\na=mid:1\r\n";

    #[test]
    fn a_fragment_takes_the_place_of_credentials_and_addresses_and_of_nothing_else() {
        let fragment = Fragment {
            ufrag: Some("new".to_owned()),
            password: Some("newpassword".to_owned()),
            candidates: vec!["2 1 udp 8 10.0.0.2 5001 typ host".to_owned()],
        };
        let applied = fragment.applied_to(OFFER);
        assert_eq!(Fragment::read(&applied), fragment);
        assert_eq!(applied.matches("a=ice-ufrag:new\r\n").count(), 2);
        assert_eq!(applied.matches("a=candidate:").count(), 1);
        assert!(!applied.contains("old") && applied.contains("webrtc-datachannel") && applied.contains("a=mid:1"));
        assert_eq!(first_mid(OFFER), "0");
    }

    #[test]
    fn what_is_written_is_read() {
        let fragment = Fragment::read(OFFER);
        assert_eq!(Fragment::read(&fragment.write("0")), fragment);
        let nothing = Fragment::read("nonsense\r\na=ice-ufrag\r\n");
        assert_eq!(nothing, Fragment::default());
        let many: String = (0..500).map(|port| format!("a=candidate:1 1 udp 9 10.0.0.1 {port} typ host\n")).collect();
        assert_eq!(Fragment::read(&many).candidates.len(), CANDIDATES_MAX);
    }
}
