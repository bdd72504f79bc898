//! What a backup has besides the store: when and of what it was taken, how much must be in it, and the small files without
//! which a store is not all. A backup is one SQLite database: the store's own tables and the two of here.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::id::{Seq, Time};

/// The form that is written here. A reader refuses greater ones.
const FORMAT: i64 = 1;

const TABLES: &str = "
CREATE TABLE backup (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    format INTEGER NOT NULL,
    taken_at INTEGER NOT NULL,
    version TEXT NOT NULL,
    server TEXT NOT NULL,
    messages INTEGER NOT NULL,
    audit INTEGER NOT NULL,
    newest_seq INTEGER NOT NULL
) STRICT;
CREATE TABLE backup_files (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;
";

/// How much a store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Messages.
    pub messages: u64,
    /// Audit entries.
    pub audit: u64,
    /// The greatest number of either; 0 when there is nothing.
    pub newest_seq: Seq,
}

impl Amount {
    /// Counts; reads the whole table of messages.
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT m.n, a.n, max(m.newest, a.newest) FROM
            (SELECT count(*) AS n, ifnull(max(seq), 0) AS newest FROM messages) AS m,
            (SELECT count(*) AS n, ifnull(max(seq), 0) AS newest FROM audit) AS a";
        connection.query_row(sql, [], |row| {
            let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
            Ok(Self { messages: number(0)?, audit: number(1)?, newest_seq: Seq(number(2)?) })
        })
    }
}

/// A file that belongs to a store, by its name without a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// `cloak.key`, `chatd.toml`.
    pub name: String,
    /// All of it.
    pub content: Vec<u8>,
}

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// When.
    pub taken_at: Time,
    /// By which chatd.
    pub version: String,
    /// Of which server.
    pub server: String,
    /// What is in it.
    pub amount: Amount,
}

/// Writes both tables.
pub(super) fn write(
    connection: &Connection,
    manifest: &Manifest,
    files: &[KeptFile],
) -> rusqlite::Result<()> {
    let Manifest { taken_at, version, server, amount } = manifest;
    connection.execute_batch(TABLES)?;
    connection.execute(
        "INSERT INTO backup VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            FORMAT,
            taken_at.0.cast_signed(),
            version,
            server,
            amount.messages.cast_signed(),
            amount.audit.cast_signed(),
            amount.newest_seq.0.cast_signed()
        ],
    )?;
    for file in files {
        connection.execute("INSERT INTO backup_files VALUES (?1, ?2)", params![file.name, file.content])?;
    }
    Ok(())
}

/// What was read of a database that may be a backup.
#[derive(Debug)]
pub(super) enum Found {
    /// It is one.
    Manifest(Manifest),
    /// A newer chatd made it, in this form.
    Newer(i64),
    /// It is none.
    Nothing,
}

/// The manifest, if there is one that can be understood.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Found> {
    let has_table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'backup'";
    if connection.query_row(has_table, [], |_| Ok(())).optional()?.is_none() {
        return Ok(Found::Nothing);
    }
    let format: i64 = connection.query_row("SELECT format FROM backup", [], |row| row.get(0))?;
    if format > FORMAT {
        return Ok(Found::Newer(format));
    }
    let sql = "SELECT taken_at, version, server, messages, audit, newest_seq FROM backup";
    connection.query_row(sql, [], |row| {
        let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
        let amount = Amount { messages: number(3)?, audit: number(4)?, newest_seq: Seq(number(5)?) };
        let (version, server) = (row.get(1)?, row.get(2)?);
        Ok(Found::Manifest(Manifest { taken_at: Time(number(0)?), version, server, amount }))
    })
}

/// The files in a backup.
pub(super) fn files(connection: &Connection) -> rusqlite::Result<Vec<KeptFile>> {
    let mut statement = connection.prepare("SELECT name, content FROM backup_files ORDER BY name")?;
    let files = statement.query_map([], |row| Ok(KeptFile { name: row.get(0)?, content: row.get(1)? }))?;
    files.collect()
}

/// Takes both tables out, so that what is left is a store.
pub(super) fn remove(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("DROP TABLE backup_files; DROP TABLE backup;")
}
