//! Pieces that pages are made of, on semantic HTML.

pub mod format;
pub mod frame;
pub mod icon;
pub mod notice;
pub mod owner;
pub mod post;
