//! The words of the house: pure values that every layer speaks in.
//!
//! Nothing here reads a clock, does input or output, or names another layer.

pub mod actor;
pub mod event;
pub mod exposure;
pub mod fault;
pub mod finding;
pub mod instance;
pub mod inventory;
pub mod network;
pub mod resource;
pub mod scope;
pub mod storage;
pub mod surroundings;
pub mod text;
pub mod window;
