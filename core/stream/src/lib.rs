//! The sidecar: encodes the mirrored frames once and streams them to browsers.
