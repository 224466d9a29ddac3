//! What leaves the product as a file: CSV and SVG. Pure text in, text out; rights and figures come from
//! services.

pub mod csv;
pub mod svg;
