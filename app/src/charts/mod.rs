//! Charts that the browser draws from the server's geometry.

pub mod difference;
pub mod sankey;
pub mod series;
mod walk;
