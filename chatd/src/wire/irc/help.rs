//! HELP, from the table of verbs.

use chat_proto::irc::Numeric;

use super::line::Line;
use super::turn::Turn;
use super::verbs::VERBS;
use super::{Irc, verbs};
use crate::wire::Step;

/// `HELP` or `HELP verb`
pub(super) fn help(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    if line.param(0).is_empty() {
        let desk = &turn.setting.config.desk.nick;
        pen.numeric_with(
            Numeric::RPL_HELPSTART,
            &["*"],
            &format!("To reach a person, write to {desk}. The verbs:"),
        );
        pen.list(Numeric::RPL_HELPTXT, &["*"], VERBS.iter().map(|verb| verb.name), false);
        pen.numeric_with(Numeric::RPL_ENDOFHELP, &["*"], "HELP and a verb explains it");
    } else if let Some(verb) = verbs::find(line.param(0)) {
        let (params, purpose) = verb.help.split_once("-- ").unwrap_or((verb.help, ""));
        let usage = format!("{} {params}", verb.name);
        pen.numeric_with(Numeric::RPL_HELPSTART, &[verb.name], usage.trim_end());
        pen.numeric_with(Numeric::RPL_HELPTXT, &[verb.name], purpose);
        pen.numeric_with(Numeric::RPL_ENDOFHELP, &[verb.name], "End of help");
    } else {
        pen.numeric(Numeric::ERR_HELPNOTFOUND, &[line.param(0)]);
    }
    Step::Go
}
