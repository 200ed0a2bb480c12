//! The KRaft controller.

pub mod placement;
