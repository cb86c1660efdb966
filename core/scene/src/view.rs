//! [`View`]: how a scene is looked at, without its data, and its code: a short text that can be sent to anyone who has the
//! same data open.
//!
//! The code is `hv1.` and then base64url (RFC 4648, without padding) of the deflated (RFC 1951) JSON. The page makes and reads
//! the same (`web-viewer/core/view.js`).

use crate::CommandError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use heliograph_wire::Value;
use serde::{Deserialize, Serialize};
use std::io::Read;

/// How a scene is looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Whence.
    pub camera: ViewCamera,
    /// The scene's own properties that are not as they are at first.
    #[serde(default)]
    pub settings: Vec<Setting>,
    /// The layers.
    #[serde(default)]
    pub layers: Vec<ViewLayer>,
}

/// Whence. Angles in radians, as in [`heliograph_wire::Pose`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViewCamera {
    /// What the camera turns about, in the coordinates of the first layer's file.
    pub target: [f64; 3],
    /// The turn about z.
    pub yaw: f32,
    /// The height over the horizon.
    pub pitch: f32,
    /// From the eye to the target.
    pub distance: f32,
    /// The vertical angle of view.
    pub fov_y: f32,
    /// Without perspective.
    #[serde(default)]
    pub orthographic: bool,
}

/// How a layer is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViewLayer {
    /// Which: the layer of this name.
    pub name: String,
    /// Whether it is drawn.
    pub visible: bool,
    /// Its properties that are not as they are at first, in an order in which they can be set.
    #[serde(default)]
    pub settings: Vec<Setting>,
    /// Which of its elements are selected, as [`heliograph_wire::selection::SelectedLayer::code`] says it; none where none is, or
    /// too many are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<String>,
}

/// A property and its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting(pub String, pub Value);

const START: &str = "hv1.";
/// A code of the greatest length that is taken holds less than this.
const MOST_JSON_BYTES: u64 = 256 * 1024;

impl View {
    /// As a short text.
    pub fn code(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut packed = Vec::new();
        // Reading from memory into memory does not fail.
        let _ = DeflateEncoder::new(json.as_slice(), Compression::best()).read_to_end(&mut packed);
        format!("{START}{}", URL_SAFE_NO_PAD.encode(&packed))
    }

    /// The view of a code. White space about it, and a link that ends in one, are taken, too.
    ///
    /// # Errors
    /// When it is none, or cut short.
    pub fn of_code(text: &str) -> Result<View, CommandError> {
        let text = text.trim();
        let start = text.find(START).ok_or(CommandError::NoView("it does not begin with “hv1.”"))?;
        let cut = CommandError::NoView("it is cut short or changed");
        let packed = URL_SAFE_NO_PAD.decode(&text[start + START.len()..]).map_err(|_| cut.clone())?;
        let mut json = Vec::new();
        let mut unpacked = DeflateDecoder::new(packed.as_slice()).take(MOST_JSON_BYTES);
        unpacked.read_to_end(&mut json).map_err(|_| cut.clone())?;
        serde_json::from_slice(&json).map_err(|_| cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> View {
        View {
            camera: ViewCamera {
                target: [636_000.25, 849_000.5, 412.0],
                yaw: 0.6,
                pitch: 0.5,
                distance: 1234.5,
                fov_y: 0.8,
                orthographic: false,
            },
            settings: vec![Setting("background".into(), Value::Choice("white".into()))],
            layers: vec![ViewLayer {
                name: "autzen".into(),
                visible: true,
                settings: vec![Setting("color_range".into(), Value::Interval([400.0, 460.0]))],
                selected: Some("Y2BgYAQA".into()),
            }],
        }
    }

    #[test]
    fn a_view_is_the_same_after_its_code_and_a_link_may_carry_it() {
        let code = view().code();
        assert!(code.len() < 400, "{} letters", code.len());
        assert_eq!(View::of_code(&code), Ok(view()));
        assert_eq!(View::of_code(&format!(" https://a.example/#abc&view={code}\n")), Ok(view()));
    }

    #[test]
    fn what_is_no_code_is_refused_whatever_it_is() {
        let code = view().code();
        for bad in ["", "hv1.", "hv2.abc", "hv1.ü", &code[..code.len() - 9], &code.replace('A', "B")[..40]] {
            assert!(View::of_code(bad).is_err(), "{bad} passed");
        }
        // A text that unpacks to a thousand times its length.
        let mut packed = Vec::new();
        let bomb = vec![b' '; 8 << 20];
        DeflateEncoder::new(bomb.as_slice(), Compression::best()).read_to_end(&mut packed).unwrap();
        assert!(View::of_code(&format!("hv1.{}", URL_SAFE_NO_PAD.encode(&packed))).is_err());
    }
}
