//! The sources that have something to say in this run, the highest first.

use std::path::Path;

use crate::connection::context_file::Contexts;
use crate::connection::context_store as store;
use crate::connection::environment::Surroundings;
use crate::connection::sfctl;
use crate::connection::{Settings, Source, variables as environment};
use crate::options::context_name::{ContextChoice, ContextName};
use crate::options::global::ConnectionArgs;
use crate::output::failure::Failure;

/// What one source says.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) source: Source,
    pub(crate) settings: Settings,
    /// What is to be known of how it was read.
    pub(crate) notes: Vec<String>,
}

impl Layer {
    pub(crate) fn new(source: Source, settings: Settings) -> Self {
        Self { source, settings, notes: Vec::new() }
    }
}

/// All layers, and what must be said about their files.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) layers: Vec<Layer>,
    pub(crate) warnings: Vec<String>,
}

/// What this run itself was given: flags and environment.
pub(crate) fn given(args: &ConnectionArgs, around: &Surroundings) -> Result<[Layer; 2], Failure> {
    let flags = Settings::from(args);
    let environment = environment::settings(around, &flags)?;
    Ok([Layer::new(Source::Flags, flags), Layer::new(Source::Environment, environment)])
}

pub(crate) fn find(args: &ConnectionArgs, around: &Surroundings) -> Result<Found, Failure> {
    let [flags, environment] = given(args, around)?;
    let choice = match &args.context {
        Some(choice) => Some(choice.clone()),
        None => environment::context(around)?,
    };
    if choice == Some(ContextChoice::None) {
        return Ok(Found { layers: vec![flags, environment], warnings: Vec::new() });
    }
    let Context { layer, warnings } = context(choice.as_ref(), around)?;
    let mut layers = match layer {
        // What is typed goes before what happens to be set.
        Some(layer) if args.context.is_some() => vec![flags, layer, environment],
        Some(layer) => vec![flags, environment, layer],
        None => vec![flags, environment],
    };
    if layers.iter().all(|layer| layer.settings.endpoints.is_empty()) {
        layers.extend(sfctl::layer(around)?);
    }
    Ok(Found { layers, warnings })
}

struct Context {
    layer: Option<Layer>,
    warnings: Vec<String>,
}

/// The context that was chosen, or else the current one.
fn context(choice: Option<&ContextChoice>, around: &Surroundings) -> Result<Context, Failure> {
    let Some(file) = around.config_file() else {
        return match choice {
            Some(ContextChoice::Named(name)) => {
                Err(Failure::usage(format!("context {name}: no configuration folder: HOME is not set")))
            }
            _ => Ok(Context { layer: None, warnings: Vec::new() }),
        };
    };
    let (contexts, warnings) = store::read(&file)?;
    let name = match choice {
        Some(ContextChoice::Named(name)) => Some(name),
        _ => contexts.current.as_ref(),
    };
    let layer = name.map(|name| named(name, &contexts, &file)).transpose()?;
    Ok(Context { layer, warnings })
}

fn named(name: &ContextName, contexts: &Contexts, file: &Path) -> Result<Layer, Failure> {
    let settings = contexts.get(name).ok_or_else(|| store::unknown(name, contexts, file))?;
    Ok(Layer::new(Source::Context(name.clone()), settings.clone()))
}
