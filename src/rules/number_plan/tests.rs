use proptest::prelude::*;

use super::*;

fn plan(country: &str) -> NumberPlan {
    NumberPlan { country: country.parse().unwrap(), fictional: true }
}

fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

#[test]
fn numbers_are_understood_in_every_form_that_people_key() {
    for (country, keyed, expected) in [
        ("US", "8025550100", "+18025550100"),
        ("US", "18025550100", "+18025550100"),
        ("US", "(802) 555-0100", "+18025550100"),
        ("US", "+18025550100", "+18025550100"),
        ("US", "011442079460018", "+442079460018"),
        ("US", "00442079460018", "+442079460018"),
        ("US", "442079460018", "+442079460018"),
        ("GB", "02079460018", "+442079460018"),
        ("GB", "0018025550100", "+18025550100"),
        ("GB", "01118025550100", "+18025550100"),
        // Leeds, and no international prefix.
        ("GB", "01134960000", "+441134960000"),
        // The leading zero belongs to the number.
        ("US", "011390698765432", "+390698765432"),
    ] {
        let read = plan(country).parse_dialled(keyed);
        assert_eq!(read.map(String::from).as_deref(), Ok(expected), "{keyed} in {country}");
    }
}

#[test]
fn wrong_numbers_say_what_is_wrong() {
    use NumberProblem::*;
    for (keyed, problem) in [
        ("", Empty),
        ("+", Empty),
        ("911", TooShort),
        ("5550100", TooShort),
        ("011", TooShort),
        ("80255501000", TooLong),
        ("000000000000000000000000", TooLong),
        ("1235550100", NotGivenOut),
        ("802555x100", NotDigits),
        ("802*5550100", NotDigits),
        ("802+5550100", NotDigits),
    ] {
        assert_eq!(plan("US").parse_dialled(keyed), Err(problem), "{keyed}");
    }
}

#[test]
fn fiction_rings_nobody_unless_the_desk_plays_it() {
    let real = NumberPlan { fictional: false, ..plan("US") };
    assert_eq!(real.parse_dialled("8025550100"), Err(NumberProblem::Fictional));
    assert_eq!(real.check(&number("+18025550199")), Err(NumberProblem::Fictional));
    assert_eq!(real.check(&number("+18025550200")), Ok(()));
    assert_eq!(plan("US").check(&number("+18025550199")), Ok(()));
    assert_eq!(plan("US").check(&number("+11235550199")), Err(NumberProblem::NotGivenOut));
}

#[test]
fn kinds_and_countries() {
    use NumberKind::*;
    for (text, expected, country) in [
        ("+18025550100", FixedOrMobile, Some("US")),
        ("+18765550123", Mobile, Some("JM")),
        ("+442079460018", Fixed, Some("GB")),
        ("+447400123456", Mobile, Some("GB")),
        ("+447012345678", Personal, Some("GB")),
        ("+15002345678", Personal, Some("US")),
        ("+19002345678", Premium, Some("US")),
        ("+979123456789", Premium, None),
        ("+80812345678", SharedCost, None),
        ("+8816512345678", Satellite, None),
        ("+870773111632", Satellite, None),
        ("+882342123456", Satellite, None),
        ("+18002345678", TollFree, Some("US")),
    ] {
        assert_eq!(kind(&number(text)), expected, "{text}");
        assert_eq!(region(&number(text)), country.map(|it| it.parse().unwrap()), "{text}");
    }
}

#[test]
fn callbacks_go_to_allowed_countries_and_cheap_kinds() {
    let allowed = ["US".parse().unwrap(), "GB".parse().unwrap()];
    for (text, expected) in [
        ("+18025550100", Ok(())),
        ("+442079460018", Ok(())),
        ("+18765550123", Err(Refusal::Country)),
        ("+80012345678", Err(Refusal::Country)),
        ("+19002345678", Err(Refusal::Kind(NumberKind::Premium))),
        ("+447012345678", Err(Refusal::Kind(NumberKind::Personal))),
        ("+8816512345678", Err(Refusal::Kind(NumberKind::Satellite))),
        ("+80812345678", Err(Refusal::Kind(NumberKind::SharedCost))),
        ("+11235550100", Err(Refusal::Number(NumberProblem::NotGivenOut))),
    ] {
        assert_eq!(plan("US").may_call_back(&number(text), &allowed), expected, "{text}");
    }
}

#[test]
fn withheld_caller_ids_are_none() {
    for from in ["", "anonymous", "+266696687", "+7378742833", "sip:someone@example.com", "911"] {
        assert_eq!(caller_id(from), None, "{from}");
    }
    assert_eq!(caller_id("+18025550100"), Some(number("+18025550100")));
    assert!(!plan("US").is_dialable_caller_id(&number("+11235550100")));
}

#[test]
fn numbers_are_read_in_their_groups() {
    assert_eq!(plan("US").read_back(&number("+18025550100")).digits(), "8 0 2, 5 5 5, 0 1 0 0");
    let foreign = plan("US").read_back(&number("+442079460018"));
    assert_eq!((foreign.international, foreign.digits().as_str()), (true, "4 4, 2 0, 7 9 4 6, 0 0 1 8"));
    assert_eq!(plan("GB").read_back(&number("+442079460018")).digits(), "0 2 0, 7 9 4 6, 0 0 1 8");
}

#[test]
fn countries_are_two_letters_with_a_plan() {
    assert!("US".parse::<Country>().is_ok());
    for text in ["us", "USA", "XX", "001", "", "U1"] {
        assert!(text.parse::<Country>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_that_is_keyed_makes_it_panic(keyed in "[+0-9*# ()-]{0,24}", odd in "\\PC{0,12}") {
        let us = plan("US");
        if let Ok(number) = us.parse_dialled(&keyed) {
            prop_assert_eq!(us.check(&number), Ok(()));
            // What is read back is keyed again as the same number.
            let read = us.read_back(&number);
            let again = if read.international { format!("+{}", read.groups.concat()) } else { read.groups.concat() };
            prop_assert_eq!(us.parse_dialled(&again), Ok(number));
        }
        let _ = us.parse_dialled(&odd);
    }
}
