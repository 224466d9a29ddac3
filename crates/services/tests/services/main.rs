//! Use cases through their public surface, on SQLite or, where THROUGHLINE_TEST_POSTGRES names one, on
//! PostgreSQL.

mod setting;

mod explore;
mod imports;
mod inventory;
mod machines;
mod people;
