//! Everything in memory: for tests and first steps. It forgets when the process ends, so the server
//! never uses it.

/// Keeps everything in memory.
#[derive(Debug, Default)]
pub struct MemoryStorage {}
