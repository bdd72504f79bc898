//! Reading of tags where the public vectors say nothing.

use super::Tags;
use std::borrow::Cow;

#[test]
fn of_a_repeated_key_the_last_value_counts() {
    let tags = Tags::new("a=1;b=2;a=3");
    assert_eq!(tags.get("a").as_deref(), Some("3"));
    assert_eq!(tags.get("c"), None);
}

#[test]
fn a_value_without_escapes_is_borrowed() {
    assert!(matches!(Tags::new("a=plain").get("a"), Some(Cow::Borrowed("plain"))));
}

#[test]
fn a_value_may_contain_an_equals_sign() {
    assert_eq!(Tags::new("a=b=c").get("a").as_deref(), Some("b=c"));
}

#[test]
fn empty_items_are_no_tags() {
    assert_eq!(Tags::new(";;a;").iter().count(), 1);
    assert_eq!(Tags::new("").iter().count(), 0);
}

#[test]
fn only_well_formed_client_only_tags_are_passed_on() {
    let tags = Tags::new("+typing=active;msgid=1;+=x;+a b;+example.org/x=y\\:z;+bad_key=1;+/x;+v/;+last");
    let passed: Vec<_> = tags.client_only().collect();
    assert_eq!(passed, ["+typing=active", "+example.org/x=y\\:z", "+last"]);
}
