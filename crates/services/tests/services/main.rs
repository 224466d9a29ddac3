//! Use cases through their public surface, on SQLite or, where THROUGHLINE_TEST_POSTGRES names one, on
//! PostgreSQL.

mod alerts;
mod setting;

mod drivers;
mod explore;
mod grid;
mod imports;
mod inventory;
mod machines;
mod people;
mod reviews;
mod summary;
