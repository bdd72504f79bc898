//! Clients that come and then say nothing: what connecting costs, and how much memory an idle client holds.

use anyhow::Result;
use tokio::task::JoinSet;

use crate::connection::{Connection, SMALL, drive};
use crate::daemon::Daemon;
use crate::load::Load;
use crate::meter::{Meter, Spent, rss};
use crate::report::Figure;

/// Connections that are under way at once; below any listener's backlog.
const AT_ONCE: usize = 64;

/// First few clients, then many.
pub(crate) fn clients(load: &Load) -> Result<Vec<Figure>> {
    let daemon = Daemon::start("enabled = false")?;
    drive(measure(&daemon, load))
}

async fn measure(daemon: &Daemon, load: &Load) -> Result<Vec<Figure>> {
    let mut clients = Vec::with_capacity(load.many_clients);
    // The first client brings code and tables into memory that no other client brings again.
    connect(daemon, &mut clients, 1).await?;
    settle(&mut clients).await?;
    let empty = rss(daemon)?;
    let spent = connect(daemon, &mut clients, 1 + load.few_clients).await?;
    settle(&mut clients).await?;
    let few = (rss(daemon)? - empty) / load.few_clients as f64;
    let rest = connect(daemon, &mut clients, 1 + load.many_clients).await?;
    settle(&mut clients).await?;
    let many = (rss(daemon)? - empty) / load.many_clients as f64;
    // The clock of `/proc` ticks every 10 ms: the many give the finer figure.
    let each = spent.daemon_s * 1e3 / load.few_clients as f64;
    let each_of_many = (spent.daemon_s + rest.daemon_s) * 1e3 / load.many_clients as f64;
    let mut figures = vec![
        Figure::labelled(format!("daemon CPU per connect, {}", load.few_clients), "ms", each),
        Figure::labelled(format!("daemon CPU per connect, {}", load.many_clients), "ms", each_of_many),
        Figure::new("RSS of the daemon with one client", "KiB", empty / 1024.0),
        Figure::labelled(format!("RSS per idle client of {}", load.few_clients), "bytes", few),
        Figure::labelled(format!("RSS per idle client of {}", load.many_clients), "bytes", many),
    ];
    figures.extend(spent.figures());
    Ok(figures)
}

/// Connects until there are `until` clients.
async fn connect(daemon: &Daemon, clients: &mut Vec<Connection>, until: usize) -> Result<Spent> {
    let meter = Meter::start(daemon)?;
    let address = daemon.address();
    let mut running = JoinSet::new();
    for number in clients.len()..until {
        if running.len() >= AT_ONCE
            && let Some(client) = running.join_next().await
        {
            clients.push(client??);
        }
        running.spawn(async move { Connection::register(address, &format!("c{number}"), SMALL).await });
    }
    while let Some(client) = running.join_next().await {
        clients.push(client??);
    }
    meter.stop()
}

/// Afterwards nothing is under way.
async fn settle(clients: &mut [Connection]) -> Result<()> {
    for client in clients {
        client.settle("").await?;
    }
    Ok(())
}
