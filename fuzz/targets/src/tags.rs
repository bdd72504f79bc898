//! Message tags: values survive escaping, and only well-formed client tags go on.

use chat_proto::irc::{LineWriter, Message, Tags};

use super::text;

/// What a client's tags say is the same after they were passed on, raw or as key and value, and nothing else passes.
pub fn tags(data: &[u8]) {
    let Some(raw) = text(data).filter(|text| !text.contains(['\0', '\r', '\n', ' '])) else { return };
    let tags = Tags::new(raw);
    for (key, value) in tags.iter() {
        assert!(!key.contains([';', '=']));
        assert!(tags.get(key).is_some(), "{value:?}");
    }
    let passed: Vec<_> = tags.client_only().collect();
    let (mut as_raw, mut as_values) = (Vec::new(), Vec::new());
    let mut writer = LineWriter::new(&mut as_raw);
    for item in &passed {
        writer = writer.raw_tag(item);
    }
    writer.verb("TAGMSG").end();
    let mut writer = LineWriter::new(&mut as_values);
    for item in &passed {
        let one = Tags::new(item);
        let (key, value) = one.iter().next().expect("a tag has a key");
        writer = writer.tag(key, &value);
    }
    writer.verb("TAGMSG").end();
    for out in [&as_raw, &as_values] {
        let line = std::str::from_utf8(out).expect("text stays text").trim_end();
        let read = Message::parse(line).expect("what was written can be read").tags;
        assert_eq!(read.iter().count(), passed.len());
        for (key, value) in read.iter() {
            assert!(key.starts_with('+'), "{key} is the server's");
            assert_eq!(tags.get(key), read.get(key), "{value:?}");
        }
    }
}
