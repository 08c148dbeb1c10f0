//! The storage kit on the storage in memory.

use std::sync::Arc;

use social_auth::storage::MemoryStorage;

#[tokio::test(flavor = "multi_thread")]
async fn the_storage_in_memory_passes_the_kit() {
    social_auth_testkit::storage_kit::run(async || Arc::new(MemoryStorage::new()) as _).await;
}
