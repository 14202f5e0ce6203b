//! `sf-backup drill init`

use sf_backup_ops::drill::Drill;
use sf_backup_proto::inventory::GetApplicationNameInfo;

use super::{Init, refused, service};
use crate::cluster::context::CommandContext;
use crate::cluster::runtime::block_on;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

const VERB: &str = "drill init";

pub(super) fn run(args: &Init, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let interruptible = terminal.console.interruptible;
    let mut session = context.session(None, terminal)?;
    if !session.begin(&GetApplicationNameInfo::new(args.service.clone()), VERB, None)? {
        return Ok(());
    }
    let client = session.client().clone();
    let reading = async { Ok((service(&client, &args.service).await?, service(&client, &args.scratch).await?)) };
    let (source, scratch) = block_on(interruptible, None, session.patiently(reading))?;
    let probe = args.probe.iter().flat_map(|probe| probe.split_whitespace()).map(str::to_owned).collect();
    let drill = Drill::of(&source, &scratch, probe).map_err(|refusal| refused(&VERB, &refusal))?;
    let drill = Drill { overwrite: context.options.yes, ..drill };
    let format = terminal.document_format(Format::Yaml);
    terminal.result(&document(format, &drill)?)?;
    if !drill.overwrite {
        terminal.hint(&format!(
            "set overwriteScratch to true if drills may replace all data of {}; until then, 'drill run' refuses to start",
            drill.scratch
        ));
    }
    Ok(())
}
