//! Calls thrown off their track, and flows of no sense: all of them still end.

use proptest::prelude::*;

use super::*;

fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        "[0-9*#]{0,14}".prop_map(Input::Keys),
        any::<String>().prop_map(Input::Keys),
        (any::<u32>(), any::<bool>()).prop_map(|(seconds, hung_up)| Input::Recorded {
            recording: "RE1".into(),
            seconds,
            hung_up
        }),
        Just(Input::NoRecording),
        (any::<bool>(), any::<u32>()).prop_map(|(answered, seconds)| Input::Dialled { answered, seconds }),
        Just(Input::Continue),
    ]
}

fn any_position() -> impl Strategy<Value = Position> {
    let steps: Vec<String> = emergency().steps.keys().cloned().collect();
    let step = prop_oneof![9 => proptest::sample::select(steps.clone()), 1 => "[a-z]{0,5}"];
    let stage = prop_oneof![Just(Stage::Enter), Just(Stage::Answer), Just(Stage::Confirm)];
    let visits = proptest::collection::btree_map(proptest::sample::select(steps), any::<u8>(), 0..4);
    let number = proptest::option::of(Just("+18025550123".parse().unwrap()));
    (step, stage, any::<u8>(), "en|fr|", visits, number).prop_map(
        |(step, stage, tries, language, visits, callback)| Position {
            step,
            stage,
            tries,
            language,
            visits,
            callback,
        },
    )
}

/// A flow of no sense that keeps the rules: ways on silence lead forward, keys lead anywhere.
fn any_flow() -> impl Strategy<Value = String> {
    let step = (0..6u8, any::<u8>(), any::<u8>(), any::<u8>());
    proptest::collection::vec(step, 1..9).prop_map(|steps| {
        let last = steps.len();
        let mut text = "name = \"n\"\nlanguages = [\"en\"]\nstart = \"s0\"\nsafe = \"page\"\n".to_owned();
        for (index, (kind, a, b, c)) in steps.into_iter().enumerate() {
            // The next step is always one way, so that every step is reached.
            let next = index + 1;
            let on = next + usize::from(a) % (last - index);
            let (back, other) = (usize::from(b) % (last + 1), usize::from(c) % (last + 1));
            let body = match kind {
                0 => format!("kind = \"say\"\nsay.en = \"x\"\nnext = \"s{next}\""),
                1 => format!(
                    "kind = \"menu\"\nsay.en = \"x\"\nkeys.1 = \"s{back}\"\nkeys.2 = \"s{other}\"\n\
                     silence = \"s{next}\"\nwrong = \"s{on}\""
                ),
                2 => format!("kind = \"record\"\nsay.en = \"x\"\nnext = \"s{next}\"\nnothing = \"s{on}\""),
                3 => format!(
                    "kind = \"callback_number\"\noffer.en = \"x\"\nask.en = \"x\"\ninvalid.en = \"x\"\n\
                     confirm.en = \"x\"\nnext = \"s{next}\"\ngiven_up = \"s{on}\""
                ),
                4 => format!("kind = \"join\"\nnext = \"s{next}\""),
                _ => format!(
                    "kind = \"transfer\"\nto = \"main\"\nanswered = \"s{next}\"\nunanswered = \"s{on}\""
                ),
            };
            text += &format!("[steps.s{index}]\n{body}\n");
        }
        text += &format!("[steps.s{last}]\nkind = \"hang_up\"\n");
        text + "[steps.page]\nkind = \"page\"\nnext = \"bye\"\n[steps.bye]\nkind = \"hang_up\"\n"
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_position_and_any_input_come_to_an_end(
        position in any_position(),
        inputs in proptest::collection::vec(any_input(), 120),
    ) {
        let (flow, facts) = (emergency(), facts());
        let mut position = Some(position);
        for input in &inputs {
            let Some(at) = position else { break };
            position = flow.step(&at, input, &facts).position;
        }
        prop_assert_eq!(position, None);
    }

    #[test]
    fn a_flow_that_passes_the_checks_ends_whatever_comes(
        text in any_flow(),
        inputs in proptest::collection::vec(any_input(), 20..60),
        yes in any::<bool>(),
    ) {
        let flow = Flow::parse(&text);
        prop_assert!(flow.is_ok(), "{:?}\n{}", flow, text);
        let (flow, facts) = (flow.unwrap(), facts());
        let mut position = flow.begin(&facts).position;
        for input in inputs.iter().cycle().take(600) {
            let Some(at) = position else { break };
            // A caller who always presses 1 goes round as long as he is let.
            let one = Input::Keys("1".into());
            position = flow.step(&at, if yes { &one } else { input }, &facts).position;
        }
        prop_assert_eq!(position, None, "{}", text);
    }
}
