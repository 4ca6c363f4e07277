//! Nights, told as they are lived: see `support::world`.

mod abandoned;
mod agents;
mod agents_phones;
mod callers;
mod chatter;
mod daytime;
mod declared;
mod declines;
mod gaps;
mod handed_over;
mod hang_up;
mod languages;
mod late_texts;
mod left_undone;
mod live;
mod moved_line;
mod nights;
mod opting_out;
mod pictures;
mod redial;
mod reports;
mod sleepers;
mod stand_down;
mod trouble;
mod two_desks;
mod what_if;
mod which_ticket;
mod whole_life;

use nightbell::simulator::CallerFacts;

use crate::support::world::{Person, World};

/// From the first ring to the confirmed callback number, which is the caller id: the page is out, and the caller is asked
/// for his message.
pub async fn reports_an_emergency(caller: &Person) {
    caller.dials_line().await;
    caller.hears("emergency line");
    caller.hears("Severity 1 means");
    caller.presses("1").await;
    caller.hears("be called back");
    caller.presses("1#").await;
    caller.hears("is being paged now");
}

/// The same at one of several lines, without a message; the receipt names the ticket.
async fn reports_to(caller: &Person, line: &str, number: &str) {
    caller.dials(line, CallerFacts::default()).await;
    caller.presses("1").await;
    caller.presses("1#").await;
    caller.hangs_up().await;
    caller.receives_text(&[number]);
}

/// An emergency that Ada was texted of; her telephone rings.
pub async fn ada_is_paged(world: &World) {
    let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
    reports_an_emergency(&finn).await;
    finn.hangs_up().await;
    finn.receives_text(&["1001"]);
    ada.receives_text(&["SEV1 #1001"]);
    ada.phone_rings();
}
