//! Who may do what, and where. A role holds at one desk or at every desk, now and later ones included; each role may
//! all that the one before it may. Pages, API and streams ask [`Principal::may`] about every object that they touch.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody is at a desk, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks on.
    Viewer,
    /// Answers emergencies.
    Agent,
    /// Keeps the desk: its people, hours and rotas.
    Manager,
    /// Decides who else may do what.
    Administrator,
}

impl Role {
    /// Every role, from the least to the most.
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Agent, Role::Manager, Role::Administrator];

    /// As it stands in the database, on the command line and on pages.
    pub fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Agent => "agent",
            Role::Manager => "manager",
            Role::Administrator => "administrator",
        }
    }

    /// Whether it includes that right.
    pub fn may(self, right: Right) -> bool {
        self >= right.needs()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is viewer, agent, manager or administrator")]
pub struct NotARole;

impl std::str::FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Role, NotARole> {
        Role::ALL.into_iter().find(|role| role.name() == text).ok_or(NotARole)
    }
}

/// What can be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To see tickets and who is on call.
    See,
    /// To take tickets and to answer.
    Answer,
    /// To change the desk, and to see what was changed.
    Manage,
    /// To let people in and to give roles.
    Administer,
}

impl Right {
    /// The least role that has it.
    pub fn needs(self) -> Role {
        match self {
            Right::See => Role::Viewer,
            Right::Answer => Role::Agent,
            Right::Manage => Role::Manager,
            Right::Administer => Role::Administrator,
        }
    }
}

/// Where a role holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// At every desk, whatever desks there will be.
    EveryDesk,
    /// At the desk of that key.
    Desk(String),
}

impl Scope {
    /// Of a desk, or of every one if none is named.
    pub fn of(desk: Option<&str>) -> Scope {
        desk.map_or(Scope::EveryDesk, |key| Scope::Desk(key.to_owned()))
    }

    /// The desk, if it is one.
    pub fn desk(&self) -> Option<&str> {
        match self {
            Scope::EveryDesk => None,
            Scope::Desk(key) => Some(key),
        }
    }

    /// Whether it includes that desk.
    pub fn includes(&self, desk: &str) -> bool {
        self.desk().is_none_or(|own| own == desk)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::EveryDesk => f.write_str("every desk"),
            Scope::Desk(key) => f.write_str(key),
        }
    }
}

/// Whoever asks for something, by what he may: a person or a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principal {
    roles: BTreeMap<Scope, Role>,
}

/// Of two roles at the same place the higher counts.
impl FromIterator<(Scope, Role)> for Principal {
    fn from_iter<I: IntoIterator<Item = (Scope, Role)>>(roles: I) -> Principal {
        let mut principal = Principal::default();
        for (scope, role) in roles {
            let known = principal.roles.entry(scope).or_insert(role);
            *known = role.max(*known);
        }
        principal
    }
}

impl Principal {
    /// Whether he may do that at that desk.
    pub fn may(&self, right: Right, desk: &str) -> bool {
        self.role_at(desk).is_some_and(|role| role.may(right))
    }

    /// Whether he may do that at every desk, now and later.
    pub fn may_everywhere(&self, right: Right) -> bool {
        self.roles.get(&Scope::EveryDesk).is_some_and(|role| role.may(right))
    }

    /// Whether there is any desk at which he may do that.
    pub fn may_somewhere(&self, right: Right) -> bool {
        self.roles.values().any(|role| role.may(right))
    }

    /// What he is at a desk: the higher of what he is there and everywhere.
    pub fn role_at(&self, desk: &str) -> Option<Role> {
        self.roles.iter().filter(|(scope, _)| scope.includes(desk)).map(|(_, role)| *role).max()
    }

    /// The roles as they were given.
    pub fn roles(&self) -> impl Iterator<Item = (&Scope, Role)> {
        self.roles.iter().map(|(scope, role)| (scope, *role))
    }

    /// Where another's roles are not his: there, what he is and what the other is.
    pub fn changes<'a>(
        &'a self,
        other: &'a Principal,
    ) -> impl Iterator<Item = (&'a Scope, Option<Role>, Option<Role>)> {
        let scopes: BTreeSet<&Scope> = self.roles.keys().chain(other.roles.keys()).collect();
        let both = scopes
            .into_iter()
            .map(|scope| (scope, self.roles.get(scope).copied(), other.roles.get(scope).copied()));
        both.filter(|(_, own, others)| own != others)
    }

    /// What is left of it for something that may no more than a role there: of each two the lesser.
    pub fn within(&self, scope: &Scope, role: Role) -> Principal {
        let left = |(own, his): (&Scope, Role)| {
            let both = match (own.desk(), scope.desk()) {
                (Some(one), Some(other)) if one != other => return None,
                (None, _) => scope,
                (Some(_), _) => own,
            };
            Some((both.clone(), his.min(role)))
        };
        self.roles().filter_map(left).collect()
    }

    /// Whether he was given no role at all.
    pub fn is_nobody(&self) -> bool {
        self.roles.is_empty()
    }

    /// Where he may do that.
    pub fn reach(&self, right: Right) -> Reach {
        if self.may_everywhere(right) {
            return Reach::Everything;
        }
        let desks = self.roles.iter().filter(|(_, role)| role.may(right));
        Reach::Desks(desks.filter_map(|(scope, _)| scope.desk().map(str::to_owned)).collect())
    }
}

/// How far a right goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To every desk, and to what belongs to none.
    Everything,
    /// To these desks.
    Desks(Vec<String>),
}

impl Reach {
    /// Whether it goes as far as a role there does.
    pub fn covers(&self, scope: &Scope) -> bool {
        match self {
            Reach::Everything => true,
            Reach::Desks(desks) => scope.desk().is_some_and(|key| desks.iter().any(|desk| desk == key)),
        }
    }

    /// Whether somebody is anything at a desk to which it goes, by a role there or at every desk.
    pub fn meets(&self, principal: &Principal) -> bool {
        match self {
            Reach::Everything => true,
            Reach::Desks(desks) => desks.iter().any(|desk| principal.role_at(desk).is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHTS: [Right; 4] = [Right::See, Right::Answer, Right::Manage, Right::Administer];

    fn principal(roles: &[(&str, Role)]) -> Principal {
        let scope = |desk: &str| if desk == "*" { Scope::EveryDesk } else { Scope::Desk(desk.into()) };
        roles.iter().map(|(desk, role)| (scope(desk), *role)).collect()
    }

    #[test]
    fn a_role_may_what_the_one_before_it_may_and_one_thing_more() {
        for (role, allowed) in [
            (Role::Viewer, [true, false, false, false]),
            (Role::Agent, [true, true, false, false]),
            (Role::Manager, [true, true, true, false]),
            (Role::Administrator, [true, true, true, true]),
        ] {
            assert_eq!(RIGHTS.map(|right| role.may(right)), allowed, "{role}");
            assert_eq!(role.name().parse(), Ok(role));
        }
        for word in ["", "Viewer", "owner", "viewer "] {
            assert_eq!(word.parse::<Role>(), Err(NotARole), "{word}");
        }
    }

    #[test]
    fn the_higher_role_counts_and_no_other_desk_is_reached() {
        for (roles, at_a, at_b, everywhere) in [
            (&[] as &[(&str, Role)], None, None, None),
            (&[("a", Role::Manager)], Some(Role::Manager), None, None),
            (&[("*", Role::Viewer)], Some(Role::Viewer), Some(Role::Viewer), Some(Role::Viewer)),
            (
                &[("*", Role::Viewer), ("a", Role::Manager)],
                Some(Role::Manager),
                Some(Role::Viewer),
                Some(Role::Viewer),
            ),
            (
                &[("*", Role::Manager), ("b", Role::Viewer)],
                Some(Role::Manager),
                Some(Role::Manager),
                Some(Role::Manager),
            ),
        ] {
            let principal = principal(roles);
            assert_eq!((principal.role_at("a"), principal.role_at("b")), (at_a, at_b), "{roles:?}");
            for right in RIGHTS {
                let may = |role: Option<Role>| role.is_some_and(|role| role.may(right));
                assert_eq!(principal.may(right, "a"), may(at_a), "{roles:?} {right:?}");
                assert_eq!(principal.may(right, "b"), may(at_b), "{roles:?} {right:?}");
                assert_eq!(principal.may_everywhere(right), may(everywhere), "{roles:?} {right:?}");
                let anywhere = roles.iter().any(|(_, role)| role.may(right));
                assert_eq!(principal.may_somewhere(right), anywhere, "{roles:?} {right:?}");
            }
        }
    }

    #[test]
    fn what_is_within_a_role_is_of_both_the_lesser() {
        let owner = [("*", Role::Viewer), ("a", Role::Manager), ("b", Role::Agent)];
        for (scope, role, left) in [
            ("*", Role::Administrator, &owner as &[(&str, Role)]),
            ("*", Role::Agent, &[("*", Role::Viewer), ("a", Role::Agent), ("b", Role::Agent)]),
            ("*", Role::Viewer, &[("*", Role::Viewer), ("a", Role::Viewer), ("b", Role::Viewer)]),
            ("a", Role::Administrator, &[("a", Role::Manager)]),
            ("b", Role::Administrator, &[("b", Role::Agent)]),
            ("c", Role::Administrator, &[("c", Role::Viewer)]),
        ] {
            let scope = Scope::of(Some(scope).filter(|desk| *desk != "*"));
            assert_eq!(principal(&owner).within(&scope, role), principal(left), "{role} at {scope}");
        }
        let elsewhere = principal(&[("a", Role::Manager)]).within(&Scope::Desk("b".into()), Role::Manager);
        assert!(elsewhere.is_nobody());
    }

    #[test]
    fn what_differs_is_told_place_by_place() {
        let before = principal(&[("*", Role::Viewer), ("a", Role::Manager), ("b", Role::Agent)]);
        let after =
            principal(&[("*", Role::Viewer), ("b", Role::Viewer), ("c", Role::Agent), ("c", Role::Viewer)]);
        let at = |key: &str| Scope::Desk(key.into());
        let changes: Vec<_> =
            before.changes(&after).map(|(scope, own, new)| (scope.clone(), own, new)).collect();
        assert_eq!(
            changes,
            [
                (at("a"), Some(Role::Manager), None),
                (at("b"), Some(Role::Agent), Some(Role::Viewer)),
                (at("c"), None, Some(Role::Agent)),
            ]
        );
        assert_eq!(after.changes(&after).count(), 0);
    }

    #[test]
    fn a_right_reaches_the_desks_of_the_roles_that_have_it() {
        let some = principal(&[("*", Role::Viewer), ("a", Role::Manager), ("b", Role::Agent)]);
        assert_eq!(some.reach(Right::See), Reach::Everything);
        assert_eq!(some.reach(Right::Answer), Reach::Desks(vec!["a".into(), "b".into()]));
        assert_eq!(some.reach(Right::Manage), Reach::Desks(vec!["a".into()]));
        assert_eq!(some.reach(Right::Administer), Reach::Desks(vec![]));

        let at = |key: &str| Scope::Desk(key.into());
        let (all, own) = (Reach::Everything, Reach::Desks(vec!["a".into()]));
        for (scope, covered) in [(at("a"), true), (at("b"), false), (Scope::EveryDesk, false)] {
            assert_eq!((all.covers(&scope), own.covers(&scope)), (true, covered), "{scope}");
        }
        for (roles, met) in [
            (&[] as &[(&str, Role)], false),
            (&[("a", Role::Viewer)], true),
            (&[("b", Role::Manager)], false),
            (&[("*", Role::Viewer)], true),
        ] {
            assert_eq!(
                (all.meets(&principal(roles)), own.meets(&principal(roles))),
                (true, met),
                "{roles:?}"
            );
        }
    }
}
