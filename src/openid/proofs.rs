//! What a browser carries to the provider and back, derived from the secret in its cookie: by one, none of the others can
//! be found, nor the secret.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The proofs of one journey.
pub(super) struct Proofs {
    /// That it comes back to the browser that was sent.
    pub(super) state: String,
    /// That the token was made for this journey.
    pub(super) nonce: String,
    /// That who trades the code in is who sent the browser: 64 letters and digits, of the 43 to 128 of RFC 7636.
    pub(super) verifier: String,
}

impl Proofs {
    /// Those of a secret.
    pub(super) fn of(secret: &str) -> Proofs {
        let derived = |name: &str| hex::encode(Sha256::digest(format!("nightbell openid {name} {secret}")));
        Proofs { state: derived("state"), nonce: derived("nonce"), verifier: derived("verifier") }
    }

    /// Whether that is its state.
    pub(super) fn has_state(&self, state: &str) -> bool {
        self.state.as_bytes().ct_eq(state.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_its_own_and_the_secrets() {
        let (one, again, other) = (Proofs::of("a"), Proofs::of("a"), Proofs::of("b"));
        let all = [&one.state, &one.nonce, &one.verifier, &other.state, &other.nonce, &other.verifier];
        for (index, proof) in all.iter().enumerate() {
            assert_eq!(proof.len(), 64);
            assert!(!all[..index].contains(proof));
        }
        assert_eq!((&one.nonce, &one.verifier), (&again.nonce, &again.verifier));
        for (state, is) in
            [(&*again.state, true), (&*other.state, false), (&one.state[1..], false), ("", false)]
        {
            assert_eq!(one.has_state(state), is, "{state}");
        }
    }
}
