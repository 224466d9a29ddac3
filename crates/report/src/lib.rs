//! What leaves the product as a file: CSV, workbooks, charts, documents. Figures in, files out; rights and figures come from
//! services.

pub mod chart;
pub mod csv;
pub mod pdf;
pub mod png;
pub mod svg;
pub mod tables;
pub mod xlsx;
