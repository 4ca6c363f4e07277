//! How the carriers are. Each process finds out for itself, by what becomes of its own requests and by the webhooks that
//! reach it; it tells the others with its heartbeat, so that whoever asks one of them is told what all of them know.

use serde::{Deserialize, Serialize};

use super::board::{Node, node};
use super::{ActError, Acts};
use crate::clock::Timestamp;
use crate::store::{StoreError, Tx, instance};

/// How a carrier is, as one process finds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierHealth {
    /// Its name.
    pub name: String,
    /// Whether its requests are answered as they should be.
    pub is_well: bool,
    /// When it last failed as a whole, and how.
    pub failed: Option<(Timestamp, String)>,
    /// When it was heard of last: by a webhook that it had signed.
    pub heard: Option<Timestamp>,
}

/// How a carrier is, as all processes find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierTogether {
    /// Its name.
    pub name: String,
    /// How many processes have found out.
    pub asked: usize,
    /// Those for which it is out of order, by name.
    pub ill_at: Vec<String>,
    /// When it last failed as a whole, and how, wherever that was.
    pub failed: Option<(Timestamp, String)>,
    /// When it was heard of last, wherever that was.
    pub heard: Option<Timestamp>,
}

/// What this process finds now and the others told last, by carrier; this process's own come first.
pub fn together(own: &[CarrierHealth], nodes: &[Node]) -> Vec<CarrierTogether> {
    let mut all: Vec<CarrierTogether> = Vec::new();
    let others = nodes.iter().filter(|node| !node.this);
    let others = others.flat_map(|node| node.carriers.iter().map(move |found| (node.name.as_str(), found)));
    for (process, found) in own.iter().map(|found| ("this process", found)).chain(others) {
        let index = all.iter().position(|known| known.name == found.name).unwrap_or_else(|| {
            let name = found.name.clone();
            all.push(CarrierTogether { name, asked: 0, ill_at: Vec::new(), failed: None, heard: None });
            all.len() - 1
        });
        let Some(known) = all.get_mut(index) else { continue };
        known.asked += 1;
        known.ill_at.extend(Some(process.to_owned()).filter(|_| !found.is_well));
        known.failed = known.failed.take().max(found.failed.clone());
        known.heard = known.heard.max(found.heard);
    }
    all
}

impl Acts {
    /// A webhook came that the carrier had signed.
    pub fn hears_of(&self, carrier: &str) {
        self.0.noted.hears(carrier, self.clock().now());
    }

    /// When this process heard of a carrier last; before it did, when any did that ran before it.
    pub fn heard_of(&self, carrier: &str) -> Option<Timestamp> {
        self.0.noted.heard(carrier)
    }

    /// The processes that live, with how they find the carriers.
    pub async fn nodes(&self) -> Result<Vec<Node>, ActError> {
        let input = (self.0.instance.clone(), self.clock().now());
        Ok(self.store().read(nodes, input).await?)
    }
}

async fn nodes(tx: &mut Tx, (own, now): &(String, Timestamp)) -> Result<Vec<Node>, StoreError> {
    Ok(instance::all(tx).await?.into_iter().map(|row| node(row, own, *now)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_processes_find_is_put_together() {
        let health =
            |name: &str, is_well: bool, failed: Option<(i64, &str)>, heard: Option<i64>| CarrierHealth {
                name: name.into(),
                is_well,
                failed: failed.map(|(at, how)| (Timestamp(at), how.to_owned())),
                heard: heard.map(Timestamp),
            };
        let node = |name: &str, this: bool, carriers: Vec<CarrierHealth>| Node {
            name: name.into(),
            this,
            is_well: true,
            carriers,
        };
        let own = [health("main", true, Some((5, "timed out")), Some(7))];
        let nodes = [
            // What this process told an instant ago counts no longer.
            node("one", true, vec![health("main", false, Some((9, "old")), Some(9))]),
            node(
                "two",
                false,
                vec![health("main", false, Some((6, "refused")), None), health("spare", true, None, Some(3))],
            ),
            node("three", false, Vec::new()),
        ];
        let told = together(&own, &nodes);
        let words = |one: &CarrierTogether| {
            let failed = one.failed.as_ref().map(|(at, how)| (at.0, how.clone()));
            (one.name.clone(), one.asked, one.ill_at.join(", "), failed, one.heard.map(|at| at.0))
        };
        assert_eq!(
            told.iter().map(words).collect::<Vec<_>>(),
            [
                ("main".into(), 2, "two".into(), Some((6, "refused".into())), Some(7)),
                ("spare".into(), 1, String::new(), None, Some(3)),
            ]
        );
        assert_eq!(together(&[], &[]), []);
    }
}
