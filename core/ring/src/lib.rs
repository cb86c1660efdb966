//! Shared memory between the app and the sidecar: the frame ring and the input ring.
