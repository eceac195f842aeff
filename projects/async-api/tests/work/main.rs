//! Audits and the workers that do them, against sites of their own and a real store.

mod addresses;
mod images;
mod interrupted;
mod killed;
mod leases;
mod support;
mod whole;
