//! The system model that consumes the loss table: link and power budgets from a laser's wall plug to the receiver.
