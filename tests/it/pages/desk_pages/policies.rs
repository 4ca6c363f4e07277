//! Escalation policies, and what would happen by them.

use axum::http::StatusCode;
use nightbell::rules::access::Role;

use super::{draft, is_only_to_be_looked_at, manager};
use crate::pages::Site;

#[tokio::test]
async fn a_policy_is_shown_as_what_would_happen() {
    Site::each(async |site| {
        let mona = manager(site).await;
        mona.get("/desks/reservations/policies").await.says(
            StatusCode::OK,
            &["on call by primary, 5 min <span class=\"soft\">now Ada Moss</span>", "Lines: Emergency line"],
        );
        let play = mona.get("/desks/reservations/policies/emergencies").await;
        play.says(
            StatusCode::OK,
            &[
                "What would happen now",
                "0:00</span> <span>Round 1, step 1: Ada Moss",
                "0:00</span> <span>text to Ada Moss at +18025550111",
                "2:00</span> <span>call to Ada Moss at +18025550111",
                "5:00</span> <span>Round 1, step 2: Ben Frost",
                "10:00</span> <span>Round 2, step 1: Ada Moss",
                "20:00</span> <span>Last resort: Ada Moss, Ben Frost, Cleo Hart",
                "20:00</span> <span>call to Cleo Hart at +18025550114",
                "25:00</span> It begins again",
            ],
        );
        play.hides(&["The desk itself answers"]);
        // Ben has the week after, and by day the desk is there.
        mona.get("/desks/reservations/policies/emergencies?at=2026-11-24T12:00").await.says(
            StatusCode::OK,
            &[
                "What would happen on Tue 24 Nov, 12:00",
                "The desk itself answers",
                "Round 1, step 1: Ben Frost",
            ],
        );
        mona.get("/desks/reservations/policies/emergencies?at=soon")
            .await
            .says(StatusCode::OK, &["What would happen now"]);
        mona.get("/desks/reservations/policies/none").await.says(StatusCode::NOT_FOUND, &[]);
        let vera = site.somebody("victor", Role::Viewer, Some("reservations")).await;
        let seen = vera.get("/desks/reservations/policies/emergencies").await;
        seen.says(StatusCode::OK, &["0:00</span> <span>text to Ada Moss</span>"]);
        seen.hides(&["+1802555"]);
        let forms = [
            "/desks/reservations/policies/emergencies/step",
            "/desks/reservations/policies/emergencies/change",
            "/desks/reservations/policies/new",
        ];
        is_only_to_be_looked_at(site, "/desks/reservations/policies/emergencies", &forms).await;
    })
    .await;
}

#[tokio::test]
async fn steps_are_added_moved_and_taken_away() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let page = "/desks/reservations/policies/emergencies";
        let was = mona.get(page).await.hidden("was");
        let step = [
            ("was", &*was),
            ("step", ""),
            ("target", "agent:cleo"),
            ("target", "rota:primary"),
            ("delay", "90 s"),
            ("position", "1"),
        ];
        mona.post(&format!("{page}/step"), &step).await.leads_to(page);
        mona.get(page).await.says(
            StatusCode::OK,
            &[
                "1: Cleo Hart and on call by primary",
                "0:00</span> <span>Round 1, step 1: Cleo Hart, Ada Moss",
                "1:30</span> <span>Round 1, step 2",
            ],
        );
        draft(&mona, &["becomes emergencies (agent:cleo and rota:primary for 90 s, rota:primary for 5 min"])
            .await;
        // By a form that was opened before.
        let late = mona.post(&format!("{page}/step"), &step).await;
        late.says(StatusCode::UNPROCESSABLE_ENTITY, &["look at it again and make the change anew"]);

        let was = mona.get(&format!("{page}/step?step=0")).await.hidden("was");
        let moved =
            [("was", &*was), ("step", "0"), ("target", "everyone"), ("delay", "2 min"), ("position", "3")];
        mona.post(&format!("{page}/step"), &moved).await.leads_to(page);
        mona.get(page).await.says(StatusCode::OK, &["3: everybody", "1: on call by primary"]);
        let was = mona.get(page).await.hidden("was");
        mona.post(&format!("{page}/step/remove"), &[("was", &*was), ("step", "0")]).await.leads_to(page);
        mona.get(page).await.says(StatusCode::OK, &["1: on call by secondary", "2: everybody"]);
        mona.post(&format!("{page}/step/remove"), &[("was", &*was), ("step", "9")])
            .await
            .says(StatusCode::NOT_FOUND, &[]);

        let was = mona.get(&format!("{page}/change")).await.hidden("was");
        let rounds = [("was", &*was), ("cycles", "1"), ("last", "agent:ada")];
        mona.post(&format!("{page}/change"), &rounds).await.leads_to(page);
        mona.get(page).await.says(StatusCode::OK, &["gone through once", "Last resort: Ada Moss"]);
        for (form, field, words) in [
            ("step", [("target", "agent:ada"), ("delay", "10 s")], "30 seconds or more"),
            ("step", [("target", "agent:ada"), ("delay", "<i>soon</i>")], "&#60;i&#62;soon"),
            ("step", [("other", ""), ("delay", "5 min")], "Tick at least one"),
            ("change", [("cycles", "0"), ("last", "everyone")], "1 to 99"),
            ("change", [("cycles", "1"), ("last", "rota:primary")], "a rota can be empty"),
        ] {
            let fields: Vec<_> = [("was", &*was)].into_iter().chain(field).collect();
            mona.post(&format!("{page}/{form}"), &fields)
                .await
                .says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_policy_is_made_and_the_lines_keep_theirs() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let form = [
            ("name", "quiet <nights>"),
            ("target", "agent:cleo"),
            ("delay", "5 min"),
            ("cycles", "1"),
            ("last", "everyone"),
        ];
        let page = "/desks/reservations/policies/quiet%20%3Cnights%3E";
        mona.post("/desks/reservations/policies/new", &form).await.leads_to(page);
        mona.get(page).await.says(StatusCode::OK, &["<h1>quiet &#60;nights&#62;</h1>", "No line follows it"]);
        draft(
            &mona,
            &[
                "the policy quiet &#60;nights&#62; (agent:cleo for 5 min; once; then everyone) is new",
                "policy emergencies)",
            ],
        )
        .await;
        let again = mona.post("/desks/reservations/policies/new", &form).await;
        again.says(StatusCode::UNPROCESSABLE_ENTITY, &["has a policy of this name"]);
        let was = mona.get(page).await.hidden("was");
        mona.post(&format!("{page}/remove"), &[("was", &was)]).await.leads_to("/desks/reservations/policies");
        let was = mona.get("/desks/reservations/policies/emergencies").await.hidden("was");
        let last = mona.post("/desks/reservations/policies/emergencies/remove", &[("was", &was)]).await;
        last.says(StatusCode::UNPROCESSABLE_ENTITY, &["the desk has no escalation policy"]);
    })
    .await;
}
