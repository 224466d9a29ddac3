//! Getting in, and who may.

pub mod invitation;
pub mod sign_in;
pub mod users;
