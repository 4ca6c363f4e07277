//! Reports: who may see what, what is asked wrongly, and what hostile names do.

use axum::http::{HeaderMap, StatusCode, header};
use nightbell::act::{By, CallIn, Token};
use nightbell::args;
use nightbell::rules::access::{Role, Scope};
use nightbell::store::{StoreError, Tx};

use super::api::{ask, call};
use super::{DESK, Site, seconds};

fn count_of(page: &str) -> usize {
    let (_, rest) = page.split_once("<dt>Calls</dt>").unwrap();
    let (value, _) = rest.split_once("</strong>").unwrap();
    value.rsplit('>').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn without_a_call_it_says_what_will_be_here() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let page = ada.get("/reports").await;
        page.says(StatusCode::OK, &["Nobody called from 12 Nov 2026 to 18 Nov 2026", "span=year"]);
        page.hides(&["<svg", "As a table"]);
        ada.get("/").await.says(StatusCode::OK, &["href=\"/reports\">Reports</a>"]);
        assert_eq!(ada.get("/reports.csv").await.body.lines().count(), 1, "its header alone");
    })
    .await;
}

#[tokio::test]
async fn totals_are_for_who_sees_the_desk_and_people_for_who_keeps_it() {
    Site::each(async |site| {
        call(site, "CA1", "+18025550100").await;
        call(site, "CA2", "+18025550190").await;
        site.pass(seconds(1));
        call(site, "CA3", "+18025550190").await;
        let ada = site.administrator().await;
        let all = ada.get("/reports").await;
        all.says(
            StatusCode::OK,
            &["Reservations Support", "Night Support", "Lakeside Lodge", "/reports.csv?"],
        );
        assert_eq!(count_of(&all.body), 3);
        assert_eq!(count_of(&ada.get("/reports?desk=night").await.body), 2);

        let vera = site.somebody("vera", Role::Viewer, Some("night")).await;
        let hers = vera.get("/reports").await;
        hers.says(StatusCode::OK, &["<svg", "Night Support"]);
        hers.hides(&["Reservations Support", "Lakeside Lodge", "/reports.csv", "id=\"by-agent\""]);
        assert_eq!(count_of(&hers.body), 2);
        vera.get("/reports.csv").await.says(StatusCode::FORBIDDEN, &["manager"]);

        let max = site.somebody("max", Role::Manager, Some("night")).await;
        max.get("/reports").await.says(StatusCode::OK, &["Lakeside Lodge", "/reports.csv?"]);
        let sheet = max.get("/reports.csv?span=year").await;
        assert_eq!(sheet.body.lines().count(), 3, "{}", sheet.body);
        let said = |headers: &HeaderMap, name| headers[name].to_str().unwrap().to_owned();
        assert_eq!(said(&sheet.headers, header::CONTENT_TYPE), "text/csv; charset=utf-8; header=present");
        assert_eq!(
            said(&sheet.headers, header::CONTENT_DISPOSITION),
            "attachment; filename=\"nightbell-2026-01-01-2026-11-18.csv\""
        );
        // What is not his is not there, and what is nobody's neither.
        for desk in ["reservations", "nowhere"] {
            for path in ["/reports", "/reports.csv"] {
                max.get(&format!("{path}?desk={desk}")).await.says(StatusCode::NOT_FOUND, &["no such page"]);
            }
        }
        let nobody = site.browser("192.0.2.9");
        nobody.get("/reports").await.leads_to("/sign-in?next=%2Freports");

        // The same by token.
        let token = async |role, desk: Option<&str>| {
            let token = Token { role, scope: Scope::of(desk), ..Token::viewer("reports") };
            site.acts.create_token(By::command_line(), token).await.unwrap()
        };
        let viewer = token(Role::Viewer, Some("night")).await;
        let (_, summary) = ask(site, &viewer, "/reports/summary").await;
        assert_eq!(
            (&summary["figures"]["calls"], summary["by_customer"].as_array().unwrap().len()),
            (&2.into(), 0)
        );
        let manager = token(Role::Manager, Some("night")).await;
        let (_, summary) = ask(site, &manager, "/reports/summary?span=month").await;
        assert_eq!(summary["by_customer"][0]["customer"], "Lakeside Lodge");
        let (_, tickets) = ask(site, &manager, "/reports/tickets").await;
        let numbers = |tickets: &serde_json::Value| -> Vec<u64> {
            tickets["tickets"]
                .as_array()
                .unwrap()
                .iter()
                .map(|ticket| ticket["number"].as_u64().unwrap())
                .collect()
        };
        assert_eq!(numbers(&tickets), [1001, 1002]);
        assert!(tickets["next"].is_null());
        for path in ["/reports/summary?desk=reservations", "/reports/tickets?desk=reservations"] {
            assert_eq!(ask(site, &manager, path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        // Who sees a desk and does not keep it is told what it takes.
        for path in ["/reports/tickets?desk=night", "/reports/tickets"] {
            let (status, problem) = ask(site, &viewer, path).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(problem["detail"], "the token needs the role manager", "{path}");
        }
        vera.get("/reports.csv?desk=night").await.says(StatusCode::FORBIDDEN, &["manager"]);
        for path in ["/reports/tickets?desk=reservations", "/reports/tickets?desk=nowhere"] {
            assert_eq!(ask(site, &viewer, path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        // Desk after desk.
        let everywhere = token(Role::Manager, None).await;
        let (_, first) = ask(site, &everywhere, "/reports/tickets").await;
        assert_eq!(numbers(&first), [1001, 1002]);
        let next = first["next"].as_str().unwrap();
        let (_, second) = ask(site, &everywhere, &format!("/reports/tickets?cursor={next}")).await;
        assert_eq!((numbers(&second), &second["tickets"][0]["desk"]), (vec![1001], &"reservations".into()));
        assert!(second["next"].is_null());
    })
    .await;
}

#[tokio::test]
async fn a_customer_has_a_report_of_its_own() {
    Site::each(async |site| {
        call(site, "CA1", "+18025550100").await;
        call(site, "CA2", "+18025550190").await;
        let ada = site.administrator().await;
        // From the customers' page and from the table of all of them it is that customer's.
        let customers = ada.get("/desks/night/customers").await;
        let leads = "/reports?desk=night&amp;span=quarter&amp;customer=Lakeside%20Lodge";
        customers
            .says(StatusCode::OK, &[&format!("href=\"{leads}\" aria-label=\"Report of Lakeside Lodge\"")]);
        let all = ada.get("/reports?desk=night").await;
        let row = "/reports?desk=night&#38;span=week&#38;customer=Lakeside+Lodge";
        all.says(StatusCode::OK, &[&format!("<a href=\"{row}\">Lakeside Lodge</a>")]);
        let own = ada.get(&row.replace("&#38;", "&")).await;
        own.says(
            StatusCode::OK,
            &[
                "<h1>Reports: Lakeside Lodge</h1>",
                "Everybody’s",
                "/reports.csv?desk=night&#38;span=week&#38;customer=Lakeside+Lodge",
                "span=month&amp;customer=Lakeside%20Lodge",
                "name=\"customer\" value=\"Lakeside Lodge\"",
            ],
        );
        own.hides(&["<option value=\"night\"", &format!("href=\"{row}\"")]);
        assert_eq!(count_of(&own.body), 1);
        let sheet = ada.get("/reports.csv?desk=night&span=week&customer=Lakeside+Lodge").await;
        assert_eq!(sheet.body.lines().count(), 2, "{}", sheet.body);

        // Of another nobody called: nothing of everybody else's is shown for it.
        let other = "desk=night&customer=Summit+Inn";
        ada.get(&format!("/reports?{other}")).await.says(StatusCode::OK, &["Nobody called for Summit Inn"]);
        assert_eq!(ada.get(&format!("/reports.csv?{other}")).await.body.lines().count(), 1);
        // A customer is a desk's, and for who keeps it.
        ada.get("/reports?customer=Lakeside+Lodge").await.says(StatusCode::NOT_FOUND, &[]);
        let vera = site.somebody("vera", Role::Viewer, Some("night")).await;
        vera.get("/reports?desk=night&customer=Lakeside+Lodge")
            .await
            .says(StatusCode::FORBIDDEN, &["manager"]);
        let max = site.somebody("max", Role::Manager, Some("reservations")).await;
        max.get("/reports?desk=night&customer=Lakeside+Lodge").await.says(StatusCode::NOT_FOUND, &[]);
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told() {
    Site::each(async |site| {
        call(site, "CA1", "+18025550100").await;
        let ada = site.administrator().await;
        let token = Token { role: Role::Manager, ..Token::viewer("reports") };
        let token = site.acts.create_token(By::command_line(), token).await.unwrap();
        for (query, words) in [
            ("span=dates", "give the first and the last day"),
            ("span=dates&from=yesterday&to=today", "give the first and the last day"),
            ("from=2026-11-02&to=2026-11-01", "the last day is before the first"),
            ("from=2020-01-01&to=2026-11-01", "at most two years"),
            ("from=0000-01-01&to=0000-01-02", "2000 to 2100"),
            ("span=decade", "week, month, last-month, quarter, year or dates"),
        ] {
            let page = ada.get(&format!("/reports?{query}")).await;
            page.says(
                StatusCode::UNPROCESSABLE_ENTITY,
                &["role=\"alert\"", words, "Here are the last 7 days"],
            );
            let (status, problem) = ask(site, &token, &format!("/reports/summary?{query}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
            assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
        }
        for path in
            ["/reports/summary?colour=red", "/reports/tickets?cursor=x", "/reports/tickets?cursor=6e6967"]
        {
            assert_eq!(ask(site, &token, path).await.0, StatusCode::BAD_REQUEST, "{path}");
        }
        let days = ada.get("/reports?from=2026-11-01&to=2026-11-30").await;
        days.says(StatusCode::OK, &["1 Nov 2026 to 30 Nov 2026, compared with 2 Oct 2026 to 31 Oct 2026"]);
    })
    .await;
}

#[tokio::test]
async fn a_hostile_name_is_text_on_the_page_and_in_a_spreadsheet() {
    Site::each(async |site| {
        let name = "=HYPERLINK(\\\"https://evil.example\\\")<script>alert(1)</script>";
        site.apply(&DESK.replace("Lakeside Lodge", name)).await;
        call(site, "CA1", "+18025550100").await;
        let ada = site.administrator().await;
        let page = ada.get("/reports").await;
        page.says(StatusCode::OK, &["&#60;script&#62;alert(1)"]);
        let sheet = ada.get("/reports.csv").await.body;
        assert!(sheet.contains(",\"'=HYPERLINK(\"\"https://evil.example\"\")<script>"), "{sheet}");
        assert!(sheet.contains(",'+18025550100,1001,"), "{sheet}");
    })
    .await;
}

async fn forget_facts(tx: &mut Tx, (): &()) -> Result<u64, StoreError> {
    tx.execute("update ticket set facts = null where number = 1001", args![]).await
}

async fn spoil_facts(tx: &mut Tx, (): &()) -> Result<u64, StoreError> {
    tx.execute("update ticket set facts = 'what' where number = 1002", args![]).await
}

#[tokio::test]
async fn tickets_from_before_reports_are_counted_by_their_timelines() {
    Site::each(async |site| {
        for sid in ["CA1", "CA2", "CA3"] {
            call(site, sid, "+18025550100").await;
        }
        let ada = site.administrator().await;
        let before = ada.get("/reports.csv").await.body;
        site.store.write(forget_facts, ()).await.unwrap();
        site.store.write(spoil_facts, ()).await.unwrap();
        assert_eq!(ada.get("/reports.csv").await.body, before);

        // The next thing that happens to such a ticket writes them.
        site.pass(seconds(8));
        for sid in ["CA1", "CA2"] {
            assert!(site.acts.call_ended("main", sid, 8).await.unwrap());
        }
        let sheet = ada.get("/reports.csv").await.body;
        assert_eq!(sheet.matches(",abandoned,yes,").count(), 2, "{sheet}");
        assert!(sheet.lines().skip(1).all(|row| row.contains(",call,,Lakeside Lodge,")), "{sheet}");
    })
    .await;
}

#[tokio::test]
async fn a_long_report_is_read_to_its_end() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        for n in 0..1_002 {
            let call = CallIn {
                carrier: "main".into(),
                sid: format!("CA{n}"),
                from: "anonymous".into(),
                to: "+18025550100".parse().unwrap(),
                forwarded: false,
            };
            site.acts.accept_call(call).await.unwrap();
        }
        // All of them in one millisecond, more than are read in one go.
        assert_eq!(count_of(&ada.get("/reports").await.body), 1_002);
    })
    .await;
}
