//! The storage kit on SQLite: a file, a database in memory, and databases that Django made.

use std::sync::{Arc, Mutex};

use social_auth_sqlx::SqlxStorage;
use social_auth_testkit::storage_kit;

use crate::file::File;

async fn migrated(url: &str) -> SqlxStorage {
    let storage = SqlxStorage::connect(url).await.unwrap();
    storage.migrate().await.unwrap();
    storage
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_passes_the_kit() {
    let files = Mutex::new(Vec::new());
    storage_kit::run(async || {
        let file = File::missing();
        let storage = migrated(&file.url()).await;
        files.lock().unwrap().push(file);
        Arc::new(storage) as _
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_memory_passes_the_kit() {
    storage_kit::run(async || Arc::new(migrated("sqlite::memory:").await) as _).await;
}

async fn django_passes_the_kit(generation: u8) {
    let files = Mutex::new(Vec::new());
    storage_kit::run(async || {
        let file = File::made_by_django(generation).await;
        let storage = migrated(&file.url()).await;
        files.lock().unwrap().push(file);
        Arc::new(storage) as _
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_social_app_django_5_passes_the_kit() {
    django_passes_the_kit(5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_social_app_django_6_passes_the_kit() {
    django_passes_the_kit(6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_social_app_django_8_passes_the_kit() {
    django_passes_the_kit(8).await;
}
