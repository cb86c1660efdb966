//! The data model: loaders, camera, commands, layout and picking; no GPU.
