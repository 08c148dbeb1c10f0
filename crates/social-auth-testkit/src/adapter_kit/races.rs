//! Checks of things that happen at the same time.

use tokio::task::JoinSet;

use super::{Answer, Parts, Site, Visitor};

const RACERS: usize = 50;

/// GHSA-392p-2q2v-4372 and its kind: what may be spent once is spent once.
pub(super) async fn of_parallel_callbacks_with_one_state_one_signs_in(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let callback = site.callback(&mut visitor, "dev", "alice").await;
    let answers = race((0..RACERS).map(|_| (visitor.clone().program(), callback.clone()))).await;
    let signed_in = answers.iter().filter(|(_, answer)| answer.location() == "/welcome").count();
    let refused = answers.iter().filter(|(_, answer)| answer.code() == "attempt_used").count();
    assert_eq!((signed_in, refused), (1, RACERS - 1));
    assert_eq!(signed_in_visitors(answers).await, 1);
    let code = callback.split("code=").nth(1).and_then(|rest| rest.split('&').next()).unwrap();
    let redemptions = site.idp.requests_to("/oauth2/token").into_iter().filter(|request| request.field("code") == Some(code));
    assert_eq!(redemptions.count(), 1, "the code is not redeemed by those who lost");
}

pub(super) async fn parallel_first_logins_of_one_person_make_one_user(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut begun = Vec::new();
    for _ in 0..RACERS {
        let mut visitor = site.visitor();
        let callback = site.callback(&mut visitor, "dev", "alice").await;
        begun.push((visitor, callback));
    }
    let answers = race(begun.into_iter()).await;
    let failed: Vec<_> = answers.iter().filter(|(_, answer)| answer.location() != "/welcome").map(|(_, answer)| answer).collect();
    assert!(failed.is_empty(), "{} of {RACERS} failed, the first with {:?}", failed.len(), failed.first());
    assert_eq!(site.storage.users_by_email("alice@example.test").await.unwrap().len(), 1);
    let user = site.storage.association("dev", "1001").await.unwrap().unwrap().user_id;
    assert_eq!(site.storage.associations_of(&user).await.unwrap().len(), 1);
    assert_eq!(signed_in_visitors(answers).await, RACERS);
}

async fn race(callbacks: impl Iterator<Item = (Visitor, String)>) -> Vec<(Visitor, Answer)> {
    let mut running = JoinSet::new();
    for (mut visitor, callback) in callbacks {
        running.spawn(async move {
            let answer = visitor.follow(&callback).await;
            (visitor, answer)
        });
    }
    running.join_all().await
}

async fn signed_in_visitors(answers: Vec<(Visitor, Answer)>) -> usize {
    let mut count = 0;
    for (mut visitor, _) in answers {
        count += usize::from(visitor.who().await == "alice");
    }
    count
}
