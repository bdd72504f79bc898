//! Messages of several lines: exact lines for those who read batches and for all others.

use crate::domain::message::{Conversation, MessageKind};
use crate::domain::notice::Notice;
use crate::domain::request::Variant;
use crate::wire::irc::cap::Caps;
use crate::wire::irc::variant::{MULTILINE, TAGS, TIME};
use crate::wire::testing::{encoded, in_room, said, to_desk};
use crate::wire::{LINES, encode, relevant};

const DESK: &str = "desk!desk@irc.test";

fn read(notice: &Notice, variant: Variant) -> String {
    encoded(|out| encode(notice, variant, DESK, out)).unwrap()
}

fn how_is_everyone(to: Conversation, tags: Option<&str>) -> Notice {
    said(to, MessageKind::Privmsg, "\n#how is \reveryone?\n", tags)
}

#[test]
fn who_reads_batches_reads_it_as_it_was_sent() {
    let notice = how_is_everyone(in_room("#a"), Some("+x=y"));
    assert_eq!(
        read(&notice, MULTILINE.with(TAGS).with(TIME)),
        "@time=2024-12-31T23:59:59.001Z;msgid=zz;+x=y :alice!~u@host.test BATCH +mzz draft/multiline #a\r\n\
         @batch=mzz :alice!~u@host.test PRIVMSG #a :\r\n\
         @batch=mzz :alice!~u@host.test PRIVMSG #a :#how is \r\n\
         @batch=mzz;draft/multiline-concat :alice!~u@host.test PRIVMSG #a :everyone?\r\n\
         @batch=mzz :alice!~u@host.test PRIVMSG #a :\r\n\
         :irc.test BATCH -mzz\r\n"
    );
}

#[test]
fn all_others_read_each_line_that_is_not_blank_and_the_id_on_the_first() {
    let notice = how_is_everyone(in_room("#a"), Some("+x=y"));
    assert_eq!(
        read(&notice, TAGS.with(TIME)),
        "@time=2024-12-31T23:59:59.001Z;msgid=zz;+x=y :alice!~u@host.test PRIVMSG #a :#how is \r\n\
         @time=2024-12-31T23:59:59.001Z;+x=y :alice!~u@host.test PRIVMSG #a :everyone?\r\n"
    );
    let plain = ":alice!~u@host.test PRIVMSG #a :#how is \r\n:alice!~u@host.test PRIVMSG #a :everyone?\r\n";
    assert_eq!(read(&notice, Variant(0)), plain);
    assert_eq!(read(&notice, LINES), "#a <alice> #how is everyone?\n");
}

#[test]
fn long_tags_are_not_repeated_on_each_line() {
    for (length, times) in [(256, 2), (257, 1)] {
        let tags = format!("+x={}", "y".repeat(length - 3));
        let text = read(&how_is_everyone(in_room("#a"), Some(&tags)), TAGS);
        assert_eq!(text.matches("+x=").count(), times, "{length}");
    }
}

#[test]
fn the_desk_reads_each_line_and_its_author_a_batch() {
    let notice = how_is_everyone(to_desk(true), None);
    let heard =
        ":desk!desk@irc.test NOTICE * :alice> #how is \r\n:desk!desk@irc.test NOTICE * :alice> everyone?\r\n";
    assert_eq!(read(&notice, MULTILINE), heard);
    assert!(
        read(&notice, MULTILINE.with(Variant::OWN))
            .starts_with(":alice!~u@host.test BATCH +mzz draft/multiline desk\r\n")
    );
}

#[test]
fn only_messages_of_several_lines_have_a_variant_for_them() {
    assert!(relevant(&how_is_everyone(in_room("#a"), None)).has(MULTILINE));
    assert!(!relevant(&said(in_room("#a"), MessageKind::Privmsg, "x", None)).has(MULTILINE));
}

#[test]
fn multiline_takes_effect_with_batch_in_whatever_order_they_come() {
    let none = Caps::default();
    let multiline = none.with(Caps::MULTILINE, true);
    assert_eq!(multiline.adapt().variant, none.adapt().variant);
    assert!(multiline.with(Caps::BATCH, true).adapt().variant.has(MULTILINE));
}
