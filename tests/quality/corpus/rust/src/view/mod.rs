pub mod highlight;
pub mod viewport;
pub mod wrap;
