//! Agents, and their tables.

use axum::http::StatusCode;
use nightbell::clock::{Clock, Timestamp};
use nightbell::rules::access::Role;
use nightbell::rules::policy::MethodKind;
use nightbell::store::{StoreError, Tx, desk};

use super::{draft, is_only_to_be_looked_at, manager};
use crate::pages::Site;

#[tokio::test]
async fn agents_are_added_changed_and_taken_away() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let page = "/desks/reservations/agents";
        mona.get(page).await.says(
            StatusCode::OK,
            &[
                "Ada Moss <span class=\"tag\">ada</span>",
                "On call now</strong> by primary",
                "+18025550114",
                "05:06 in America/Chicago",
            ],
        );
        let dan = [
            ("key", "dan"),
            ("name", "Dan <Dee> Lake"),
            ("number", "(802) 555-0116"),
            ("takes", "both"),
            ("number", "+1 802 555 0117"),
            ("takes", "voice"),
            ("email", "dan@example.com"),
            ("zone", "America/Denver"),
            ("language", "en"),
            ("rules", "1 call 0\n1 call 90 s"),
        ];
        let form = format!("{page}/form");
        mona.post(&form, &dan).await.leads_to(page);
        mona.get(page).await.says(
            StatusCode::OK,
            &[
                "Dan &#60;Dee&#62; Lake",
                "+18025550117",
                "Severity 1: calls after 90 s",
                "04:06 in America/Denver",
            ],
        );
        draft(&mona, &["the agent dan (Dan &#60;Dee&#62; Lake, +18025550116 +18025550117) is new"]).await;
        let was = mona.get(&format!("{form}?agent=ben")).await.hidden("was");
        let ben = [
            ("was", &*was),
            ("name", "Ben Snow"),
            ("number", "+18025550112"),
            ("takes", "both"),
            ("language", "en"),
        ];
        mona.post(&form, &ben).await.leads_to(page);
        mona.get(page).await.says(StatusCode::OK, &["Ben Snow"]);
        let page_of_ben = mona.post(&form, &ben).await;
        page_of_ben.says(StatusCode::UNPROCESSABLE_ENTITY, &["look at it again and make the change anew"]);
        for (field, text, words) in [
            ("key", "Dan", "no short name"),
            ("key", "ada", "The desk has an agent of this short name"),
            ("name", "", "colleagues and callers hear"),
            ("zone", "Mars", "Mars"),
            ("rules", "<b>", "“&#60;b&#62;” is no rule"),
        ] {
            let mut wrong: Vec<_> = dan.into_iter().filter(|(name, _)| *name != field).collect();
            wrong.push((field, text));
            mona.post(&form, &wrong).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
        for (number, takes, words) in
            [("12", "both", "too few digits"), ("+18025550118", "sms", "a text alone wakes nobody")]
        {
            let wrong = [("key", "eve"), ("name", "Eve"), ("number", number), ("takes", takes)];
            mona.post(&form, &wrong).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
        // Whom a rota names cannot go; who stands nowhere can.
        let was = |key: &str| {
            let desks = site.acts.desks();
            let desk = desks.by_key("reservations").unwrap();
            serde_json::to_string(desk.agent(&key.parse().unwrap()).unwrap()).unwrap()
        };
        let gone = mona.post(&format!("{page}/remove"), &[("was", &was("ada"))]).await;
        gone.says(StatusCode::UNPROCESSABLE_ENTITY, &["`ada` is no agent of this desk"]);
        mona.get(&format!("{form}?agent=nobody")).await.says(StatusCode::NOT_FOUND, &[]);
        let vera = site.somebody("victor", Role::Viewer, Some("reservations")).await;
        vera.get(page).await.hides(&["+1802555", "ada@reservations.example.com"]);
        let forms = ["/desks/reservations/agents/form", "/desks/reservations/agents/import"];
        is_only_to_be_looked_at(site, page, &forms).await;
    })
    .await;
}

#[tokio::test]
async fn a_table_of_agents_is_looked_at_and_then_put_into_the_draft() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let page = "/desks/reservations/agents/import";
        let table = "key,name,phone,email\r\nada,Ada Marsh,+18025550111,ada@reservations.example.com\r\ndan,<i>Dan</i>,8025550116,\r\nben,Ben Frost,+18025550112,ben@reservations.example.com\r\n";
        let seen = mona.post(page, &[("table", table)]).await;
        seen.says(
            StatusCode::OK,
            &["Ada Marsh (ada)", "name Ada Moss → Ada Marsh", "&#60;i&#62;Dan&#60;/i&#62; (dan)", "telephone +18025550116", "1 stay as they are"],
        );
        mona.get("/desks/reservations/draft").await.says(StatusCode::OK, &["Nothing is prepared"]);
        mona.post(page, &[("table", table), ("seen", "yes")]).await.leads_to("/desks/reservations/agents");
        draft(&mona, &["the agent dan (", "the agent ada (Ada Moss, +18025550111) becomes ada (Ada Marsh"]).await;
        mona.post(page, &[("table", table)]).await.says(StatusCode::OK, &["Nothing: all 3 are in the desk"]);
        for (table, words) in [
            ("key,name,phone\ndan,D,1\n\neve,,+18025550116\n", &["Line 2: `1` cannot be called", "Line 4: the agent has no name"][..]),
            ("key,name,phone\n\neve,Eve,+18025550112\n", &["Line 3: the number +18025550112 stands in line"]),
            ("key,name,<b>\n", &["there is no column `&#60;b&#62;`"]),
        ] {
            let wrong = mona.post(page, &[("table", table), ("seen", "")]).await;
            wrong.says(StatusCode::UNPROCESSABLE_ENTITY, &["Nothing was changed"]);
            wrong.says(StatusCode::UNPROCESSABLE_ENTITY, words);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_out_of_use_is_shown_and_used_again() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let page = "/desks/reservations/agents";
        site.store.write(dies, site.clock.now()).await.unwrap();
        site.acts.reload().await.unwrap();
        let seen = mona.get(page).await;
        seen.says(
            StatusCode::OK,
            &["texts are out of use since Wed 18 Nov, 06:06: &#60;unreachable&#62;", "Use it again"],
        );
        let play = mona.get("/desks/reservations/policies/emergencies").await;
        play.says(StatusCode::OK, &["text to Ada Moss is left out: out of use"]);
        let again = [("agent", "ada"), ("number", "+18025550111"), ("method", "sms")];
        let other = [("agent", "ben"), ("number", "+18025550111"), ("method", "sms")];
        mona.post(&format!("{page}/use-again"), &other)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["no number of this agent"]);
        let vera = site.somebody("victor", Role::Viewer, Some("reservations")).await;
        vera.post(&format!("{page}/use-again"), &again).await.says(StatusCode::FORBIDDEN, &[]);
        vera.get(page).await.hides(&["Use it again", "+1802555"]);
        mona.post(&format!("{page}/use-again"), &again).await.leads_to(page);
        mona.get(page).await.hides(&["out of use"]);
        mona.post(&format!("{page}/use-again"), &again)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["in use already"]);
        let log = mona.get("/audit?desk=reservations").await;
        log.says(StatusCode::OK, &["put in use again", "texts in use again"]);
        log.hides(&["+18025550111"]);
    })
    .await;
}

async fn dies(tx: &mut Tx, now: &Timestamp) -> Result<bool, StoreError> {
    desk::mark_dead(tx, &"+18025550111".parse().unwrap(), MethodKind::Sms, "<unreachable>", *now).await
}
