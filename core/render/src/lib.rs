//! The renderer: a scene to pixels with wgpu; no window.
