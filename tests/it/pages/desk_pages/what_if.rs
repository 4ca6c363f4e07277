//! What would happen if somebody rang, on its page: nobody is rung.

use axum::http::StatusCode;
use nightbell::rules::access::Role;

use super::manager;
use crate::pages::Site;

const PAGE: &str = "/desks/reservations/what-if";

#[tokio::test]
async fn a_call_is_played_with_all_its_ways() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let form = mona.get(PAGE).await;
        form.says(
            StatusCode::OK,
            &[
                "<a href=\"/desks/reservations/what-if\">What if</a>",
                "<option value=\"+18025550100\">Emergency line +18025550100</option>",
                "value=\"2026-11-18T06:06\"",
                "On the clock of America/New_York",
            ],
        );
        form.hides(&["The call, and all its ways"]);
        let query = "?line=%2B18025550100&from=%2B18025550121&at=2026-12-25T03:00&until=2026-12-26T03:00";
        mona.get(&format!("{PAGE}{query}")).await.says(
            StatusCode::OK,
            &[
                "+18025550121 rings +18025550100 on Fri 25 Dec 2026, 03:00 (America/New_York)",
                "Somebody is on call at that time.",
                "<dt>Severity 1</dt>",
                "who → greeting",
                "Severity 1 means",
                "presses 1 → <a href=\"#p",
                "says and presses nothing, 5 s → <a href=\"#p",
                "hangs up → <a href=\"#e",
                "Happens: triage 1",
                "0:00</span> <span>Round 1, step 1:",
                "<h2 id=\"h-cover\">When nobody would be reached</h2>",
            ],
        );
        // On the night when clocks go back, it is said which of the two it is.
        mona.get(&format!("{PAGE}?line=%2B18025550100&at=2026-11-01T01:30"))
            .await
            .says(StatusCode::OK, &["shows 01:30 on 2026-11-01 twice", "a withheld number rings"]);
        for (query, told) in [
            ("?line=%2B18025550100&at=tonight", "`tonight`: write a day and a time"),
            ("?line=%2B18025550100&from=5550121", "write a number like +18025550121"),
            ("?line=%2B18025550198", "is no line of the desk"),
            ("?line=%2B18025550100&until=2000-01-01T00:00", "later than the call"),
        ] {
            let seen = mona.get(&format!("{PAGE}{query}")).await;
            seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["aria-invalid=\"true\"", told]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_played_and_numbers_are_for_who_may_see_them() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let over = [
            ("from", "2026-12-01T00:00"),
            ("to", "2026-12-31T00:00"),
            ("agent", "ben"),
            ("replaces", ""),
            ("view", "week"),
        ];
        let put = mona.post("/desks/reservations/rotas/primary/override", &over).await;
        assert_eq!(put.status, StatusCode::SEE_OTHER);
        let query = "?line=%2B18025550100&from=%2B18025550121&at=2026-12-25T03:00";
        let drafted = mona.get(&format!("{PAGE}{query}")).await;
        drafted
            .says(StatusCode::OK, &["with the draft", "step 1: Ben Frost", "to Ben Frost at +18025550112"]);
        let live = mona.get(&format!("{PAGE}{query}&draft=no")).await;
        live.says(StatusCode::OK, &["what is in force"]);
        live.hides(&["Round 1, step 1: Ben Frost", "(America/New_York), with the draft"]);

        // Who may only look on names no caller, and sees nobody's number.
        let victor = site.somebody("victor", Role::Viewer, Some("reservations")).await;
        let seen = victor.get(&format!("{PAGE}{query}")).await;
        seen.says(StatusCode::OK, &["a withheld number rings +18025550100", "text to "]);
        seen.hides(&["id=\"from\"", "+18025550121", "+18025550111", "step 1: Ben Frost"]);
        let abe = site.somebody("abe", Role::Agent, Some("reservations")).await;
        let seen = abe.get(&format!("{PAGE}{query}")).await;
        seen.says(StatusCode::OK, &["id=\"from\"", "+18025550121 rings"]);
        seen.hides(&["+18025550111", "step 1: Ben Frost"]);
        site.somebody("nils", Role::Manager, Some("night"))
            .await
            .get(PAGE)
            .await
            .says(StatusCode::NOT_FOUND, &[]);
    })
    .await;
}
