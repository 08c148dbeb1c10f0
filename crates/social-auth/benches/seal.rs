//! Sealing a sign-in attempt into its cookie and opening it again: `cargo bench -p social-auth --bench seal`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a bench, like a test, may fail loudly")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use social_auth::Secret;
use social_auth::attempt::Attempt;
use social_auth::seal::{Sealer, random_token};

fn seal(criterion: &mut Criterion) {
    let keys = ["the key of today, which is long enough", "the key of yesterday, which is long enough"];
    let sealer = Sealer::new(&keys.map(Secret::from)).unwrap();
    let former = Sealer::new(&[Secret::from(keys[1])]).unwrap();
    let mut attempt = Attempt::new("acme", "https://app.example/complete/acme/", 1_767_960_000, 900);
    attempt.nonce = Some(random_token(32));
    attempt.pkce_verifier = Some(random_token(48));
    attempt.issuer = Some("https://op.example".to_owned());
    attempt.next = Some("/there".to_owned());
    let (sealed, of_former) = (attempt.seal(&sealer).unwrap(), attempt.seal(&former).unwrap());
    let mut group = criterion.benchmark_group("attempt");
    group.bench_function("seal", |bencher| bencher.iter(|| black_box(&attempt).seal(&sealer).unwrap()));
    group.bench_function("open", |bencher| bencher.iter(|| Attempt::open(&sealer, black_box(&sealed)).unwrap()));
    group.bench_function("open with a former key", |bencher| bencher.iter(|| Attempt::open(&sealer, black_box(&of_former)).unwrap()));
    group.bench_function("refuse a changed one", |bencher| {
        let changed = format!("{}A", &sealed[..sealed.len() - 1]);
        bencher.iter(|| assert!(Attempt::open(&sealer, black_box(&changed)).is_none()));
    });
    group.finish();
}

criterion_group!(benches, seal);
criterion_main!(benches);
