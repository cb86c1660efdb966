//! VTK's files ([`legacy`] and those in XML, [`markup`]): read into one form ([`said`]) and turned into layers in one way
//! ([`layers`]).

mod arrays;
mod corners;
mod image;
mod input;
mod layers;
pub(super) mod legacy;
pub(super) mod markup;
mod packed;
mod pieces;
mod said;
mod volumes;
