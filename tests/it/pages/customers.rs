//! A desk's customers: looked at, changed by a manager into the draft, and found again from their tickets.

use axum::http::StatusCode;
use nightbell::rules::access::Role;

use super::Site;
use super::desk_pages::{draft, is_only_to_be_looked_at, manager};
use crate::stories::ada_is_paged;
use crate::support::world::{Screen, World};

const PAGE: &str = "/desks/reservations/customers";
const FORM: &str = "/desks/reservations/customers/form";

#[tokio::test]
async fn customers_are_added_changed_and_taken_away() {
    Site::each(async |site| {
        let mona = manager(site).await;
        mona.get(PAGE).await.says(
            StatusCode::OK,
            &[
                "Lakeside Lodge <span class=\"tag\">lakeside</span>",
                "<dd>standard</dd>",
                "Dora Lane, <a href=\"mailto:dora@reservations.example.com\"",
                "Finn Avery <span class=\"soft\">+18025550121, +18025550122, finn@lakeside.example.com</span>",
                "/tickets?state=all&amp;desk=reservations&amp;customer=Lakeside%20Lodge",
                "/reports?desk=reservations",
            ],
        );
        let found = mona.get(&format!("{PAGE}?find=HUGO")).await;
        found.says(StatusCode::OK, &["Summit Hotels"]);
        found.hides(&["Lakeside Lodge"]);
        mona.get(&format!("{PAGE}?find=%3Cb%3E")).await.says(StatusCode::OK, &["No customer, and no contact"]);

        let new = [
            ("key", "harbour"),
            ("name", "Harbour <b>Inn</b>"),
            ("plan", "best"),
            ("manager", "Dora Lane"),
            ("manager_email", "dora@reservations.example.com"),
            ("contact", "Ines Holt"),
            ("phones", "802 555 0141, +18025550142"),
            ("email", ""),
            ("contact", ""),
            ("phones", ""),
            ("email", ""),
        ];
        mona.post(FORM, &new).await.leads_to(PAGE);
        draft(
            &mona,
            &["the customer harbour (Harbour &#60;b&#62;Inn&#60;/b&#62;, Ines Holt, plan best, looked after by Dora Lane) is new"],
        )
        .await;
        mona.get(PAGE).await.says(StatusCode::OK, &["Harbour &#60;b&#62;Inn", "+18025550141, +18025550142"]);
        for (field, text, words) in [
            ("key", "Harbour Inn", "<p class=\"error\" id=\"key-error\">"),
            ("key", "lakeside", "is in the desk&#39;s file already"),
            ("name", " ", "Write the name by which people know it"),
            ("manager", "", "the name and the address, or neither"),
            ("manager_email", "nowhere", "is no e-mail address"),
            ("contact", "", "Each contact has a name"),
            ("phones", "12", "12 cannot be called: it has too few digits"),
            ("phones", "", "is known by nothing"),
        ] {
            let mut wrong = new;
            wrong[0].1 = "pier";
            if let Some(other) = wrong.iter_mut().find(|(name, _)| *name == field) {
                other.1 = text;
            }
            mona.post(FORM, &wrong).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words, "A new customer"]);
        }

        let form = mona.get(&format!("{FORM}?customer=summit")).await;
        form.says(StatusCode::OK, &["value=\"Hugo Reed\"", "value=\"+18025550131\"", "Short name: summit"]);
        let was = form.hidden("was");
        let changed = [
            ("was", &*was),
            ("name", "Summit Hotels"),
            ("plan", ""),
            ("manager", ""),
            ("manager_email", ""),
            ("contact", "Hugo Reed"),
            ("phones", "+18025550131"),
            ("email", "hugo@summit.example.org"),
        ];
        mona.post(FORM, &changed).await.leads_to(PAGE);
        draft(&mona, &["plan standard, looked after by Emil Stone) becomes summit (Summit Hotels, Hugo Reed)"]).await;
        mona.post(FORM, &changed).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["look at it again"]);
        let was = mona.get(&format!("{PAGE}?find=summit")).await.hidden("was");
        mona.post(&format!("{PAGE}/remove"), &[("was", &was)]).await.leads_to(PAGE);
        mona.get(PAGE).await.hides(&["Summit Hotels"]);
        mona.get(&format!("{FORM}?customer=summit")).await.says(StatusCode::NOT_FOUND, &[]);
        is_only_to_be_looked_at(site, PAGE, &[FORM]).await;
        // How somebody is reached is for who answers.
        let vic = site.somebody("vic", Role::Viewer, Some("reservations")).await;
        let seen = vic.get(PAGE).await;
        seen.says(StatusCode::OK, &["Finn Avery"]);
        seen.hides(&["+1802555", "finn@lakeside.example.com", "name=\"was\""]);
    })
    .await;
}

#[tokio::test]
async fn a_ticket_leads_to_its_customer_and_back() {
    World::each(async |world| {
        let ben = Screen::of(&world, "ben@reservations.example.com", Role::Agent, "reservations").await;
        let (all, other) = ("Lakeside%20Lodge", "Summit%20Hotels");
        let of = |name: &str| format!("/tickets?state=all&desk=reservations&customer={name}");
        ben.get(&of(all)).await.says(StatusCode::OK, &["None of its contacts has called"]);
        ada_is_paged(&world).await;
        world.agent("ada").replies("ACK").await;
        world.agent("ada").receives_text(&["Yours"]);
        world.caller("+18025550121").receives_text(&["Ada Moss"]);
        ben.get(&of(all)).await.says(StatusCode::OK, &["Tickets of Lakeside Lodge", "SEV1 #1001"]);
        ben.get(&of(other)).await.hides(&["#1001"]);
        ben.get("/tickets?customer=Lakeside%20Lodge").await.says(StatusCode::NOT_FOUND, &[]);
        let ticket = ben.get("/board").await.between("id=\"t-", "\"");
        ben.get(&format!("/tickets/{ticket}"))
            .await
            .says(StatusCode::OK, &["/desks/reservations/customers#lakeside\">Lakeside Lodge</a>"]);
        ben.get("/desks/reservations/customers").await.says(StatusCode::OK, &["id=\"lakeside\""]);
    })
    .await;
}
