//! Nights, told as they are lived: see `support::world`.

mod abandoned;
mod agents;
mod agents_phones;
mod callers;
mod hang_up;
mod hang_ups;
mod moved_line;
mod nights;
mod redial;
mod sleepers;
mod stand_down;
mod trouble;
mod whole_life;

use crate::support::world::Person;

/// From the first ring to the confirmed callback number, which is the caller id: the page is out, and the caller is asked
/// for his message.
async fn reports_an_emergency(caller: &Person) {
    caller.dials_line().await;
    caller.hears("emergency line");
    caller.hears("Severity 1 means");
    caller.presses("1").await;
    caller.hears("be called back");
    caller.presses("1#").await;
    caller.hears("is being paged now");
}
