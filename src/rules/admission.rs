//! Whom a provider of identities vouches for, and what that makes of him here: whether his address is let in at all,
//! what he becomes if nobody knew him, and what his groups there are here.

use super::access::{Principal, Role, Scope};
use super::account::Email;

/// Somebody for whom the provider vouches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// His address, which the provider has verified.
    pub email: Email,
    /// As others see him, if the provider says it.
    pub name: Option<String>,
    /// The groups that he is in there.
    pub groups: Vec<String>,
}

/// A role, and where it holds.
pub type Grant = (Scope, Role);

/// What an operator decided of those who come by the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// The domains of addresses that are let in; all of them if none is named.
    pub domains: Vec<String>,
    /// What somebody becomes whom nobody invited; without any, he stays outside.
    pub newcomers: Vec<Grant>,
    /// What the members of a group are.
    pub groups: Vec<(String, Grant)>,
}

impl Admission {
    /// Whether addresses of that domain are let in. A domain does not speak for those beneath it.
    pub fn lets_in(&self, email: &Email) -> bool {
        let domain = email.as_str().rsplit_once('@').map_or("", |(_, domain)| domain);
        self.domains.is_empty() || self.domains.iter().any(|known| known.eq_ignore_ascii_case(domain))
    }

    /// What somebody's groups make of him: at each desk the highest that any of them is.
    pub fn by_groups(&self, groups: &[String]) -> Principal {
        let his = self.groups.iter().filter(|(group, _)| groups.contains(group));
        his.map(|(_, grant)| grant.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(key: &str) -> Scope {
        Scope::Desk(key.into())
    }

    #[test]
    fn an_address_is_let_in_by_its_own_domain_alone() {
        let named = ["example.com".to_owned(), "Example.ORG".to_owned()];
        for (domains, email, lets_in) in [
            (&[] as &[String], "ada@anywhere.example", true),
            (&named, "ada@example.com", true),
            (&named, "ada@EXAMPLE.com", true),
            (&named, "ada@example.org", true),
            (&named, "ada@desk.example.com", false),
            (&named, "ada@badexample.com", false),
            (&named, "ada@example.com.example.net", false),
        ] {
            let admission = Admission { domains: domains.to_vec(), ..Admission::default() };
            assert_eq!(admission.lets_in(&email.parse().unwrap()), lets_in, "{domains:?} {email}");
        }
    }

    #[test]
    fn the_highest_of_his_groups_counts_at_each_desk() {
        let group = |name: &str, scope, role| (name.to_owned(), (scope, role));
        let admission = Admission {
            groups: vec![
                group("leads", desk("night"), Role::Manager),
                group("support", desk("night"), Role::Agent),
                group("support", desk("day"), Role::Agent),
                group("staff", Scope::EveryDesk, Role::Viewer),
            ],
            ..Admission::default()
        };
        for (groups, roles) in [
            (&[] as &[&str], vec![]),
            (&["Support", "others"], vec![]),
            (&["support"], vec![(desk("day"), Role::Agent), (desk("night"), Role::Agent)]),
            (&["leads", "support"], vec![(desk("day"), Role::Agent), (desk("night"), Role::Manager)]),
            (&["staff"], vec![(Scope::EveryDesk, Role::Viewer)]),
        ] {
            let groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
            let principal = admission.by_groups(&groups);
            let found: Vec<Grant> = principal.roles().map(|(scope, role)| (scope.clone(), role)).collect();
            let expected: Principal = roles.into_iter().collect();
            let expected: Vec<Grant> = expected.roles().map(|(scope, role)| (scope.clone(), role)).collect();
            assert_eq!(found, expected, "{groups:?}");
        }
    }
}
