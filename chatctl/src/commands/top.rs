//! `chatctl top`: who keeps the daemon busy, as a screen that stays or as text.
//!
//! Owns the conversation between keys, clock and daemon. A daemon that goes away is waited for: it may just be restarted.

mod canvas;
mod keys;
mod terminal;
mod view;

use std::future::{Future, pending};
use std::pin::Pin;
use std::time::Duration;

use chat_proto::control::{KickRequest, KickResult, Top, TopSort, path};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

use crate::args::{Sort, TopArgs};
use crate::client::{Call, Client};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::signals::{HANG_UP, Heard, INTERRUPT, TERMINATE};
use canvas::Canvas;
use keys::Key;
use terminal::Terminal;
use view::{Mode, View, snapshot};

/// Clients and rooms in text.
const TEXT_ROWS: u32 = 20;

/// The least size that a terminal without one is taken for.
const SIZE: (usize, usize) = (80, 24);

/// Reason of a kick, which the client reads.
const REASON: &str = "ended by an operator";

pub(super) async fn top(client: &Client, screen: &mut Screen<'_>, args: TopArgs) -> Result<(), Failure> {
    if args.batch || !screen.is_for_a_person() {
        return print(client, screen, &args).await;
    }
    // Before the terminal is taken: who is not there or may not is told as ever.
    let sort = sort(args.sort);
    let first: Top = client.call(ask(sort, TEXT_ROWS)).await?;
    let view = View { top: Some(first), sort, ..View::default() };
    let taken = Terminal::take().and_then(|terminal| Ok((terminal, Signals::new()?)));
    let (mut terminal, signals) = taken.map_err(|cause| {
        Failure::new(Code::Failed, format!("take the terminal: {cause}; try `chatctl top -b`"))
    })?;
    let mut live = Live::new(client, view, &args, screen);
    live.run(&mut terminal, signals, screen).await
}

/// One snapshot, or as many as are asked for.
async fn print(client: &Client, screen: &mut Screen<'_>, args: &TopArgs) -> Result<(), Failure> {
    for number in 0..args.count.unwrap_or(1) {
        if number > 0 {
            sleep(args.delay).await;
        }
        let top: Top = client.call(ask(sort(args.sort), TEXT_ROWS)).await?;
        let width = screen.width().unwrap_or(SIZE.0);
        screen.one(&top, "", |screen| {
            let between = if number > 0 { vec![Vec::new()] } else { Vec::new() };
            let lines = between.into_iter().chain(snapshot(&top, width));
            lines.into_iter().try_for_each(|line| screen.line(&line))
        })?;
        screen.flush()?;
    }
    Ok(())
}

fn ask(sort: TopSort, count: u32) -> Call {
    let sort = match sort {
        TopSort::Out => "out",
        TopSort::In => "in",
        TopSort::Queued => "queued",
    };
    Call::get("show who is busy", path::TOP).query("sort", Some(sort)).query("count", Some(count))
}

fn sort(sort: Sort) -> TopSort {
    match sort {
        Sort::Out => TopSort::Out,
        Sort::In => TopSort::In,
        Sort::Queued => TopSort::Queued,
    }
}

/// What ends or changes the view from outside.
struct Signals {
    resized: Signal,
    ended: Heard,
    interrupted: Heard,
    hung_up: Heard,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            resized: signal(SignalKind::window_change())?,
            ended: TERMINATE.listen()?,
            interrupted: INTERRUPT.listen()?,
            hung_up: HANG_UP.listen()?,
        })
    }
}

/// A call on its way.
type Asking<'c, T> = Option<Pin<Box<dyn Future<Output = Result<T, Failure>> + 'c>>>;

/// What goes on.
enum Step {
    Go,
    Quit,
}

/// The screen that stays.
struct Live<'c> {
    client: &'c Client,
    view: View,
    canvas: Canvas,
    size: (usize, usize),
    tick: Interval,
    asking: Asking<'c, Top>,
    kicking: Asking<'c, KickResult>,
    /// Looks that are left.
    left: Option<u64>,
}

impl<'c> Live<'c> {
    fn new(client: &'c Client, view: View, args: &TopArgs, screen: &Screen<'_>) -> Self {
        let size = size();
        let mut tick = interval(args.delay.max(Duration::from_millis(100)));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick.reset();
        let canvas = Canvas::new(size.0, size.1, screen.has_color());
        // The first has been had.
        let left = args.count.map(|count| count - 1);
        Self { client, view, canvas, size, tick, asking: None, kicking: None, left }
    }

    async fn run(
        &mut self,
        terminal: &mut Terminal,
        mut signals: Signals,
        screen: &mut Screen<'_>,
    ) -> Result<(), Failure> {
        loop {
            let lines = self.view.lines(self.size.0, self.size.1);
            screen.raw(self.canvas.show(&lines).as_bytes())?;
            screen.flush()?;
            if self.left == Some(0) {
                return Ok(());
            }
            tokio::select! {
                keys = terminal.keys() => match keys {
                    Ok(keys) if keys.is_empty() => return Ok(()),
                    Ok(keys) => {
                        for key in keys::parse(&keys) {
                            if let Step::Quit = self.press(key, screen) {
                                return Ok(());
                            }
                        }
                    }
                    // The terminal is gone, and nobody is there to be told.
                    Err(_) => return Ok(()),
                },
                _ = self.tick.tick(), if !self.view.is_paused && self.asking.is_none() => self.look(),
                answer = answer(&mut self.asking) => self.learn(answer),
                done = answer(&mut self.kicking) => self.kicked(done),
                _ = signals.resized.recv() => self.redraw(screen),
                () = signals.ended.recv() => return Err(Failure::Interrupted),
                () = signals.interrupted.recv() => return Err(Failure::Interrupted),
                () = signals.hung_up.recv() => return Err(Failure::Interrupted),
            }
        }
    }

    /// Asks for a new look.
    fn look(&mut self) {
        let (client, call) = (self.client, ask(self.view.sort, View::room_for(self.size.1)));
        self.asking = Some(Box::pin(client.call(call)));
    }

    fn learn(&mut self, answer: Result<Top, Failure>) {
        self.asking = None;
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        match answer {
            Ok(top) => {
                let is_here = |id: &u64| top.busiest_clients.iter().any(|one| one.id == *id);
                self.view.selected = self.view.selected.filter(is_here);
                (self.view.top, self.view.trouble) = (Some(top), None);
            }
            Err(failure) => self.view.trouble = Some(told(&failure)),
        }
    }

    fn kicked(&mut self, done: Result<KickResult, Failure>) {
        self.kicking = None;
        self.view.message = Some(match done {
            Ok(done) => format!("ended {} connection(s)", done.kicked.len()),
            Err(failure) => told(&failure),
        });
        self.look();
    }

    fn press(&mut self, key: Key, screen: &Screen<'_>) -> Step {
        let mode = std::mem::take(&mut self.view.mode);
        self.view.message = None;
        match (mode, key) {
            (_, Key::Interrupt) => return Step::Quit,
            (Mode::Question { id, .. }, Key::Char('y' | 'Y')) => {
                let kick = KickRequest { who: id.to_string(), reason: Some(REASON.into()) };
                let (client, call) = (self.client, Call::post("kick", path::KICK).body(&kick));
                self.kicking = Some(Box::pin(client.call(call)));
            }
            (Mode::Help | Mode::Question { .. }, _) => {}
            (Mode::Tables, Key::Char('q' | 'Q')) => return Step::Quit,
            (Mode::Tables, Key::Char('s')) => {
                self.view.sort = match self.view.sort {
                    TopSort::Out => TopSort::In,
                    TopSort::In => TopSort::Queued,
                    TopSort::Queued => TopSort::Out,
                };
                self.look();
            }
            (Mode::Tables, Key::Char('p' | ' ')) => self.view.is_paused = !self.view.is_paused,
            (Mode::Tables, Key::Char('?' | 'h')) => self.view.mode = Mode::Help,
            (Mode::Tables, Key::Char('k')) => self.question(),
            (Mode::Tables, Key::Char('j') | Key::Down) => self.select(|at, last| (at + 1).min(last)),
            (Mode::Tables, Key::Up) => self.select(|at, _| at.saturating_sub(1)),
            (Mode::Tables, Key::PageUp) => self.select(|_, _| 0),
            (Mode::Tables, Key::PageDown) => self.select(|_, last| last),
            (Mode::Tables, Key::Redraw) => self.redraw(screen),
            (Mode::Tables, _) => {}
        }
        Step::Go
    }

    /// Asks whether to end the selected client's connection.
    fn question(&mut self) {
        let selected = self.view.clients().iter().find(|one| Some(one.id) == self.view.selected);
        let asked = selected.map(|one| (one.id, one.nick.clone().unwrap_or_else(|| one.address.clone())));
        match asked {
            _ if !self.view.top.as_ref().is_some_and(|top| top.may_kick) => {
                self.view.message = Some("not permitted: this needs the role operator".into());
            }
            Some((id, name)) => self.view.mode = Mode::Question { id, name },
            None => self.view.message = Some("select a client first, with the arrow keys".into()),
        }
    }

    fn select(&mut self, to: impl FnOnce(usize, usize) -> usize) {
        let ids: Vec<u64> = self.view.clients().iter().map(|one| one.id).collect();
        let Some(last) = ids.len().checked_sub(1) else { return };
        let at = ids.iter().position(|id| Some(*id) == self.view.selected);
        // The first arrow selects the first.
        self.view.selected = Some(ids[at.map_or(0, |at| to(at, last))]);
    }

    fn redraw(&mut self, screen: &Screen<'_>) {
        self.size = size();
        self.canvas = Canvas::new(self.size.0, self.size.1, screen.has_color());
    }
}

/// The answer to a call that is on its way; never, when there is none.
async fn answer<T>(asking: &mut Asking<'_, T>) -> Result<T, Failure> {
    match asking {
        Some(asking) => asking.await,
        None => pending().await,
    }
}

fn told(failure: &Failure) -> String {
    match failure {
        Failure::Reported(report) => report.message.clone(),
        Failure::OutputClosed | Failure::Interrupted | Failure::Unwell => "interrupted".into(),
    }
}

fn size() -> (usize, usize) {
    let known = terminal_size::terminal_size();
    let known = known.map(|(width, height)| (usize::from(width.0), usize::from(height.0)));
    known.filter(|(width, height)| *width > 0 && *height > 0).unwrap_or(SIZE)
}
