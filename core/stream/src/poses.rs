//! [`Poses`]: what one viewer is told of the camera, frame by frame.

use crate::packets::MediaFrame;
use heliograph_wire::pointer::Message;
use heliograph_wire::{Pose, ViewerId};

/// Says the camera of each frame that was drawn from elsewhere, or that shows another input of the viewer, than what was
/// said last. The way there loses messages, so the newest is said once more with the next frame that has no other.
#[derive(Debug, Default)]
pub(crate) struct Poses {
    /// The newest of the viewer's inputs that a frame showed.
    seq: u32,
    said: Option<(Pose, u32)>,
    is_repeated: bool,
}

impl Poses {
    /// The message that goes with a frame to this viewer, if any.
    pub(crate) fn message(&mut self, frame: &MediaFrame, viewer: ViewerId) -> Option<Message> {
        let pose = frame.pose?;
        let shown = frame.shown.iter().rev().find(|(other, _)| *other == viewer);
        self.seq = shown.map_or(self.seq, |(_, seq)| *seq);
        let is_new = self.said != Some((pose, self.seq));
        if !is_new && self.is_repeated {
            return None;
        }
        self.said = Some((pose, self.seq));
        self.is_repeated = !is_new;
        Some(Message::Camera { seq: self.seq, rtp_timestamp: frame.rtp_timestamp, pose })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packets::Medium;
    use bytes::Bytes;

    const ME: ViewerId = ViewerId(7);

    fn frame(yaw: Option<f32>, rtp_timestamp: u32, shown: &[(ViewerId, u32)]) -> MediaFrame {
        let pose =
            yaw.map(|yaw| Pose { target: [0.0; 3], yaw, pitch: 0.5, distance: 4.0, fov_y: 0.8, orthographic: false });
        MediaFrame {
            medium: Medium::H264,
            file: Bytes::new(),
            payloads: Vec::new(),
            rtp_timestamp,
            drawn_us: 0,
            keyframe: false,
            shown: shown.into(),
            pose,
        }
    }

    #[test]
    fn a_pose_is_said_when_it_is_another_and_once_more_at_rest() {
        let mut poses = Poses::default();
        let mut said = |frame: MediaFrame| match poses.message(&frame, ME) {
            Some(Message::Camera { seq, rtp_timestamp, pose }) => Some((seq, rtp_timestamp, pose.yaw)),
            _ => None,
        };
        assert_eq!(said(frame(None, 1, &[(ME, 3)])), None);
        assert_eq!(said(frame(Some(0.5), 2, &[(ME, 4)])), Some((4, 2, 0.5)));
        assert_eq!(said(frame(Some(1.0), 3, &[(ViewerId(8), 9)])), Some((4, 3, 1.0)));
        assert_eq!(said(frame(Some(1.0), 4, &[])), Some((4, 4, 1.0)), "once more");
        assert_eq!(said(frame(Some(1.0), 5, &[])), None);
        // An input that moved nothing is reflected all the same.
        assert_eq!(said(frame(Some(1.0), 6, &[(ME, 5), (ME, 6)])), Some((6, 6, 1.0)));
        assert_eq!(said(frame(Some(1.0), 7, &[])), Some((6, 7, 1.0)));
        assert_eq!(said(frame(Some(1.0), 8, &[])), None);
    }
}
