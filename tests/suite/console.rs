//! Stories of the console: keys and messages in, state and exact effects out.

mod arming;
mod chaos;
mod dossier;
mod events;
mod forms;
mod overlays;
mod panes;
mod plans;
mod steps;
