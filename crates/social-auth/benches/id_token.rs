//! What it costs to verify one id token with keys at hand: `cargo bench -p social-auth --bench id_token`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a bench, like a test, may fail loudly")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::json;
use social_auth::jose::Algorithm;
use social_auth::protocol::oidc::{IdTokenRules, IssuerRule, verify_id_token};

#[path = "../tests/oidc/signing.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod signing;

const NOW: i64 = 1_767_960_000;

fn verification(criterion: &mut Criterion) {
    let (issuer, audiences) = (IssuerRule::exact("https://op.example"), ["a-key".to_owned()]);
    let mut rules = IdTokenRules::new(&issuer, &audiences, NOW);
    rules.nonce = Some("n-0S6_WzA2Mj");
    rules.access_token = Some("an-access-token");
    let keys = signing::all_keys();
    let mut group = criterion.benchmark_group("verify_id_token");
    for algorithm in [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::ES512, Algorithm::EdDSA] {
        let claims = json!({
            "iss": "https://op.example", "sub": "248289761001", "aud": "a-key", "exp": NOW + 300, "iat": NOW,
            "nonce": "n-0S6_WzA2Mj", "at_hash": algorithm.half_hash("an-access-token"), "email": "alice@example.com"
        });
        let token = signing::token(algorithm, &claims);
        group.bench_function(algorithm.name(), |bencher| {
            bencher.iter(|| verify_id_token(black_box(&token), &rules, &keys).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, verification);
criterion_main!(benches);
