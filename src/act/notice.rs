//! Notices: news of rotas, which can wait for everything else. They go by a text or by a call, as [`Way`] says; a call
//! says them in words of their own, and whoever rings has looked at the hour ([`crate::rules::notice::may_ring`]).

use std::time::Duration;

use super::World;
use super::job::Job;
use crate::rules::desk::Desk;
use crate::rules::effect::Message;
use crate::rules::notice::Way;
use crate::rules::policy::MethodKind;
use crate::rules::zone::Zone;
use crate::store::{StoreError, Tx, cover_told, gap_notice};

/// How long a text is worth sending: for a night. Carriers refuse to keep one for more than ten hours.
const READ_WITHIN: Duration = Duration::from_secs(9 * 60 * 60);

/// How long a call is worth making: what may ring in the evening must not ring at night.
const HEARD_WITHIN: Duration = Duration::from_secs(60 * 60);

/// Of whoever is served, the last.
const RANK: u8 = 4;

/// Tells somebody something about a desk's rotas, in his language and zone.
pub(super) async fn send(
    tx: &mut Tx,
    world: &World,
    id: &str,
    (desk, message): (&Desk, &Message),
    way: &Way,
    (language, zone): (&str, Zone),
) -> Result<(), StoreError> {
    let (to, avoid, words) = (way.number.to_string(), Vec::new(), &world.words);
    let job = match way.method {
        MethodKind::Sms => {
            let body = words.message(language, &desk.name, &world.book, zone, message);
            Job::Text { attempt: None, to, from: None, body, avoid, expires_at: world.now + READ_WITHIN }
        }
        MethodKind::Voice => Job::Say {
            to,
            seconds: desk.limits.ring.0,
            language: language.to_owned(),
            words: words.notice_aloud(language, &desk.name, &world.book, zone, message),
            avoid,
            expires_at: world.now + HEARD_WITHIN,
        },
    };
    job.write(tx, world, id, None, RANK, world.now).await
}

/// What that row of the outbox was to tell reached nobody: it is told again, by another way if there is one, as far as it
/// is news then.
pub(super) async fn untold(tx: &mut Tx, world: &World, row: &str) -> Result<(), StoreError> {
    cover_told::tell_again(tx, row, world.now).await?;
    gap_notice::tell_again(tx, row, world.now).await
}
