//! RGBA frames to H.264 access units: the wrapper over the raw API of openh264.
