//! Reading what is kept, over a connection that cannot write. Blocks on the disk: not for a task that must not wait.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Params, params};

use crate::domain::id::{DeskId, Seq, Time};

use super::conversation::{Kind, key_of};
use super::error::StoreError;
use super::places::BEHIND;
use super::row::{self, PLACED, STORED, Stored, StoredAudit, signed, unsigned};

/// How long a reader waits for the recovery of the log, the only thing that ever keeps readers out.
const BUSY: Duration = Duration::from_secs(5);

/// Numbers follow time but for steps of the clock; a step back of up to this much hides nothing.
const CLOCK_STEP_MS: u64 = 60 * 60 * 1_000;

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// A room, by its name in any ASCII case.
    Room(String),
    /// One desk conversation.
    Desk(DeskId),
    /// All desk conversations held under this nick, in any ASCII case.
    DeskNick(String),
    /// What was announced to everyone.
    Announcements,
    /// All conversations.
    Everything,
}

/// From where on to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// This place in the log or later.
    Seq(Seq),
    /// This moment or later.
    Time(Time),
}

/// One desk conversation in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskConversation {
    /// The conversation.
    pub id: DeskId,
    /// The nick its guest used last.
    pub nick: String,
    /// Messages kept of it.
    pub messages: u64,
    /// Place of the last message.
    pub last_seq: Seq,
    /// When that was.
    pub last_at: Time,
    /// Whether that was the guest's, so that nobody has answered yet.
    pub is_waiting: bool,
}

/// Opens readers; cheap to clone.
#[derive(Clone, Debug)]
pub struct Readers {
    path: Arc<Path>,
}

impl Readers {
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.into() }
    }

    /// A connection that only reads. Each sees everything that was answered before it asks.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn open(&self) -> Result<Reader, StoreError> {
        Ok(Reader { connection: self.connect()?, path: self.path.to_path_buf() })
    }

    /// The bare connection.
    pub(super) fn connect(&self) -> Result<Connection, StoreError> {
        let connect = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&self.path, flags)?;
            connection.busy_timeout(BUSY)?;
            Ok(connection)
        };
        connect().map_err(|e| StoreError::of_sqlite("open", &self.path, e))
    }

    /// The database file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Reads the store. All lists are oldest first.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    path: PathBuf,
}

impl Reader {
    /// The last `count` messages of a selection, at or after `since`. Nothing when the selection is unknown, see [`Self::knows`].
    ///
    /// # Errors
    /// When the database cannot be read; so for all that follow.
    pub fn latest(
        &self,
        what: &Selector,
        count: usize,
        since: Option<Since>,
    ) -> Result<Vec<Stored>, StoreError> {
        self.told(self.try_latest(what, count, since))
    }

    /// At most `limit` messages of all conversations after `seq` and up to and including `up_to`.
    ///
    /// # Errors
    /// As for [`Self::latest`].
    pub fn after(&self, seq: Seq, limit: usize, up_to: Seq) -> Result<Vec<Stored>, StoreError> {
        let sql = format!("{STORED} WHERE m.seq > ?1 AND m.seq <= ?2 ORDER BY m.seq LIMIT ?3");
        let bounds = params![signed(seq.0), signed(up_to.0), signed(limit as u64)];
        self.told(self.all(&sql, bounds, row::stored))
    }

    /// The last `count` audit entries.
    ///
    /// # Errors
    /// As for [`Self::latest`].
    pub fn audit(&self, count: usize) -> Result<Vec<StoredAudit>, StoreError> {
        let sql = "SELECT seq, at, who, action, target, detail FROM audit ORDER BY seq DESC LIMIT ?1";
        let mut entries = self.told(self.all(sql, [signed(count as u64)], row::audit))?;
        entries.reverse();
        Ok(entries)
    }

    /// Whether anything is or was recently kept of a selection: false for a misspelled room. Everything and announcements are
    /// always known.
    ///
    /// # Errors
    /// As for [`Self::latest`].
    pub fn knows(&self, what: &Selector) -> Result<bool, StoreError> {
        match what {
            Selector::Everything | Selector::Announcements => Ok(true),
            _ => Ok(!self.told(self.rows_of(what))?.is_empty()),
        }
    }

    /// The `limit` desk conversations that were active last; the latest one last.
    ///
    /// # Errors
    /// As for [`Self::latest`].
    pub fn desk_conversations(&self, limit: usize) -> Result<Vec<DeskConversation>, StoreError> {
        // The inner query reads one entry of each conversation; only the chosen ones are counted.
        let sql = "WITH behind AS MATERIALIZED (
                 SELECT conversation, max(seq) AS seq, count(*) AS messages FROM messages
                 WHERE seq > (SELECT places_to FROM meta) GROUP BY conversation),
             last AS (
                 SELECT c.desk, max(ifnull((SELECT seq FROM behind WHERE conversation = c.id),
                     (SELECT max(seq) FROM places WHERE conversation = c.id))) AS seq
                 FROM conversations AS c WHERE c.desk > 0 GROUP BY c.desk
                 HAVING seq IS NOT NULL ORDER BY seq DESC LIMIT ?1)
             SELECT last.desk, c.name, last.seq, m.at, m.inbound,
                 (SELECT count(*) FROM places WHERE conversation IN
                     (SELECT id FROM conversations WHERE desk = last.desk))
                 + (SELECT ifnull(sum(messages), 0) FROM behind WHERE conversation IN
                     (SELECT id FROM conversations WHERE desk = last.desk))
             FROM last JOIN messages AS m ON m.seq = last.seq JOIN conversations AS c ON c.id = m.conversation
             ORDER BY last.seq";
        self.told(self.all(sql, [signed(limit as u64)], |row| {
            Ok(DeskConversation {
                id: DeskId(unsigned(row, 0)?),
                nick: row.get(1)?,
                last_seq: Seq(unsigned(row, 2)?),
                last_at: Time(unsigned(row, 3)?),
                is_waiting: row.get(4)?,
                messages: unsigned(row, 5)?,
            })
        }))
    }

    fn try_latest(
        &self,
        what: &Selector,
        count: usize,
        since: Option<Since>,
    ) -> rusqlite::Result<Vec<Stored>> {
        let mut found = Vec::new();
        if *what == Selector::Everything {
            let sql = format!("{STORED} WHERE m.seq >= ?1 ORDER BY m.seq DESC");
            self.newest(&sql, params![lowest(since)], count, since, &mut found)?;
        } else {
            // One view for all that follows: entries that come between two queries would show messages twice.
            let _view = self.connection.unchecked_transaction()?;
            let conversations = self.rows_of(what)?;
            let behind = format!("{STORED} WHERE {BEHIND} ORDER BY m.seq DESC");
            let listed = format!("{conversations:?}");
            self.newest(&behind, params![lowest(since), listed], count, since, &mut found)?;
            let placed = format!("{PLACED} WHERE p.conversation = ?2 AND p.seq >= ?1 ORDER BY p.seq DESC");
            // A nick may have had many conversations: the newest of each are merged.
            for conversation in conversations {
                self.newest(&placed, params![lowest(since), conversation], count, since, &mut found)?;
                found.sort_unstable_by_key(|message| std::cmp::Reverse(message.seq));
                found.truncate(count);
            }
        }
        found.reverse();
        Ok(found)
    }

    /// Adds the newest `count` rows at or after `since` to `found`, newest first.
    fn newest(
        &self,
        sql: &str,
        bounds: impl Params,
        count: usize,
        since: Option<Since>,
        found: &mut Vec<Stored>,
    ) -> rusqlite::Result<()> {
        let earliest = if let Some(Since::Time(time)) = since { time.0 } else { 0 };
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut left = count;
        let mut rows = statement.query(bounds)?;
        while left > 0
            && let Some(row) = rows.next()?
        {
            let at = unsigned(row, 1)?;
            if at >= earliest {
                found.push(row::stored(row)?);
                left -= 1;
            } else if at.saturating_add(CLOCK_STEP_MS) < earliest {
                break;
            }
        }
        Ok(())
    }

    /// The rows of `conversations` that a selection covers.
    fn rows_of(&self, what: &Selector) -> rusqlite::Result<Vec<i64>> {
        let by_key = "SELECT id FROM conversations WHERE kind = ?1 AND key = ?2";
        let id = |row: &rusqlite::Row<'_>| row.get(0);
        match what {
            Selector::Room(name) => self.all(by_key, params![Kind::Room as i64, key_of(name)], id),
            Selector::DeskNick(nick) => self.all(by_key, params![Kind::Desk as i64, key_of(nick)], id),
            Selector::Announcements => self.all(by_key, params![Kind::Everyone as i64, ""], id),
            Selector::Desk(desk) => {
                self.all("SELECT id FROM conversations WHERE desk > 0 AND desk = ?1", [signed(desk.0)], id)
            }
            Selector::Everything => Ok(Vec::new()),
        }
    }

    fn all<T>(
        &self,
        sql: &str,
        bounds: impl Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.connection.prepare_cached(sql)?.query_map(bounds, read)?.collect()
    }

    fn told<T>(&self, done: rusqlite::Result<T>) -> Result<T, StoreError> {
        done.map_err(|e| StoreError::of_sqlite("read", &self.path, e))
    }
}

fn lowest(since: Option<Since>) -> i64 {
    if let Some(Since::Seq(seq)) = since { signed(seq.0) } else { 0 }
}
