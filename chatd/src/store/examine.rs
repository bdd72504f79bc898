//! Whether a store is sound: SQLite's own examination, and what the tables promise each other. Reads only; decides nothing about
//! what to do with what it finds.

use rusqlite::Connection;

/// Most findings of one kind that are told; who has as many restores a backup instead of reading on.
const FINDINGS_MAX: usize = 20;

/// One thing that must hold, and a query that selects a sentence for each case in which it does not.
#[derive(Debug)]
pub(super) struct Check {
    /// What is looked at, for people.
    pub(super) title: &'static str,
    sql: &'static str,
}

/// What must hold, beginning with what the rest relies upon.
pub(super) const CHECKS: [Check; 8] = [
    Check { title: "pages and indices", sql: "SELECT integrity_check FROM pragma_integrity_check" },
    Check {
        title: "messages and their conversations",
        sql: "SELECT format('message %d belongs to conversation %d, which does not exist', seq, conversation)
              FROM messages WHERE conversation NOT IN (SELECT id FROM conversations)",
    },
    Check {
        title: "places and their messages",
        sql: "SELECT format('conversation %d has a place for message %d, which does not exist', p.conversation, p.seq)
              FROM places AS p LEFT JOIN messages AS m ON m.seq = p.seq WHERE m.seq IS NULL",
    },
    Check {
        title: "places and their conversations",
        sql: "SELECT format('message %d belongs to conversation %d and has its place in conversation %d',
                  m.seq, m.conversation, p.conversation)
              FROM places AS p JOIN messages AS m ON m.seq = p.seq WHERE m.conversation <> p.conversation",
    },
    Check {
        title: "messages and their places",
        sql: "SELECT format('message %d has no place in conversation %d', seq, conversation)
              FROM messages AS m WHERE seq <= (SELECT places_to FROM meta)
              AND NOT EXISTS (SELECT 1 FROM places AS p WHERE p.conversation = m.conversation AND p.seq = m.seq)",
    },
    Check {
        title: "places that come later",
        sql: "SELECT format('message %d has its place in conversation %d already', seq, conversation)
              FROM places WHERE seq > (SELECT places_to FROM meta)",
    },
    Check {
        title: "sequence numbers",
        sql: "SELECT format('%s %d has a number that was not given to any run', what, seq) FROM
                  (SELECT 'message' AS what, seq FROM messages UNION ALL SELECT 'audit entry', seq FROM audit)
              WHERE seq < 1 OR seq >= (SELECT next_seq FROM meta)",
    },
    Check {
        title: "numbers used once",
        sql: "SELECT format('%d is the number of a message and of an audit entry', seq)
              FROM audit WHERE seq IN (SELECT seq FROM messages)",
    },
];

/// What of one check does not hold, in sentences; empty if all is well.
pub(super) fn look(connection: &Connection, check: &Check) -> rusqlite::Result<Vec<String>> {
    tracing::debug!(check = check.title, "examining");
    let sql = format!("{} LIMIT {FINDINGS_MAX}", check.sql);
    let mut statement = connection.prepare(&sql)?;
    let findings = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    // What SQLite says of a sound database.
    Ok(findings.into_iter().filter(|finding| finding != "ok").collect())
}

/// Everything of all checks that does not hold. Something that cannot even be read counts as found, and ends the examination.
pub(super) fn look_at_all(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    for check in &CHECKS {
        found.extend(look(connection, check)?);
        if !found.is_empty() {
            break;
        }
    }
    Ok(found)
}
