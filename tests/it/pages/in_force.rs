//! With a draft, managers' pages say whom the pager rings now, and what the draft would have there as what would be. The
//! clock stands at Wednesday, 18 November 2026, 6:06 in New York; Ada is on call by `primary`.

use axum::http::StatusCode;
use nightbell::rules::access::Role;

use super::{Browser, Site};

const DRAFTED: &str = "This is how it would be";

async fn opens(browser: &Browser<'_>, path: &str, says: &[&str], hides: &[&str]) {
    let page = browser.get(&format!("/desks/reservations{path}")).await;
    page.says(StatusCode::OK, says);
    page.hides(hides);
}

#[tokio::test]
async fn what_a_draft_has_now_is_told_as_what_would_be() {
    Site::each(async |site| {
        let mona = site.somebody("mona", Role::Manager, Some("reservations")).await;
        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        let form = [
            ("from", "2026-11-18T00:00"),
            ("to", "2026-11-19T00:00"),
            ("agent", "cleo"),
            ("replaces", ""),
            ("view", "week"),
        ];
        let put = mona.post("/desks/reservations/rotas/primary/override", &form).await;
        assert_eq!(put.status, StatusCode::SEE_OTHER);
        for path in ["/rotas", "/rotas/primary"] {
            let says = [
                DRAFTED,
                "<strong>Ada Moss</strong> is on call now",
                "With the draft it would be <strong>Cleo Hart</strong> now.",
            ];
            opens(&mona, path, &says, &["Cleo Hart</strong> is on call now"]).await;
            opens(&vera, path, &says[1..2], &[DRAFTED, "would be", "Cleo Hart</strong> is"]).await;
        }
        opens(&mona, "/rotas/primary", &["<span class=\"tag\">would be now</span>"], &["tag\">now<"]).await;
        opens(&vera, "/rotas/primary", &["<span class=\"tag\">now</span>"], &["tag\">would be"]).await;
        let agents = [
            "<strong>On call now</strong> by primary",
            "With the draft Ada Moss would not be on call",
            "With the draft Cleo Hart would be on call by primary",
        ];
        opens(&mona, "/agents", &agents, &[]).await;
        opens(&vera, "/agents", &agents[..1], &["With the draft"]).await;
        let would = "now Ada Moss</span> <span class=\"soft\">with the draft it would be Cleo Hart";
        opens(&mona, "/policies", &[would, "now Ben Frost"], &["now Cleo Hart"]).await;
        opens(&vera, "/policies", &["now Ada Moss", "now Ben Frost"], &["with the draft"]).await;
        let one =
            ["now Ada Moss · with the draft it would be Cleo Hart", "What would happen now with the draft"];
        opens(&mona, "/policies/emergencies", &one, &["now Cleo Hart"]).await;
        let first = "<dt>Paged first, now</dt><dd>Ada Moss; with the draft it would be Cleo Hart</dd>";
        opens(&mona, "/lines", &[first], &[]).await;

        // A rota that is not in force rings nobody, and says so.
        let form = [
            ("name", "spare"),
            ("zone", "America/New_York"),
            ("turn", "ben"),
            ("count", "1"),
            ("unit", "day"),
            ("time", "00:00"),
            ("starts", "2026-11-16"),
        ];
        mona.post("/desks/reservations/rotas/new", &form).await.leads_to("/desks/reservations/rotas/spare");
        let says =
            ["This rota is not in force yet.", "With the draft it would be <strong>Ben Frost</strong> now."];
        opens(&mona, "/rotas/spare", &says, &["is on call now"]).await;
    })
    .await;
}
