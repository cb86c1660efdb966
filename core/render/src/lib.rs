//! The renderer: a scene to pixels with wgpu; no window.
//!
//! [`Gpu`] finds something that draws, [`Renderer`] draws a [`heliograph_scene::Scene`] into one offscreen picture that a
//! window may sample ([`Renderer::color_view`]) and a mirror may read ([`Renderer::start_readback`]).
//!
//! A frame, in one submission:
//!
//! 1. points, by a compute shader, into 64-bit texels of depth and colour (`points`, `accumulation`);
//! 2. a pass over all pixels that turns these into colour and depth, lit by eye-dome lighting, over the background;
//! 3. meshes, slices of volumes, nodes, streamlines, links, the box about the data, the mark on what is picked, hidden by depth.
//!
//! 4. volumes as a whole, marched through up to what is opaque, into a picture of their own that is laid over (`fog`).
//!
//! The axes in the corner and all text are vectors, drawn over the picture by window and page: see
//! [`heliograph_scene::Triad`].
//!
//! **Depth is reversed everywhere**: 1 at the near plane, 0 far away; greater is nearer. **Colours are sRGB bytes** from
//! the layers' lists to the picture, whose format does not decode them.
//!
//! A frame of many points is never late: it draws what fits its time and says that it is not whole (`meter`, `pace`).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod accumulation;
mod background;
mod compose;
mod fog;
mod frame;
mod glass;
mod gpu;
mod image;
mod layers;
mod lens;
mod mesh;
mod meter;
mod network;
mod pace;
mod pipeline;
mod pipelines;
mod points;
mod readback;
mod renderer;
mod resolve;
mod segments;
mod shaders;
mod surface;
mod target;
mod tracts;
mod upload;
mod volume;
mod web;

pub use gpu::{Gpu, GpuError};
pub use image::Image;
pub use renderer::{Drawn, Options, RenderError, Renderer};
