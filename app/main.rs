//! The executable: dispatches to the window, the headless host or the sidecar.
fn main() {}
