//! What its carrier did not sign is refused without a word, and changes nothing.

use axum::body::Bytes;
use axum::http::Method;
use nightbell::simulator::sign;

use super::night;
use crate::support::world::{TOKEN, Webhook, World};

fn encoded(form: &[(String, String)]) -> Bytes {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish().into()
}

/// Every way in which somebody may try it: path, body, signature.
fn forgeries(world: &World, webhook: &Webhook) -> Vec<(&'static str, String, Bytes, Option<String>)> {
    let Webhook { path, body, signature, .. } = webhook;
    let form = webhook.form();
    let url = world.url(path);
    let mut all = Vec::new();
    let mut forge = |how, path: &str, body: &Bytes, signature: Option<String>| {
        all.push((how, path.to_owned(), body.clone(), signature));
    };
    let mut other = signature.clone().into_bytes();
    other[3] = if other[3] == b'A' { b'B' } else { b'A' };
    forge("no signature", path, body, None);
    forge("an empty signature", path, body, Some(String::new()));
    forge("another letter", path, body, String::from_utf8(other).ok());
    forge("cut short", path, body, Some(signature[..20].to_owned()));
    forge("twice", path, body, Some(format!("{signature}{signature}")));
    forge("no base64", path, body, Some("\u{7f}=?".replace('\u{7f}', "~")));
    forge("another token", path, body, Some(sign("another-token", &url, &form)));
    forge("no token", path, body, Some(sign("", &url, &form)));
    forge("the form alone", path, body, Some(sign(TOKEN, "", &form)));
    forge("the address alone", path, body, Some(sign(TOKEN, &url, &[])));
    for (how, from, to) in [
        ("another host", "127.0.0.1", "127.0.0.2"),
        ("another scheme", "http://", "https://"),
        ("another path", "/webhooks/", "//webhooks/"),
        ("in capitals", "webhooks", "Webhooks"),
    ] {
        forge(how, path, body, Some(sign(TOKEN, &url.replacen(from, to, 1), &form)));
    }
    let port = url.split(':').nth(2).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    for (how, instead) in [("another port", ":1"), ("no port", ""), ("the default port", ":80")] {
        let elsewhere = url.replacen(&format!(":{port}"), instead, 1);
        forge(how, path, body, Some(sign(TOKEN, &elsewhere, &form)));
    }
    let queried = format!("{path}{}x=1", if path.contains('?') { '&' } else { '?' });
    forge("a query that was not signed", &queried, body, Some(signature.clone()));
    for index in 0..form.len() {
        let mut changed = form.clone();
        changed[index].1.push('7');
        forge("another value", path, &encoded(&changed), Some(signature.clone()));
        let mut left_out = form.clone();
        left_out.remove(index);
        // What is empty is signed as nothing but its name.
        forge("one left out", path, &encoded(&left_out), Some(signature.clone()));
    }
    let mut added = form.clone();
    added.push(("Zebra".into(), "1".into()));
    forge("one more", path, &encoded(&added), Some(signature.clone()));
    forge("nothing", path, &Bytes::new(), Some(signature.clone()));
    all
}

#[tokio::test]
async fn what_was_not_signed_is_refused_without_a_word() {
    World::each(async |world| {
        night(&world).await;
        let kept = world.kept().await;
        for webhook in world.webhooks() {
            for (how, path, body, signature) in forgeries(&world, &webhook) {
                let answer = world.send(Method::POST, &path, body, signature.as_deref()).await;
                assert_eq!((answer.status, answer.body.len()), (403, 0), "{how}: {path}");
            }
            let path = webhook.path.as_str();
            for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
                let answer =
                    world.send(method.clone(), path, webhook.body.clone(), Some(&webhook.signature)).await;
                assert_eq!((answer.status, answer.body.len()), (405, 0), "{method} {path}");
            }
            // As a GET it would have been signed with its address alone.
            let signature = world.signature(path, &[]);
            assert_eq!(world.send(Method::GET, path, Bytes::new(), Some(&signature)).await.status, 405);
            // A carrier that is not ours has no token, and no name that we know.
            let strange = path.replacen("/main/", "/other/", 1);
            for signature in [world.signature(&strange, &webhook.form()), webhook.signature.clone()] {
                let answer = world.send(Method::POST, &strange, webhook.body.clone(), Some(&signature)).await;
                assert_eq!((answer.status, answer.body.len()), (404, 0), "{strange}");
            }
        }
        assert_eq!(world.kept().await, kept);
    })
    .await;
}
