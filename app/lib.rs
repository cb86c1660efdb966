//! Heliograph: draws scientific data in a window and mirrors the view to browsers.
