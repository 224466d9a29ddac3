//! Pieces that pages are made of, on semantic HTML.

pub mod combobox;
pub mod confirm;
pub mod escape;
pub mod export;
pub mod frame;
pub mod help;
pub mod icon;
pub mod live;
pub mod loaded;
pub mod notice;
pub mod owner;
pub mod palette;
pub mod post;
pub mod spark;
pub mod stream;
pub mod tabs;
pub mod tour;
pub mod upload;
