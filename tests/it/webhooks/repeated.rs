//! Every webhook of a night, delivered again: nothing changes, and a voice webhook gets the answer that it got.

use std::collections::BTreeSet;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::night;
use crate::support::world::{Webhook, World};

/// Delivers them; every answer must be what it was.
async fn again(world: &World, webhooks: &[Webhook], how: &str) {
    let (kept, sent) = (world.kept().await, (world.carrier().messages(), world.carrier().calls()));
    for webhook in webhooks {
        let answer = world.repeat(webhook).await;
        assert_eq!(answer, webhook.answer, "{how}: {}", webhook.path);
    }
    assert_eq!(world.kept().await, kept, "{how}");
    world.settle().await;
    assert_eq!(world.kept().await, kept, "{how}, when everything has settled");
    assert_eq!((world.carrier().messages(), world.carrier().calls()), sent, "{how}");
}

#[tokio::test]
async fn whatever_comes_again_changes_nothing() {
    World::each(async |world| {
        night(&world).await;
        let webhooks = world.webhooks();
        let kinds: BTreeSet<&str> = webhooks.iter().map(Webhook::kind).collect();
        let all = ["attempt", "leg", "recording", "sms", "status", "transcript", "turn", "voice"];
        assert_eq!(kinds, BTreeSet::from(all), "the night has every kind of webhook");

        again(&world, &webhooks, "in order").await;
        let reversed: Vec<_> = webhooks.iter().rev().cloned().collect();
        again(&world, &reversed, "backwards").await;
        let doubled: Vec<_> =
            webhooks.iter().flat_map(|webhook| [webhook.clone(), webhook.clone()]).collect();
        again(&world, &doubled, "twice each").await;
        let mut chance = StdRng::seed_from_u64(3);
        for round in 0..3 {
            let mut shuffled = webhooks.clone();
            shuffled.shuffle(&mut chance);
            again(&world, &shuffled, &format!("shuffled, {round}")).await;
        }
    })
    .await;
}

/// The carrier gives up on an answer and asks once more while the first is still being worked on.
#[tokio::test]
async fn what_comes_twice_at_once_is_done_once() {
    World::each(async |world| {
        for index in 0..20 {
            let path = "/webhooks/main/voice";
            let form = |call: &str| {
                let pairs = [("CallSid", call), ("From", "+18025550147"), ("To", "+18025550100")];
                pairs.map(|(key, value)| (key.to_owned(), value.to_owned()))
            };
            let form = form(&format!("CA{index}"));
            let body: axum::body::Bytes =
                form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish().into();
            let signature = world.signature(path, &form);
            let send = || world.send(axum::http::Method::POST, path, body.clone(), Some(&signature));
            let answers = futures_util::future::join_all([send(), send(), send(), send()]).await;
            for answer in &answers {
                assert_eq!((answer.status, answer), (200, &answers[0]));
            }
        }
        assert_eq!(world.tickets().await.len(), 20);
    })
    .await;
}
