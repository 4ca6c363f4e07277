//! Where and when a story begins, and on which desks.

use chrono::NaiveDateTime;
use nightbell::app::simulated::Simulated;
use nightbell::channel::{CarrierConfig, SenderConfig};
use nightbell::rules::desk::Desk;
use nightbell::simulator::{Line, Pace, SimConfig};
use nightbell::wire::Number;

use super::{ACCOUNT, CARRIER, RESERVATIONS, TOKEN, World};
use crate::support::db::each_database;

/// Where and when a story begins.
#[derive(Clone, Debug)]
pub struct Scene {
    pub(super) desk: String,
    pub(super) other_desk: Option<String>,
    senders: Vec<String>,
    conferences: bool,
    pub(super) at: NaiveDateTime,
}

impl Default for Scene {
    fn default() -> Scene {
        Scene::at("2026-02-18 03:00")
    }
}

impl Scene {
    /// At the reservations desk, at that time on its wall: `2026-02-18 03:00`.
    pub fn at(wall: &str) -> Scene {
        let at = NaiveDateTime::parse_from_str(wall, "%Y-%m-%d %H:%M").unwrap();
        Scene { desk: RESERVATIONS.to_owned(), other_desk: None, senders: Vec::new(), conferences: true, at }
    }

    /// With a second desk beside it.
    pub fn beside(self, desk: &str) -> Scene {
        Scene { other_desk: Some(desk.to_owned()), ..self }
    }

    /// With a number that sends texts and is no line of any desk.
    pub fn sending_from(mut self, number: &str) -> Scene {
        self.senders.push(number.to_owned());
        self
    }

    /// At a carrier that has no conferences.
    pub fn without_conferences(self) -> Scene {
        Scene { conferences: false, ..self }
    }

    /// At the same desk with a part of its file, which must be there, in other words.
    pub fn desk_with(self, part: &str, instead: &str) -> Scene {
        assert!(self.desk.contains(part), "the desk file has no `{part}`");
        Scene { desk: self.desk.replace(part, instead), ..self }
    }

    /// What gateway and carrier are told of each other.
    pub(super) fn contract(&self, desk: &Desk, gateway: &str, rest: String) -> (CarrierConfig, SimConfig) {
        let serving = |desk| Simulated {
            desk,
            name: CARRIER,
            rest: rest.clone(),
            gateway: gateway.to_owned(),
            account: ACCOUNT.to_owned(),
            token: TOKEN.to_owned(),
        };
        let mut ours = serving(desk).at_the_gateway();
        ours.profile.conference = self.conferences;
        let mut theirs = serving(desk).at_the_carrier(Pace::instant());
        if let Some(other) = &self.other_desk {
            let other = Desk::parse(other).unwrap();
            ours.senders.extend(serving(&other).at_the_gateway().senders);
            theirs.lines.extend(serving(&other).at_the_carrier(Pace::instant()).lines);
        }
        for number in &self.senders {
            ours.senders.push(SenderConfig { number: Number::new(number), ..ours.senders[0].clone() });
            theirs.lines.push(Line { number: number.clone(), ..theirs.lines[0].clone() });
        }
        (ours, theirs)
    }

    /// Plays a story on both databases.
    pub async fn play(self, story: impl AsyncFn(World)) {
        let (scene, story) = (&self, &story);
        each_database(|store| async move {
            let world = World::open(store, scene).await;
            story(world.clone()).await;
            world.settle().await;
            world.ends().await;
            world.close();
        })
        .await;
    }
}
