//! Recordings of a desk's own.

use axum::http::StatusCode;

use super::{draft, is_only_to_be_looked_at, manager};
use crate::pages::Site;

#[tokio::test]
async fn a_sentence_is_recorded_changed_and_said_again() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let (page, form) = ("/desks/reservations/recordings", "/desks/reservations/recordings/form");
        let list = "/desks/reservations/recordings?flow=emergency&language=en";
        mona.get(page).await.says(StatusCode::OK, &["<h2>paged_now</h2>", "is being paged now", "<h2>triage, wrong_say</h2>"]);
        let sentence = [("flow", "emergency"), ("step", "paged_now"), ("phrase", "say"), ("language", "en")];
        let asked = format!("{form}?flow=emergency&step=paged_now&phrase=say&language=en");
        mona.get(&asked).await.says(StatusCode::OK, &["Your ticket number is {ticket}."]);
        for (play, words) in [
            ("", "Write the address"),
            ("http://desk.example.com/a.mp3", "is no address of a recording"),
            ("/a.mp3\n<b>{tickets}", "is no field"),
        ] {
            let fields: Vec<_> = sentence.into_iter().chain([("play", play)]).collect();
            let told = mona.post(form, &fields).await;
            told.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
            told.hides(&["<b>"]);
        }
        let fields: Vec<_> =
            sentence.into_iter().chain([("play", "https://desk.example.com/a.mp3\r\n{ticket}.\r\n")]).collect();
        mona.post(form, &fields).await.leads_to(list);
        draft(&mona, &["the recording for emergency/paged_now/say/en (https://desk.example.com/a.mp3 {ticket}.) is new"]).await;
        mona.get(list).await.says(StatusCode::OK, &["<li>https://desk.example.com/a.mp3</li>", "<li>{ticket}.</li>"]);
        mona.post(form, &fields).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["in the desk&#39;s file already"]);
        let was = mona.get(&asked).await.hidden("was");
        let mut changed = vec![("was", &*was), ("play", "/b.mp3")];
        changed.extend(sentence);
        mona.post(form, &changed).await.leads_to(list);
        let there = mona.get(list).await;
        there.says(StatusCode::OK, &["<li>/b.mp3</li>"]);
        let was = there.hidden("was");
        mona.post(&format!("{page}/remove"), &[("was", &was)]).await.leads_to(list);
        mona.get(list).await.hides(&["/b.mp3"]);
        mona.get(&asked.replace("paged_now", "page_when")).await.says(StatusCode::NOT_FOUND, &[]);
        is_only_to_be_looked_at(site, page, &[&asked]).await;
    })
    .await;
}

#[tokio::test]
async fn a_line_names_voices_and_a_contact_his_language() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let lines = "/desks/reservations/lines/form";
        let was = mona.get(&format!("{lines}?line=%2B18025550100")).await.hidden("was");
        let line = |voices| {
            [
                ("was", was.clone()),
                ("label", "Emergency line".into()),
                ("flow", "emergency".into()),
                ("carrier", "main".into()),
                ("languages", "en".into()),
                ("voices", String::from(voices)),
            ]
        };
        for (voices, words) in [("Polly.Matthew", "a language and its voice"), ("en <b>", "is no voice")] {
            let fields = line(voices);
            let fields: Vec<_> = fields.iter().map(|(name, text)| (*name, &**text)).collect();
            mona.post(lines, &fields).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
        let fields = line("en Polly.Matthew, fr Polly.Mathieu");
        let fields: Vec<_> = fields.iter().map(|(name, text)| (*name, &**text)).collect();
        mona.post(lines, &fields).await.leads_to("/desks/reservations/lines");
        let again = mona.get(&format!("{lines}?line=%2B18025550100")).await;
        again.says(StatusCode::OK, &["value=\"en Polly.Matthew, fr Polly.Mathieu\""]);

        let customers = "/desks/reservations/customers/form";
        let was = mona.get(&format!("{customers}?customer=summit")).await.hidden("was");
        let customer = |language| {
            [
                ("was", was.clone()),
                ("name", "Summit Hotels".into()),
                ("contact", "Hugo Reed".into()),
                ("phones", "+18025550131".into()),
                ("email", String::new()),
                ("language", String::from(language)),
            ]
        };
        let fields = customer("no language");
        let fields: Vec<_> = fields.iter().map(|(name, text)| (*name, &**text)).collect();
        mona.post(customers, &fields)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["`no language` is no language"]);
        let fields = customer("fr");
        let fields: Vec<_> = fields.iter().map(|(name, text)| (*name, &**text)).collect();
        mona.post(customers, &fields).await.leads_to("/desks/reservations/customers");
        mona.get(&format!("{customers}?customer=summit")).await.says(StatusCode::OK, &["value=\"fr\""]);
    })
    .await;
}
