//! What leaves the product as a file: CSV, workbooks, SVG. Figures in, files out; rights and figures come from
//! services.

pub mod chart;
pub mod csv;
pub mod svg;
pub mod xlsx;
